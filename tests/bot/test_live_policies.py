"""The policy changes without a restart: the file's text, and the routes that were made in Slack."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.live_policies import LOOK_SECONDS, FilePolicies, LivePolicies
from bot.policy_file import PolicyMistakes
from reviewers.decisions.routing import FixedPolicies
from reviewers.errors import Unavailable
from reviewers.model import Match, Policy, Route
from reviewers.ports import UnitOfWork
from tests.fakes import MemoryStore
from tests.workflow.worlds import CountedMetrics

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CARDS = '[[routes]]\nname = "Cards"\nchannel = "C0CARDS"\n'


class Watch:
    """Seconds that a test turns."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class File:
    """A policy file with the reader under test, and a time stamp that moves with every text."""

    def __init__(self, folder: Path, text: str) -> None:
        self.path, self.watch, self.metrics = folder / "policy.toml", Watch(), CountedMetrics()
        self.written = 0
        self.write(text)
        self.policies = FilePolicies(self.path, metrics=self.metrics, seconds=self.watch)

    def write(self, text: str) -> None:
        """Another text, written a second after the one before."""
        self.written += 1
        self.path.write_text(text, encoding="utf-8")
        os.utime(self.path, (1_800_000_000 + self.written,) * 2)

    def routes(self, *, later: float = LOOK_SECONDS) -> list[str]:
        """The routes' names, so many seconds later."""
        self.watch.seconds += later
        return [route.name for route in self.policies.current().routes]


def test_new_text_holds_without_a_restart(tmp_path: Path) -> None:
    """Within a second, and under another version."""
    file = File(tmp_path, "")
    before = file.policies.current().version
    file.write(CARDS)
    assert file.routes() == ["Cards"]
    assert file.policies.current().version != before
    assert file.metrics.of("policy_reads", result="read") == 1


def test_file_is_looked_at_once_a_second(tmp_path: Path) -> None:
    """Asking for every output costs no look at the disk."""
    file = File(tmp_path, "")
    file.write(CARDS)
    assert file.routes(later=LOOK_SECONDS / 2) == []
    assert file.routes(later=LOOK_SECONDS / 2) == ["Cards"]


def test_wrong_text_is_told_once_and_the_last_good_policy_stays(tmp_path: Path) -> None:
    """Operators see each mistake with its line in the log; a mended text holds at once."""
    file = File(tmp_path, CARDS)
    file.write(CARDS + "quorum = 9\nshw = 1\n")
    with capture_logs() as logs:
        assert [file.routes() for _ in range(3)] == [["Cards"]] * 3
    (refused,) = [entry for entry in logs if entry["event"] == "policy_refused"]
    assert refused["mistakes"] == [
        "line 4: 'quorum' is 9: write a whole number from 1 to 5",
        "line 5: 'shw' is not a setting. Did you mean 'show'?",
    ]
    assert file.metrics.of("policy_reads", result="refused") == 1
    file.write(CARDS.replace("Cards", "Loans"))
    assert file.routes() == ["Loans"]


def test_file_that_vanishes_changes_nothing(tmp_path: Path) -> None:
    """An editor that writes by moving leaves a moment without a file."""
    file = File(tmp_path, CARDS)
    file.path.unlink()
    assert file.routes() == ["Cards"]
    file.write(CARDS.replace("Cards", "Loans"))
    assert file.routes() == ["Loans"]


def test_start_with_a_wrong_file_is_refused(tmp_path: Path) -> None:
    """There is no good policy to keep."""
    with pytest.raises(PolicyMistakes):
        File(tmp_path, "uniform_rate = 0\n")


def test_no_file_is_the_default_for_good() -> None:
    """Nothing is looked for."""
    watch = Watch()
    policies = FilePolicies(None, metrics=CountedMetrics(), seconds=watch)
    watch.seconds += 10
    assert policies.current().uniform_rate == 0.05


class AwayStore(MemoryStore):
    """A store that can be away."""

    away = False

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """Raises Unavailable while it is away."""
        if self.away:
            raise Unavailable("The database does not answer.")
        with super().read() as uow:
            yield uow


def _live(store: MemoryStore, *routes: Route) -> tuple[LivePolicies, Watch]:
    watch = Watch()
    base = FixedPolicies(policy=Policy(version="file", routes=routes))
    return LivePolicies(base, store, seconds=watch), watch


def _save(store: MemoryStore, route: Route) -> None:
    with store.begin() as uow:
        uow.routes.put(route, by="U0TOMAS", at=NOW)


def test_saved_route_holds_within_a_second_behind_those_of_the_file() -> None:
    """The file's stand first, then saved ones that ask for something, then those that take every output."""
    store = MemoryStore()
    policies, watch = _live(store, Route(name="Loans"))
    assert policies.current().version == "file"
    _save(store, Route(name="All"))
    _save(store, Route(name="Cards", match=Match(tags=("cards",))))
    assert [route.name for route in policies.current().routes] == ["Loans"]
    watch.seconds += LOOK_SECONDS
    assert [route.name for route in policies.current().routes] == ["Loans", "Cards", "All"]


def test_route_of_the_file_wins_over_a_saved_one_of_its_name() -> None:
    """Who writes the file has the last word."""
    store = MemoryStore()
    _save(store, Route(name="Cards", quorum=3))
    policies, _ = _live(store, Route(name="Cards", quorum=2))
    assert [(route.name, route.quorum) for route in policies.current().routes] == [("Cards", 2)]


def test_version_follows_what_the_saved_routes_say() -> None:
    """Saving the same again is no other version; another channel is."""
    store = MemoryStore()
    route = Route(name="Cards", match=Match(tags=("cards",)), channel="C0CARDS")
    versions = []
    for saved in (route, route, replace(route, channel="C0REVIEW")):
        _save(store, saved)
        versions.append(_live(store)[0].current().version)
    assert versions[0] == versions[1]
    assert len({"file", *versions}) == 3


def test_saved_routes_stay_while_the_database_is_away() -> None:
    """Whoever asks for the policy gets the one known before."""
    store = AwayStore()
    _save(store, Route(name="Cards"))
    policies, watch = _live(store)
    assert len(policies.current().routes) == 1
    store.away = True
    watch.seconds += LOOK_SECONDS
    assert len(policies.current().routes) == 1
