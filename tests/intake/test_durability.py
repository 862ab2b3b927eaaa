"""Nothing is acknowledged before it is committed: a kill without warning loses no acknowledged output."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx

from tests.intake.rig import a_body, service, sql_store

CALLERS = 6
ENOUGH = 150  # acknowledged outputs before the kill


class Callers:
    """Several callers that hand in outputs until the service is gone."""

    def __init__(self, address: str, token: str) -> None:
        self.acknowledged: dict[str, int] = {}  # number by id
        self.changed = threading.Condition()
        self._address, self._headers = address, {"Authorization": f"Bearer {token}"}
        self._threads = [threading.Thread(target=self._call, args=(number,)) for number in range(CALLERS)]

    def start(self) -> None:
        """All at once."""
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Until each has met the end of the service."""
        for thread in self._threads:
            thread.join()

    def _call(self, number: int) -> None:
        with httpx.Client(base_url=self._address, headers=self._headers, timeout=30, trust_env=False) as client:
            for turn in range(100_000):
                # Callers take turns between single outputs and small batches.
                ids = [f"c{number}-{turn}-{part}" for part in range(1 + turn % 3)]
                bodies = [a_body(each) for each in ids]
                try:
                    answer = client.post("/v1/outputs", json=bodies[0] if len(ids) == 1 else {"outputs": bodies})
                except httpx.TransportError:
                    return
                results = [answer.json()] if len(ids) == 1 else answer.json()["results"]
                with self.changed:
                    self.acknowledged |= {each["output_id"]: each["number"] for each in results}
                    self.changed.notify_all()


def test_every_acknowledged_output_is_there_after_kill_9(tmp_path: Path) -> None:
    """With the number that was told, in a service that was started anew on the same folder."""
    command = [sys.executable, "-m", "tests.intake.server", str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        address, token = started.stdout.readline().split()
        callers = Callers(address, token)
        callers.start()
        with callers.changed:
            assert callers.changed.wait_for(lambda: len(callers.acknowledged) >= ENOUGH, 60)
        os.kill(started.pid, signal.SIGKILL)
        callers.join()

    store = sql_store(tmp_path / "whetstone.db")
    with store.read() as uow:
        stored = {each: uow.outputs.get(each) for each in callers.acknowledged}
    store.close()
    assert {each: output.number for each, output in stored.items() if output} == callers.acknowledged
    with service(tmp_path) as again:
        some = next(iter(callers.acknowledged))
        assert again.post(a_body(some)).json()["number"] == callers.acknowledged[some]
