"""The suggestion to retrain: five conditions with the numbers behind each, what fails first, what is cheaper."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.slack.digest import closed_message, retraining_message, started_message
from bot.slack.digest.ids import DigestAction
from reviewers.model.digest import Digest
from reviewers.model.suggestion import Cure, Met, Upstream
from reviewers.model.telling import Receiver
from tests.digests import PAGE_CHANGED
from tests.slack.checks import objects
from tests.slack.digests import OPTIONS, drawn_digest, suggested_digest
from tests.slack.drawn import buttons, fine, said

AT = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
MODEL_CHANGED = replace(PAGE_CHANGED, kind=Upstream.MODEL, name="helpdesk-8b 3")
LEADS = ("U0TOMAS", "U0DANA")


def lines(digest: Digest) -> list[str]:
    """The conditions as they are drawn."""
    return said(fine(retraining_message(digest, OPTIONS)).blocks[1]).split("\n")


def changed(part: str, /, **changes: Any) -> Digest:
    """The suggested week with one condition otherwise."""
    whole = suggested_digest()
    suggestion = replace(whole.suggestion, **{part: replace(getattr(whole.suggestion, part), **changes)})
    return replace(whole, suggestion=suggestion)


def test_suggestion_reads_as_designed() -> None:
    """All five with their numbers, the buttons, and who can decide."""
    message = fine(retraining_message(suggested_digest(), OPTIONS, leads=LEADS))
    assert said(message.blocks[0]) == "*Retraining is suggested for Card support.* All five conditions hold."
    assert lines(suggested_digest()) == [
        "*1  Evidence: met. *14 of 100 wrong, lower end 9, target 5, more than before beyond chance",
        "*2  Material: met. *243 corrections after removing duplicates (200 needed), 71 on fees abroad (50)",
        "*3  Expected gain: met. *to about 7 of 100, at worst 9 (learning curve)",
        "*4  Agreement: met. *α 0.71 on fees abroad (0.60 needed)",
        "*5  No other cause: met. *index, prompt and model unchanged since 19 October",
    ]
    assert buttons(message) == ["Start retraining", "See the dataset", "Snooze", "Dismiss"]
    assert said(message.blocks[3]) == "Leads of Card support can decide: <@U0TOMAS>, <@U0DANA>"
    assert message.text.startswith(
        "Retraining is suggested for Card support. All five conditions hold. 1  Evidence: met. 14 of 100 wrong"
    )
    assert "alpha 0.71 on fees abroad" in message.text


def test_what_fails_comes_first_and_the_cheaper_cure_below() -> None:
    """The rest is one line; the only button leads to the answers."""
    message = fine(retraining_message(drawn_digest(), OPTIONS, leads=LEADS))
    assert said(message.blocks[0]) == "*Retraining is not suggested:* 1 of 5 conditions fails."
    assert lines(drawn_digest()) == [
        "*5  No other cause: not met. *the page Card fees 2026 changed on 16 November; 22 of the 24 wrong answers on "
        "fees abroad go with it",
        "*1 to 4: met. *evidence, material, expected gain, agreement",
    ]
    assert buttons(message) == ["See 24 wrong answers"]
    assert said(message.blocks[3]) == (
        "Cheaper cure first: the page _Card fees 2026_ changed on 16 November, but 22 of 24 wrong answers still cite "
        "what it said before. Rebuild the index. Retraining would not cure this. Looked at again in next week's digest."
    )


def test_gain_that_nothing_is_known_of_does_not_stop_the_first_training() -> None:
    """It is said, and never called met."""
    first = changed("gain", met=Met.UNKNOWN, runs=0, rate=None, worst=None)
    message = fine(retraining_message(first, OPTIONS))
    assert said(message.blocks[0]).endswith(
        "Four of five conditions hold; the gain is not known: no training has reported what it brought."
    )
    assert lines(first)[2] == (
        "*3  Expected gain: unknown. *no training has reported what it brought; at least 4.5 points are needed"
    )


@pytest.mark.parametrize(
    ("part", "changes", "line"),
    [
        ("evidence", {"met": Met.UNKNOWN, "value": None, "low": None, "target": None, "crossed": False, "reviewed": 9},
         "*1  Evidence: unknown. *too few reviews to say (9), the route names no target"),
        ("material", {"met": Met.FAILED, "corrections": 1, "in_part": None, "part": ""},
         "*2  Material: not met. *1 correction after removing duplicates (200 needed)"),
        ("gain", {"met": Met.FAILED, "rate": 0.12, "worst": 0.13},
         "*3  Expected gain: not met. *to about 12 of 100, at worst 13 (learning curve); at least 4.5 points are "
         "needed"),
        ("gain", {"met": Met.FAILED, "runs": 1, "rate": None, "worst": None, "needed": None},
         "*3  Expected gain: not met. *only 1 training has reported what it brought"),
        ("agreement", {"met": Met.UNKNOWN, "alpha": None, "twice": 7},
         "*4  Agreement: unknown. *too few answers with two opinions to say (7)"),
        ("agreement", {"met": Met.FAILED, "alpha": 0.41, "part": ""},
         "*4  Agreement: not met. *α 0.41 (0.60 needed)"),
        ("other_cause", {"met": Met.UNKNOWN, "watched": (), "unchanged_since": None},
         "*5  No other cause: unknown. *nothing that an application can change is watched"),
        ("other_cause",
         {"met": Met.FAILED, "changes": (MODEL_CHANGED, PAGE_CHANGED)},
         "*5  No other cause: not met. *the model helpdesk-8b 3 changed on 16 November; 22 of the 24 wrong answers on "
         "fees abroad go with it; the page Card fees 2026 changed on 16 November; 22 of the 24 wrong answers go "
         "with it"),
    ],
)  # fmt: skip
def test_each_reason_says_its_numbers_or_what_is_missing(part: str, changes: dict[str, Any], line: str) -> None:
    """And stands first."""
    assert lines(changed(part, **changes))[0] == line


def test_kind_of_error_that_has_its_own_cure_is_the_other_cause() -> None:
    """Where nothing changed, but the index returns the wrong passages."""
    cure = Cure(kind=Upstream.INDEX, change=None, wrong=20, of=24)
    whole = changed("other_cause", met=Met.FAILED)
    week = replace(whole, suggestion=replace(whole.suggestion, cure=cure))
    assert lines(week)[0] == (
        "*5  No other cause: not met. *passages beside the point are cited by 20 of 24 wrong answers"
    )


def test_change_that_no_wrong_answer_goes_with_is_only_named() -> None:
    """In a week without wrong answers there is nothing to count."""
    harmless = replace(PAGE_CHANGED, wrong=0, of=0)
    assert lines(changed("other_cause", changes=(harmless,)))[4] == (
        "*5  No other cause: met. *the page Card fees 2026 changed on 16 November"
    )


def test_failed_and_unknown_conditions_are_counted_apart() -> None:
    """One fails, one cannot be told; what is met is named by its numbers."""
    whole = changed("agreement", met=Met.FAILED, alpha=0.2)
    suggestion = replace(whole.suggestion, evidence=replace(whole.suggestion.evidence, met=Met.UNKNOWN))
    week = replace(whole, suggestion=suggestion)
    message = fine(retraining_message(week, OPTIONS))
    assert said(message.blocks[0]) == "*Retraining is not suggested:* 1 of 5 conditions fails, 1 is unknown."
    assert lines(week)[-1] == "*2, 3 and 5: met. *material, expected gain, no other cause"
    only = fine(retraining_message(changed("agreement", met=Met.UNKNOWN, alpha=None), OPTIONS))
    assert said(only.blocks[0]) == "*Retraining is not suggested:* 1 of 5 conditions is unknown."


def test_start_says_what_follows_even_without_a_dataset() -> None:
    """Its name comes with it."""
    whole = suggested_digest()
    nameless = replace(whole, suggestion=replace(whole.suggestion, training_set=None))
    message = fine(retraining_message(nameless, OPTIONS))
    start = next(item for item in objects(message.blocks) if item.get("action_id") == DigestAction.RETRAIN)
    assert start["confirm"]["text"]["text"].startswith("Builds a dataset of what was approved and corrected")


def test_started_training_is_told_in_place_of_the_buttons() -> None:
    """Who, when, from what, and that nothing is live."""
    message = fine(started_message(suggested_digest(), OPTIONS, by="U0TOMAS", name_of="Tomás Ruiz", at=AT, rows=347))
    assert said(message.blocks[0]) == (
        "*Retraining accepted* by <@U0TOMAS>, <!date^1795425120^{time}|09:12>. Its dataset has 347 rows."
    )
    assert message.text == (
        "Retraining accepted by Tomás Ruiz. Its dataset has 347 rows. Whetstone tells no program of it, since its "
        "settings name none. Nothing goes live by itself."
    )
    assert buttons(message) == []


@pytest.mark.parametrize(
    ("receivers", "words"),
    [
        ([Receiver.WEBHOOK], "Whetstone tells the webhook of its settings; the dataset lies where it runs."),
        ([Receiver.COMMAND], "Whetstone runs the command of its settings; the dataset lies where it runs."),
        (
            list(Receiver),
            "Whetstone tells the webhook and runs the command of its settings; the dataset lies where it runs.",
        ),
        ([], "Whetstone tells no program of it, since its settings name none; the dataset lies where it runs."),
    ],
)
def test_started_training_says_who_is_told(receivers: list[Receiver], words: str) -> None:
    """And nobody where the settings name nobody."""
    message = started_message(
        suggested_digest(), OPTIONS, by="U0TOMAS", name_of="Tomás Ruiz", at=AT, rows=0, receivers=receivers
    )
    assert said(fine(message).blocks[1]) == f"{words} Nothing goes live by itself"


@pytest.mark.parametrize(
    ("until", "why", "text"),
    [
        (AT.replace(day=30), "", "Retraining of Card support snoozed until 30 November by Tomás Ruiz."),
        (None, "Not now: wait for v9", "Retraining of Card support dismissed by Tomás Ruiz. Not now: wait for v9"),
    ],
)
def test_suggestion_that_was_put_off_has_no_buttons_any_more(until: datetime | None, why: str, text: str) -> None:
    """And says until when, or why."""
    message = fine(
        closed_message(suggested_digest(), OPTIONS, by="U0TOMAS", name_of="Tomás Ruiz", at=AT, until=until, why=why)
    )
    assert message.text == text
    assert buttons(message) == []
