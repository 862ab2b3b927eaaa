"""Keeps the sandbox's state in a JSON file, so that a restart of the demo finds its channels and cards again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from pathlib import Path

from bot.sandbox.wire import compact
from bot.sandbox.world import World

WRITE_AFTER_SECONDS = 0.5  # real time between a change and the file


class Snapshots:
    """Writes the file shortly after changes and at the end; reads it at the start."""

    def __init__(self, world: World, path: Path) -> None:
        self._world = world
        self._path = path
        self._written = world.revision

    def load(self) -> None:
        """Take the state from the file if there is one."""
        if self._path.exists():
            self._world.restore(json.loads(self._path.read_text(encoding="utf-8")))

    def write(self) -> None:
        """Replace the file if anything changed."""
        if self._written == self._world.revision:
            return
        self._written = self._world.revision
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_name(self._path.name + ".partial")
        with partial.open("w", encoding="utf-8") as file:
            file.write(compact(self._world.snapshot()))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path)

    async def keep(self) -> None:
        """Write again and again until cancelled, and once more then."""
        with contextlib.suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(WRITE_AFTER_SECONDS)
                self.write()
        self.write()
