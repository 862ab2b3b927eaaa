"""What stands below a digest: one message for each of its details, each with the same in plain words."""

from __future__ import annotations

from dataclasses import replace

from bot.slack.digest import DigestOptions, thread_messages
from bot.slack.wire import SlackMessage
from reviewers.model.digest import Aspect, Digest, Headline, State, Unit
from reviewers.model.digest_parts import (
    Percentiles,
    Reliability,
    ReliabilityGroup,
    ReviewerFigures,
    Sources,
)
from reviewers.model.missing import Missing
from tests.digests import a_finding, a_quiet_digest
from tests.slack.checks import live_in_text, objects, problems_of_message
from tests.slack.digests import OPTIONS, drawn_digest
from tests.slack.drawn import kinds, said

FEW = Missing(found=12, needed=100)


def thread(digest: Digest, options: DigestOptions = OPTIONS) -> dict[str, SlackMessage]:
    """Its messages by their bold beginnings, after the checks that hold for all."""
    messages = thread_messages(digest, options)
    assert [problems_of_message(message, 50) + live_in_text(message.text) for message in messages] == [[]] * len(
        messages
    )
    return {title(message): message for message in messages}


def title(message: SlackMessage) -> str:
    """The first bold words."""
    return str(next(item["text"] for item in objects(message.blocks) if item.get("style") == {"bold": True})).strip()


def listed(message: SlackMessage) -> list[str]:
    """The entries of its lists."""
    return [
        "".join(item["text"] for item in entry["elements"])
        for block in message.blocks
        if block["type"] == "rich_text"
        for part in block["elements"]
        if part["type"] == "rich_text_list"
        for entry in part["elements"]
    ]


def test_thread_has_a_message_for_each_part_in_its_order() -> None:
    """A reader finds each under its own words."""
    assert list(thread(drawn_digest())) == [
        "Wrong answers, in detail",
        "Does risk mean what it says?",
        "What moved, in points",
        "What was asked and answered",
        "Latency, tokens and cost",
        "Sources",
        "Reviewers",
        "Corrections",
    ]


def test_rates_are_a_table_that_says_what_is_within_chance() -> None:
    """Too few is a word, never a number."""
    message = thread(drawn_digest())["Wrong answers, in detail"]
    assert kinds(message) == ["rich_text", "table", "context"]
    assert [[cell["text"] for cell in row] for row in message.blocks[1]["rows"]] == [
        ["", "Wrong of 100", "Before", "Reviewed"],
        ["All", "14 (9 to 20)", "8 (6 to 10)", "212"],
        ["Fees abroad", "31 (20 to 44)", "9 (5 to 15)", "58"],
        ["Disputes", "12 (6 to 22)", "10 (7 to 14)", "49"],
        ["Delivery", "too few (4)", "7 (4 to 12)", "4"],
    ]
    assert said(message.blocks[2]) == (
        "Only fees abroad is a finding: the others are within chance (tested together, e-BH)."
    )
    assert message.text == (
        "Wrong answers, in detail. All: Wrong of 100 14 (9 to 20), Before 8 (6 to 10), Reviewed 212. Fees abroad: "
        "Wrong of 100 31 (20 to 44), Before 9 (5 to 15), Reviewed 58. Disputes: Wrong of 100 12 (6 to 22), Before 10 "
        "(7 to 14), Reviewed 49. Delivery: Wrong of 100 too few (4), Before 7 (4 to 12), Reviewed 4. Only fees abroad "
        "is a finding: the others are within chance (tested together, e-BH)."
    )


def test_rates_without_a_finding_say_so() -> None:
    """And a long table ends."""
    whole = drawn_digest()
    lines = tuple(replace(whole.lines[1], name=f"part {place}") for place in range(14))
    message = thread(replace(whole, lines=lines))["Wrong answers, in detail"]
    assert len(message.blocks[1]["rows"]) == 12  # heading, all, ten parts
    assert said(message.blocks[2]) == (
        "None is a finding: all are within chance (tested together, e-BH). 4 more parts not shown."
    )


