"""How the command line speaks: tables and progress on a terminal, plain lines elsewhere, errors that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

# Lines are not wrapped: a path or a hash that is cut in two cannot be copied.
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def fail(message: str, code: int = 2) -> SystemExit:
    """An error line for a person; `raise fail(...)` ends the command without a traceback."""
    for line in message.splitlines():
        err.print(f"[bold]whetstone:[/bold] {_plain(line)}")
    return SystemExit(code)


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error; the block is given `advance(done, total)`. Total 0: not known yet."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=False) as bar:
        row = bar.add_task(what, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(row, completed=done, total=total or None)

        yield advance
