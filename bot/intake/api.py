"""The HTTP API: outputs come in, and what people decided goes out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Path, Query, Request
from starlette.responses import HTMLResponse, Response

from bot.intake import answers, docs, figures, problems
from bot.intake.body import BodyLimit
from bot.intake.desk import IntakeDesk, IntakeServices, as_json, as_response
from bot.intake.failures import answer_failures
from bot.intake.limits import MAX_NAME, MAX_WAIT_SECONDS, IntakeSettings
from bot.intake.problems import ProblemFound
from bot.intake.schema import describe
from bot.intake.traffic import Traffic
from bot.metrics import CONTENT_TYPE
from reviewers.ports import Counts, Store
from reviewers.workflow.judgement import DEFAULT_DAYS, MOST_DAYS

__all__ = ["IntakeServices", "IntakeSettings", "make_api"]


def make_api(services: IntakeServices, *, settings: IntakeSettings | None = None) -> FastAPI:
    """The ASGI application. `app.state.intake.close()` ends its threads; the lifespan does so by itself."""
    intake = IntakeDesk(services, settings or IntakeSettings())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await intake.close()

    app = FastAPI(title="Whetstone", version="1", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.intake = intake
    _add_outputs(app, intake)
    _add_figures(app, intake)
    _add_operations(app, intake)
    describe(app)
    answer_failures(app)
    app.add_middleware(
        BodyLimit, most=intake.settings.max_body_bytes, most_in_flight=intake.settings.max_in_flight_bytes
    )
    app.add_middleware(Traffic, metrics=services.metrics)
    return app


DIGEST_TYPES = {"json": "application/json", "md": "text/markdown", "html": "text/html"}
# A page of a digest holds words of others: nothing in it runs, and nothing is loaded.
DIGEST_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
}

OutputId = Annotated[str, Path(max_length=MAX_NAME)]
RouteName = Annotated[str, Query(max_length=MAX_NAME, description="A route's name; empty: all routes")]
Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="Days back from now")]
Week = Annotated[str, Path(max_length=MAX_NAME, description="Such as 2026-W47; one that is over")]
Written = Annotated[str, Query(max_length=MAX_NAME, description="`json`, `md` or `html`; a page is about one route")]
Wait = Annotated[float, Query(ge=0, le=MAX_WAIT_SECONDS, description="Seconds to wait for a decision")]


def _add_outputs(app: FastAPI, intake: IntakeDesk) -> None:
    @app.post("/v1/outputs", status_code=202, tags=["outputs"])
    async def receive_outputs(request: Request) -> Response:
        """Hand in one output, or a batch. The answer comes after the commit."""
        return await intake.take(request, await intake.admit(request))

    @app.get("/v1/outputs/{output_id}", response_model=answers.StoryAnswer, tags=["outputs"])
    async def tell_output(request: Request, output_id: OutputId) -> Response:
        """All that is known of one output."""
        await intake.admit(request)
        return await intake.story(output_id)

    @app.get("/v1/outputs/{output_id}/release", response_model=answers.ReleaseAnswer, tags=["outputs"])
    async def tell_release(request: Request, output_id: OutputId, wait: Wait = 0) -> Response:
        """Whether an output that was sent with `"hold": true` may leave."""
        await intake.admit(request)
        return await intake.release(output_id, wait)


def _add_figures(app: FastAPI, intake: IntakeDesk) -> None:
    @app.get("/v1/stats", response_model=figures.StatsAnswer, tags=["figures"])
    async def tell_stats(request: Request, route: RouteName = "", days: Days = DEFAULT_DAYS) -> Response:
        """How many outputs are wrong, and what the verdicts prove."""
        await intake.admit(request)
        return as_response(figures.StatsAnswer.of(await intake.read(intake.services.stats, route, days)))

    @app.get("/v1/digests/{week}", tags=["figures"])
    async def tell_digest(request: Request, week: Week, route: RouteName = "", format: Written = "json") -> Response:
        """What a week came to, of one route or of each."""
        await intake.admit(request)
        text = await intake.read(intake.services.digest, week, route, format)
        return Response(text, media_type=DIGEST_TYPES[format], headers=DIGEST_HEADERS)


def _add_operations(app: FastAPI, intake: IntakeDesk) -> None:
    @app.get("/healthz", tags=["operations"])
    async def healthz() -> Response:
        """The web part runs."""
        return as_json({"status": "ok"})

    @app.get("/readyz", tags=["operations"])
    async def readyz() -> Response:
        """The database answers, and its tables are at the newest migration."""
        missing = await intake.read(_what_is_missing, intake.services)
        if missing:
            raise ProblemFound(problems.busy(" ".join(missing)))
        return as_json({"status": "ready"})

    @app.get("/metrics", tags=["operations"])
    async def metrics() -> Response:
        """Counters and durations, in Prometheus' text format."""
        counts = await intake.read(_counts, intake.services.store)
        return Response(intake.services.metrics.exposition(counts), media_type=CONTENT_TYPE)

    @app.get("/docs", include_in_schema=False)
    async def show_docs() -> HTMLResponse:
        return HTMLResponse(docs.page(app.openapi()), headers=docs.HEADERS)


def _what_is_missing(services: IntakeServices) -> Sequence[str]:
    try:
        return services.not_ready()
    except Exception:  # noqa: BLE001 - whatever it is, the answer to "are you ready" is no.
        return ("The database does not answer.",)


def _counts(store: Store) -> Counts | None:
    """None when the store does not answer: the process's own counters are told all the same."""
    try:
        with store.read() as uow:
            return uow.counts()
    except Exception:  # noqa: BLE001 - a scrape tells `whetstone_store_up 0` instead.
        return None