def test_reliability_answers_the_question_with_the_highest_group() -> None:
    """And a picture, the ranking and what the risk rests on."""
    message = thread(drawn_digest())["Does risk mean what it says?"]
    assert kinds(message) == ["rich_text", "image", "context"]
    assert said(message.blocks[0]) == (
        "*Does risk mean what it says?* Yes, within chance. Where it says 40 of 100, 47 were wrong (35 to 59). Of the "
        "safest 50 of 100 about 2 of 100 are wrong."
    )
    assert message.blocks[1]["alt_text"] == (
        "Predicted risk against the share found wrong, of 100, 3 groups. All intervals touch the diagonal; the highest "
        "group is predicted 40, found 47, from 35 to 59."
    )
    assert said(message.blocks[2]) == (
        "AUROC 0.81 (0.75 to 0.87)  ·  calibration error 0.01  ·  risk model v7, 640 verdicts of earlier weeks"
    )


def test_risk_that_means_something_else_is_told_by_its_worst_group() -> None:
    """Where it says 10 and 30 were wrong, from 22: 12 points beyond chance, more than the 40 that is within."""
    known = drawn_digest().reliability
    assert isinstance(known, Reliability)
    worst = ReliabilityGroup(said=0.1, found=0.3, low=0.22, high=0.39, reviewed=120)
    groups = (known.groups[0], worst, known.groups[2])
    found = replace(known, within_chance=False, groups=groups, coverage=())
    message = thread(drawn_digest(reliability=found))["Does risk mean what it says?"]
    assert said(message.blocks[0]) == (
        "*Does risk mean what it says?* No: where it says 10 of 100, 30 were wrong (22 to 39)."
    )
    assert "2 of 3 intervals touch the diagonal; one group is predicted 10, found 30" in message.blocks[1]["alt_text"]


def test_reliability_without_verdicts_is_too_few_and_no_picture() -> None:
    """With what is missing."""
    message = thread(drawn_digest(reliability=FEW))["Does risk mean what it says?"]
    assert kinds(message) == ["rich_text"]
    assert message.text == "Does risk mean what it says? Too few to say (12 of 100 reviews)."


def test_comparisons_of_all_three_states_are_told_with_their_tests() -> None:
    """What did not move is named as well as what did, and PSI is shown."""
    few = a_finding(
        aspect=Aspect.LANGUAGE, name="", state=State.INSUFFICIENT, missing=Missing(found=9, needed=50, of="outputs"),
        examples=(), test="chi-square",
    )  # fmt: skip
    apart = a_finding(
        aspect=Aspect.QUESTIONS, name="", now=None, before=None, effect=0.57, low=0.54, high=0.6, unit=Unit.ORDER,
        examples=(), test="permutation Hotelling T² and MMD",
    )  # fmt: skip
    week = drawn_digest()
    message = thread(replace(week, findings=(*week.findings, few, apart)))["What was asked and answered"]
    assert listed(message) == [
        "Topic “cash in Thailand, Turkey”: 4 % of questions, before 1 % (+3 points, 2 to 4)",
        "Latency: no change; 1.4 s (median), before 1.4 (0.0 s, −0.1 to 0.1); PSI 0.01",
        "Languages: too few to say (9 of 50 outputs)",
        "What is asked: not as before: told apart in 57 of 100 pairs (54 to 60; 50 where nothing changed)",
    ]
    assert said(message.blocks[-1]) == (
        "Tests: difference of shares; Kolmogorov-Smirnov; chi-square; permutation Hotelling T² and MMD, held against "
        "each other."
    )


