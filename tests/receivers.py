"""Programs that are told of events, for real: a web server on this machine, and a command that keeps what it gets."""

from __future__ import annotations

import json
import shlex
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

KEEPER = """
import json, os, sys
folder, *words = sys.argv[1:]
given = sys.stdin.read()
status = os.path.join(folder, "status")
wrong = int(open(status).read()) if os.path.exists(status) else 0
if wrong:
    os.unlink(status)
    sys.exit(wrong)
with open(os.path.join(folder, "told"), "a") as file:
    file.write(json.dumps({"words": words, "given": given, "names": sorted(os.environ)}) + "\\n")
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """One request as it came."""

    path: str
    headers: dict[str, str]  # by name in small letters
    body: bytes


@dataclass(kw_only=True)
class Hook:
    """A web server that answers with what is in `answers` first, then with 204."""

    url: str
    seen: list[Posted] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    silent: threading.Event = field(default_factory=threading.Event)  # while it is set, nothing is answered
    freed: threading.Event = field(default_factory=threading.Event)


@contextmanager
def a_hook() -> Iterator[Hook]:
    """A server that runs until the block ends."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            hook.seen.append(Posted(path=self.path, headers=headers, body=body))
            if hook.silent.is_set():
                hook.freed.wait(30)
                return
            status, more = hook.answers.pop(0) if hook.answers else (204, {})
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    hook = Hook(url=f"http://127.0.0.1:{server.server_address[1]}/hook?token=t0ken")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="hook")
    thread.start()
    try:
        yield hook
    finally:
        hook.freed.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A command that appends what it is given to a file; `status` makes its next run fail."""

    folder: Path

    def template(self, words: str = "{event} --route={route}") -> str:
        """What the setting says, with these words behind the command."""
        script = self.folder / "keeper.py"
        script.write_text(KEEPER, encoding="utf-8")
        return f"{shlex.join([sys.executable, '-I', '-S', str(script), str(self.folder)])} {words}"

    def status(self, status: int) -> None:
        """The exit status of its next run."""
        (self.folder / "status").write_text(str(status), encoding="ascii")

    @property
    def told(self) -> list[dict[str, Any]]:
        """Words, standard input and names in the environment of each run that took the event."""
        path = self.folder / "told"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
