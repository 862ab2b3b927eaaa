"""The sandbox as one ASGI application, and a thread to run it in."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from bot.sandbox.arguments import read_body
from bot.sandbox.control import Control
from bot.sandbox.delivery import Delivery
from bot.sandbox.interactions import Interactions
from bot.sandbox.methods_chat import ChatMethods
from bot.sandbox.methods_conversations import ConversationMethods
from bot.sandbox.methods_files import FileMethods
from bot.sandbox.methods_people import PeopleMethods
from bot.sandbox.methods_views import ViewMethods
from bot.sandbox.operators import Operators
from bot.sandbox.posting import Posting
from bot.sandbox.responses import Responses
from bot.sandbox.settings import SandboxSettings
from bot.sandbox.signedhttp import SignedHttp
from bot.sandbox.snapshot import Snapshots
from bot.sandbox.sockets import Sockets
from bot.sandbox.webapi import WebApi
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.world import World
from reviewers.errors import Unavailable

__all__ = ["Sandbox", "SandboxSettings"]

PAGE = Path(__file__).parent / "page"


class Sandbox:
    """A workspace with its people, reachable as `app`; `running` serves it on this machine.

    Mounted in another application, `app` works as well, but its lifespan does not run there: no snapshot is written.
    """

    def __init__(self, settings: SandboxSettings | None = None) -> None:
        self.settings = settings or SandboxSettings()
        self._world = World(self.settings)
        self._sockets = Sockets(self._world)
        url = self.settings.request_url
        self._http = SignedHttp(self._world, url) if url is not None else None
        self._delivery = Delivery(self._world, self._http or self._sockets)
        posting = Posting(self._world, self._delivery)
        self._responses = Responses(self._world, posting)
        chat = ChatMethods(self._world, posting, self._delivery)
        methods = {
            **chat.methods(),
            **ConversationMethods(self._world).methods(),
            **PeopleMethods(self._world).methods(),
            **ViewMethods(self._world).methods(),
            **FileMethods(self._world, posting).methods(),
        }
        self._api = WebApi(self._world, methods, self._sockets)
        interactions = Interactions(self._world, self._delivery, posting)
        self._control = Control(self._world, interactions, posting, chat)
        self._operators = Operators(self._world, self._delivery, self._sockets)
        path = self.settings.snapshot_path
        self._snapshots = Snapshots(self._world, path) if path is not None else None
        if self._snapshots is not None:
            self._snapshots.load()
        self.app = self._build()

    @contextlib.contextmanager
    def running(self, port: int = 0) -> Iterator[str]:
        """Serve on 127.0.0.1 in a thread; give the address, e.g. http://127.0.0.1:49152, once it answers.

        Raises Unavailable where the port is taken or not allowed.
        """
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            listener.close()
            where = f"127.0.0.1, port {port}: {error.strerror or type(error).__name__}"
            raise Unavailable(f"The Slack sandbox cannot listen on {where}. Set WHETSTONE_SANDBOX_PORT.") from error
        server = _Server(self._config())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True)
        thread.start()
        try:
            server.wait_until_started(thread)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.stop(self._hang_up)
            thread.join()
            listener.close()

    def run(self, port: int) -> None:
        """Serve on 127.0.0.1 in this thread until interrupted."""
        uvicorn.Server(self._config(port)).run()

    def _config(self, port: int = 0) -> uvicorn.Config:
        return uvicorn.Config(
            self.app,
            host="127.0.0.1",
            port=port,
            log_config=None,
            access_log=False,
            ws="websockets-sansio",
            lifespan="on",
            timeout_graceful_shutdown=2,
        )

    def _build(self) -> Starlette:
        routes = [
            Route("/api/{method}", self._api.answer, methods=["GET", "POST"]),
            Route("/_response/{secret}", self._respond, methods=["POST"]),
            Route("/_upload/{file_id}", self._upload, methods=["POST", "PUT"]),
            WebSocketRoute("/_link", self._sockets.serve),
            Mount("/_sandbox", routes=[*self._control.routes(), *self._operators.routes()]),
            Mount("/page", StaticFiles(directory=PAGE, check_dir=False)),
            Route("/", self._page, methods=["GET"]),
        ]
        return Starlette(routes=routes, lifespan=self._lifespan)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        keeping = asyncio.ensure_future(self._snapshots.keep()) if self._snapshots is not None else None
        try:
            yield
        finally:
            await self._hang_up()
            if self._http is not None:
                await self._http.close()
            if keeping is not None:
                keeping.cancel()
                await keeping

    async def _hang_up(self) -> None:
        self._world.feed.close()
        await self._delivery.close()
        await self._sockets.close()

    async def _page(self, _request: Request) -> Response:
        index = PAGE / "index.html"
        if not index.exists():
            return PlainTextResponse(
                "The page is not installed; the Web API is at /api/ and the controls at /_sandbox/."
            )
        return FileResponse(index, headers={"Cache-Control": "no-cache"})

    async def _respond(self, request: Request) -> Response:
        body: Json = {}
        try:
            body = read_body(request.headers.get("content-type", "application/json"), await request.body())
            self._responses.take(request.path_params["secret"], body)
        except SlackError as refused:
            self._note("response_url", body, refused.body(), status=404)
            return JSONResponse(refused.body(), 404)
        self._note("response_url", body, {"ok": True}, status=200)
        return PlainTextResponse("ok")

    async def _upload(self, request: Request) -> Response:
        try:
            file = self._world.files.find(request.path_params["file_id"])
        except SlackError as refused:
            return JSONResponse(refused.body(), 404)
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            async with request.form() as form:
                parts = [part for part in form.values() if not isinstance(part, str)]
                content = await parts[0].read() if parts else b""
        else:
            content = await request.body()
        if len(content) != file.length:
            return PlainTextResponse(f"expected {file.length} bytes, got {len(content)}", 400)
        file.content = content
        self._world.changed()
        return PlainTextResponse(f"OK - {len(content)}")

    def _note(self, method: str, request: Json, response: Json, *, status: int) -> None:
        at = self._world.clock.now()
        self._world.journal.add("api", method, at=at, status=status, request=request, response=response)


class _Server(uvicorn.Server):
    """A server that runs outside of the main thread and can be waited for."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._changed = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell the waiting thread."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._changed.set()

    def wait_until_started(self, thread: threading.Thread) -> None:
        """Return once requests are answered; raises if the start failed."""
        while not self._changed.wait(0.05):
            if not thread.is_alive():
                raise RuntimeError("the sandbox did not start: see the log")
        if not self.started:
            raise RuntimeError("the sandbox did not start: see the log")

    def stop(self, hang_up: Callable[[], Coroutine[None, None, None]]) -> None:
        """Close streams and sockets, so that nothing holds the server up, then end it."""
        if self._loop is not None and self._loop.is_running():
            asyncio.run_coroutine_threadsafe(hang_up(), self._loop).result(timeout=5)
        self.should_exit = True