def test_latency_has_its_percentiles_tokens_and_cost() -> None:
    """Under a second in milliseconds; a model with too few outputs has no number."""
    first = drawn_digest().latency[0]
    fast = Percentiles(p50=840.0, p95=2400.0, p99=12400.0, outputs=300)
    second = replace(
        first, model="small", now=fast, before=FEW, changed=True, tokens=212.4, tokens_before=200.0, price=None
    )
    third = replace(first, model="new", now=FEW, tokens=None, cost=None, price=None)
    message = thread(drawn_digest(latency=(first, second, third)))["Latency, tokens and cost"]
    assert [[cell["text"] for cell in row] for row in message.blocks[1]["rows"][1:]] == [
        ["helpdesk-8b 2026-11-03", "1.4 s", "3.9 s", "6.1 s", "1.4 s"],
        ["small", "840 ms", "2.4 s", "12 s", "too few (12)"],
        ["new", "too few (12)", "", "", "1.4 s"],
    ]
    assert listed(message) == [
        "helpdesk-8b 2026-11-03: 212 tokens an answer; cost 12.40 EUR this week",
        "small: 212 tokens an answer, before 200; cost 12.40 this week",
    ]
    assert said(message.blocks[-1]) == "Beyond chance: small."


def test_sources_say_what_is_cited_by_wrong_answers_missing_and_changed() -> None:
    """Each with the host that its title leads to."""
    message = thread(drawn_digest())["Sources"]
    assert listed(message) == [
        "Card fees 2025 (x.example): of 25 decided answers that cite it 22 are wrong, before 0 of 3",
        "31 of 9,840 questions without a source, before 110 of 38,900",
        "Card fees 2026 (x.example) changed on 16 November: 5 approved answers wait for another look",
    ]
    links = [item["url"] for item in objects(message.blocks) if item.get("type") == "link"]
    assert links == ["https://x.example/2025", "https://x.example/2026"]


def test_reviewers_are_minutes_agreement_queue_and_what_marks_do() -> None:
    """Nobody by name."""
    message = thread(drawn_digest())["Reviewers"]
    assert said(message.blocks[0]) == "*Reviewers* 3.1 h by 4 people, 41 s a review (median)."
    assert listed(message) == [
        "Agreement: α 0.71 (0.60 to 0.80) on 41 answers that several judged",
        "12 answers wait, the oldest for 5.5 h",
        "With the machine's marks reviewers found 11 of 100 wrong, without them 13 (difference −2, −19 to 7)",
        "3 answers timed out; a time-out is no verdict",
    ]
    assert "Agreement: alpha 0.71" in message.text


def test_reviewers_of_whom_little_is_known_are_not_made_up() -> None:
    """No alpha, no median, no difference; an empty queue is said."""
    little = ReviewerFigures(
        minutes=0.0, people=1, seconds_a_review=None, alpha=None, alpha_low=None, alpha_high=None, twice=3, waiting=0,
        oldest_hours=None, marks=FEW,
    )  # fmt: skip
    message = thread(drawn_digest(reviewers=little, timed_out=0))["Reviewers"]
    assert said(message.blocks[0]) == "*Reviewers* 0 min by 1 person."
    assert listed(message) == [
        "Agreement: too few answers with two opinions to say (3)",
        "Nothing waited at the end of the week",
        "What the machine's marks do: too few to say (12 of 100 reviews)",
    ]


def test_corrections_say_how_many_a_dataset_needs() -> None:
    """This week, since the last dataset, approved ones beside them, and whether two people agree."""
    message = thread(drawn_digest())["Corrections"]
    assert message.text == (
        "Corrections. 18 this week; 243 since the last dataset, duplicates removed (200 are needed). 104 approved "
        "answers beside them. Of those that two people corrected 90 of 100 agree."
    )


def test_quiet_week_has_its_details_too() -> None:
    """Calm is worth looking up."""
    assert "Wrong answers, in detail" in thread(a_quiet_digest())


def test_week_without_answers_has_no_thread() -> None:
    """There is nothing to say more of."""
    assert thread(drawn_digest(headline=Headline.NO_TRAFFIC)) == {}


def test_what_is_not_known_has_no_message() -> None:
    """No risk model, no sources, no latency: no empty headings."""
    bare = drawn_digest(risk_version="", sources=Sources(), latency=(), lines=(), findings=())
    assert list(thread(bare)) == ["Wrong answers, in detail", "Reviewers", "Corrections"]


def test_picture_of_changes_is_not_shown_twice() -> None:
    """Where Slack's bars are refused it stands in the digest itself."""
    assert "What moved, in points" not in thread(drawn_digest(), replace(OPTIONS, native_bars=False))
