"""Which prompt outputs were written under, and when a new one counts as a change."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import numpy as np
import pytest
from numpy.typing import NDArray

from reviewers.decisions import prompt_versions
from reviewers.decisions.prompt_versions import Seen, Tally
from reviewers.decisions.stamps import stamp
from reviewers.model import Message, TaskView
from reviewers.model.outputs import JsonValue
from reviewers.model.suggestion import Upstream, UpstreamChange
from tests.builders import NOON, a_view, an_output


def seen(outputs: int = 100, *, days: int = 0) -> Seen:
    """So many, the first so many days after noon."""
    return Seen(outputs=outputs, first_at=NOON + timedelta(days=days))


def wrong(version: str) -> TaskView:
    """A wrong output of this version."""
    return a_view(output=an_output(metadata={"prompt_version": version}))


@pytest.mark.parametrize(
    ("system", "metadata", "expected"),
    [
        ("Be brief.", {"prompt_version": " v12 "}, "v12"),
        ("", {"prompt_version": 3}, "3"),
        ("Be brief.", {"prompt_version": ""}, f"system turn {sha256(b'Be brief.').hexdigest()[:8]}"),
        ("Be brief.", {"prompt_version": True}, f"system turn {sha256(b'Be brief.').hexdigest()[:8]}"),
        ("Be brief.", {"prompt_version": ["v12"]}, f"system turn {sha256(b'Be brief.').hexdigest()[:8]}"),
        ("", {"user": "U1"}, ""),
        ("", {"prompt_version": "x" * 200}, "x" * 100),
    ],
)
def test_the_application_names_its_prompt_or_the_system_turn_does(
    system: str, metadata: dict[str, JsonValue], expected: str
) -> None:
    """What is no name is passed over."""
    assert prompt_versions.version(system, metadata) == expected


def test_an_output_has_the_version_of_all_turns_that_the_application_wrote() -> None:
    """Also a developer's; a lone surrogate breaks nothing."""
    turns = [Message(role=role, content=role) for role in ("system", "user", "developer")]
    expected = sha256(b"system\ndeveloper").hexdigest()[:8]
    assert prompt_versions.of(an_output(prompt=tuple(turns))) == f"system turn {expected}"
    assert prompt_versions.of(an_output(prompt=(Message(role="system", content="\ud83d"),)))


def test_a_version_that_came_with_the_week_is_a_change_with_the_wrong_outputs_that_are_its() -> None:
    """Two of three wrong outputs were written under it."""
    views = [wrong("v2"), wrong("v1"), wrong("v2")]
    found = prompt_versions.new({"v1": seen()}, {"v1": seen(), "v2": seen(days=2)}, views)
    assert found == (
        UpstreamChange(kind=Upstream.PROMPT, name="v2", changed_at=NOON + timedelta(days=2), wrong=2, of=3),
    )


def test_a_version_that_came_a_week_after_the_first_is_new_until_the_reference_is_made_of_it() -> None:
    """It came on the ninth day of the reference; one of the sixth day is none any more."""
    before, now = {"v1": seen(), "v2": seen(days=9)}, {"v2": seen(days=28)}
    (change,) = prompt_versions.new(before, now, [wrong("v2")])
    assert (change.name, change.changed_at, change.wrong) == ("v2", NOON + timedelta(days=9), 1)
    assert prompt_versions.new({"v1": seen(), "v2": seen(days=6)}, now, []) == ()
    assert prompt_versions.new({"v2": seen(days=9)}, now, []) == ()


def test_a_trial_and_a_first_version_are_no_change() -> None:
    """19 outputs of the week are under 20; and where nothing was told before, nothing is new."""
    assert prompt_versions.new({"v1": seen()}, {"v1": seen(), "v2": seen(19)}, []) == ()
    assert len(prompt_versions.new({"v1": seen()}, {"v1": seen(), "v2": seen(20)}, [])) == 1
    assert prompt_versions.new({}, {"v1": seen()}, []) == ()
    assert prompt_versions.new({"": seen()}, {"v1": seen()}, []) == ()


def test_a_system_turn_that_is_filled_in_output_by_output_tells_of_no_version() -> None:
    """Eleven different ones in both windows; names that the application gives count however many there are."""
    daily = {f"system turn {day:08x}": seen() for day in range(10)}
    today = {"system turn ffffffff": seen()}
    assert prompt_versions.new(daily, today, []) == ()
    assert not prompt_versions.watched(daily, today)
    named = {f"v{day}": seen() for day in range(10)}
    assert [one.name for one in prompt_versions.new(named, {"v10": seen()}, [])] == ["v10"]


def test_a_prompt_is_watched_where_the_week_tells_of_it() -> None:
    """Not where its outputs have neither a name nor a system turn."""
    assert prompt_versions.watched({}, {"v1": seen()})
    assert not prompt_versions.watched({"v1": seen()}, {"": seen()})


def test_versions_are_counted_as_a_window_is_read() -> None:
    """Two pieces; each version since its first output."""
    tally = Tally()
    tally.add(["v1", "", "v1"], stamps(0, 1, 2))
    tally.add(["v2", "v1"], stamps(3, 4))
    assert tally.seen() == {"v1": seen(3), "": seen(1, days=1), "v2": seen(1, days=3)}


def test_prompt_that_is_filled_in_for_each_output_takes_no_more_room_than_another() -> None:
    """11 of 100,000 system turns are kept: one more than tell of versions, so they tell of none, as all would."""
    tally = Tally()
    names = [prompt_versions.version(f"Today is day {day}.", {}) for day in range(100_000)]
    for start in range(0, 100_000, 500):
        tally.add([*names[start : start + 499], "v1"], stamps(*range(500)))
    assert len(tally.seen()) == 12
    assert not prompt_versions.watched(tally.seen(), {name: one for name, one in tally.seen().items() if name != "v1"})
    assert prompt_versions.watched({}, tally.seen())


def stamps(*days: int) -> NDArray[np.datetime64]:
    """So many days after noon."""
    return np.array([stamp(NOON + timedelta(days=day)) for day in days])
