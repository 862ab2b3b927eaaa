"""The parts behind the routes: who may come in, one writer, many readers, one watcher."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, TypeVar

import orjson
from starlette.requests import Request
from starlette.responses import Response

from bot.intake import answers, checked, problems, reading
from bot.intake.auth import Gatekeeper
from bot.intake.committer import Committer
from bot.intake.limits import MAX_WAIT_SECONDS, MEBIBYTE, IntakeSettings
from bot.intake.problems import Problem, ProblemFound
from bot.intake.watcher import ReleaseWatcher
from reviewers.model import Output, Release, ReleaseState
from reviewers.ports import Clock, Metrics, Receipt, Store
from reviewers.workflow.intake import OutputStory
from reviewers.workflow.judgement import Stats

LARGE_BODY = MEBIBYTE // 4  # bytes; a larger one is read in a thread, so that long polls are answered meanwhile

T = TypeVar("T")


class Receiving(Protocol):
    """What the API needs of reviewers.workflow.intake.Intake."""

    def receive(self, outputs: Sequence[Output]) -> list[Receipt]: ...

    def story(self, output_id: str) -> OutputStory: ...


class Releasing(Protocol):
    """What the API needs of reviewers.workflow.release.ReleaseDesk."""

    def get(self, output_id: str) -> Release: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class IntakeServices:
    """What the composition root gives to the API."""

    store: Store
    clock: Clock
    metrics: Metrics
    intake: Receiving
    release: Releasing
    stats: Callable[[str, int], Stats]  # of a route (empty: all), over so many days
    notice: answers.Notice  # what the readers of an output are told of it
    digest: Callable[[str, str, str], str]  # of a week and a route (empty: each), as json, md or html
    not_ready: Callable[[], Sequence[str]]  # what is missing, in sentences; empty when the database is at head


class IntakeDesk:
    """The parts behind the routes; `close` ends their threads."""

    def __init__(self, services: IntakeServices, settings: IntakeSettings) -> None:
        self.services = services
        self.settings = settings
        self.readers = ThreadPoolExecutor(settings.read_threads, "intake-reader")
        self.gate = Gatekeeper(
            services.store, self.readers, seconds=settings.token_cache_seconds, monotonic=time.monotonic
        )
        self.committer = Committer(services.intake.receive)
        self.watcher = ReleaseWatcher(services.store, seconds=settings.watch_seconds)

    async def read(self, work: Callable[..., T], *arguments: Any) -> T:
        """Run a read of the store in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.readers, work, *arguments)

    async def admit(self, request: Request) -> str:
        """The name of the caller's token. Raises ProblemFound."""
        return await self.gate.admit(request.headers.get("authorization"))

    async def take(self, request: Request, submitted_by: str) -> Response:
        """Read a body, commit what is in it, and answer 202."""
        body = await self._body(request)
        parse = partial(reading.read_parcel, body, now=self.services.clock.now(), submitted_by=submitted_by)
        parcel = parse() if len(body) <= LARGE_BODY else await self.read(parse)
        receipts = iter(await self.committer.commit([each for each in parcel.entries if isinstance(each, Output)]))
        told = [(entry, next(receipts) if isinstance(entry, Output) else None) for entry in parcel.entries]
        refused = sum(receipt is None for _, receipt in told)
        if refused:
            self.services.metrics.count("outputs_received", refused, status="invalid")
        if parcel.is_batch:
            return as_json({"results": [answers.batch_item(entry, receipt) for entry, receipt in told]}, 202)
        return as_json(answers.receipt(*told[0]), 202)

    async def release(self, output_id: str, seconds: float) -> Response:
        """The release, as soon as it is final or after `seconds`."""
        end = time.monotonic() + seconds
        release = await self.read(self.services.release.get, output_id)
        while self._still_held(release) and (left := end - time.monotonic()) > 0:
            decided = await self.watcher.final(output_id, min(left, self._until_deadline(release)))
            # At its deadline the desk times it out, so that nobody depends on another process to do so.
            release = decided if decided is not None else await self.read(self.services.release.get, output_id)
        return as_response(await self.read(self._release, release))

    def _release(self, release: Release) -> answers.ReleaseAnswer:
        # What people said is read where the release alone does not tell it: most are held, or checked and stand.
        told = release.state is ReleaseState.HELD or checked.is_verified(release)
        view = None if told else self.services.intake.story(release.output_id).view
        return answers.ReleaseAnswer.of(release, view, self.services.notice)

    async def story(self, output_id: str) -> Response:
        """All that is known of an output, with what its readers may be told."""
        return as_response(await self.read(self._story, output_id))

    def _story(self, output_id: str) -> answers.StoryAnswer:
        return answers.StoryAnswer.of(self.services.intake.story(output_id), self.services.notice)

    async def close(self) -> None:
        """Write what waits, answer who waits, end the threads."""
        await self.watcher.close()
        await asyncio.to_thread(self.committer.close)
        self.readers.shutdown(wait=True)

    async def _body(self, request: Request) -> bytes:
        _check_media_type(request)
        try:
            async with asyncio.timeout(self.settings.body_seconds):
                return await request.body()
        except TimeoutError:
            detail = f"The body did not end within {self.settings.body_seconds:g} s."
            raise ProblemFound(Problem(kind=problems.TOO_SLOW, detail=detail)) from None

    def _still_held(self, release: Release) -> bool:
        return release.state is ReleaseState.HELD and not self.watcher.closed

    def _until_deadline(self, release: Release) -> float:
        """Seconds; endless without a deadline, and once it has passed and the policy keeps holding."""
        left = (release.deadline - self.services.clock.now()).total_seconds() if release.deadline else 0.0
        return left if left > 0 else MAX_WAIT_SECONDS


def _check_media_type(request: Request) -> None:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if kind.strip().lower() != "application/json" or charset not in ("", "utf-8", "utf8"):
        detail = "Send the header `Content-Type: application/json`, and the body in UTF-8."
        raise ProblemFound(Problem(kind=problems.MEDIA_TYPE, detail=detail, headers={"Accept": "application/json"}))
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ProblemFound(Problem(kind=problems.MEDIA_TYPE, detail="Send the body uncompressed."))


def as_json(content: object, status: int = 200) -> Response:
    """JSON from plain values."""
    return Response(orjson.dumps(content, option=orjson.OPT_UTC_Z), status_code=status, media_type="application/json")


def as_response(answer: answers.Answer) -> Response:
    """JSON from one of our answers."""
    return Response(answer.model_dump_json(), media_type="application/json")
