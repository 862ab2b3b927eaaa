"""How the control API reads a request and answers it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.wire import Json, SlackError

Answer = Callable[[Request], Awaitable[Json]]


def _told(error: SlackError) -> JSONResponse:
    return JSONResponse({"ok": False, "error": error.error, "message": error.error.replace("_", " ")})


def guarded(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """Turn an answer or a refusal into a response."""

    async def respond(request: Request) -> Response:
        if _is_foreign(request):
            return JSONResponse({"ok": False, "error": "foreign_origin"}, 403)
        try:
            return JSONResponse(await answer(request))
        except SlackError as refused:
            return _told(refused)
        except ValueError as wrong:
            return JSONResponse({"ok": False, "error": "invalid_request", "message": str(wrong)}, 400)

    return respond


def _is_foreign(request: Request) -> bool:
    """Tell whether another site's page sent this: the controls know no password, so only our own may use them."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


async def read_object(request: Request) -> Json:
    """Return the JSON object in a request's body; raises ValueError for anything else."""
    body = json.loads(await request.body() or b"{}")
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body
