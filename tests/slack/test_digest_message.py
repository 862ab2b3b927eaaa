"""A week's digest as a message: worded as designed, honest where little is known, whole in plain words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.slack.digest import DigestOptions, Muted, Picture, digest_message
from bot.slack.digest.ids import DigestAction, DigestValue
from bot.slack.values import NamedValue
from bot.slack.wire import SlackMessage, weight
from reviewers.model.digest import Aspect, Digest, Example, Headline, State, Unit
from reviewers.model.digest_parts import Corrections, PartKind
from reviewers.model.missing import Missing
from reviewers.model.suggestion import Cure, Upstream
from tests.digests import MONDAY, PAGE_CHANGED, a_finding, a_quiet_digest, a_rate
from tests.slack.checks import objects
from tests.slack.digests import GUIDE, OPTIONS, drawn_digest, suggested_digest
from tests.slack.drawn import buttons, fine, kinds, said

FEW = Missing(found=9, needed=40)


def drawn(digest: Digest, options: DigestOptions = OPTIONS) -> SlackMessage:
    """The message, after the checks that hold for all."""
    return fine(digest_message(digest, options), 50)


def lines(block: dict[str, Any]) -> list[str]:
    """The entries of a list, with *bold*."""
    listed = next(item for item in block["elements"] if item["type"] == "rich_text_list")
    return [
        "".join(f"*{e['text']}*" if e.get("style", {}).get("bold") else e["text"] for e in item["elements"])
        for item in listed["elements"]
    ]


def test_drift_week_reads_as_designed() -> None:
    """Header, one sentence, the cheapest cure, buttons, pictures, what moved, examples, what did not, grey line."""
    message = drawn(drawn_digest())
    assert kinds(message) == (
        "header section section actions image data_visualization rich_text rich_text section context".split()
    )
    header, first, cure, _, image, bars, moved, examples, calm, grey = message.blocks
    assert header["text"]["text"] == "Card support, week 47: more wrong answers"
    assert said(first) == (
        "About *14 of 100* answers were wrong (9 to 20); in the 4 weeks before it was *8* (6 to 10). The rise is in "
        "questions on *fees abroad*, since 17 November."
    )
    assert said(cure) == (
        "*Do first:* the page _Card fees 2026_ changed on 16 November, but 22 of 24 wrong answers still cite what it "
        "said before. Rebuild the index. Retraining would not cure this."
    )
    assert buttons(message) == ["See 24 wrong answers", "Build dataset", "Snooze", "Not useful"]
    assert image["slack_file"] == {"id": "F0AAAA001"}
    assert image["title"]["text"] == "Wrong answers of 100, by week, with 95 % interval"
    assert bars["title"] == "Wrong of 100, by topic"
    assert lines(moved) == [
        "*Fees abroad: *31 of 100 wrong, before 9 (+22 points, 11 to 35)",
        "*Topic “cash in Thailand, Turkey”: *4 % of questions, before 1 % (+3 points, 2 to 4)",
    ]
    assert lines(examples) == [
        "“A cash withdrawal abroad costs € 2.00.” Source: € 3.50  #4821",
        "“There is no fee in Turkey.” Source: € 3.50  #4790",
        "“The currency fee is 1.5 %.” Source: 1.75 %  #4774",
    ]
    assert said(calm) == (
        "*No change:* disputes, limits, PIN; latency 1.4 s (median), 3.9 s (95 of 100); reviewers agree (α 0.71); "
        "calibration. *Too few:* delivery (4). Details in the thread."
    )
    assert said(grey) == (
        "212 of 9,840 answers reviewed, 3.1 h  ·  95 % intervals, weighted for the way answers were picked  ·  "
        f"16 to 22 Nov, UTC  ·  <{GUIDE}|how to read this>"
    )


def test_whole_digest_stands_in_plain_words() -> None:
    """No symbol and no sign of format; the first hundred characters are the notification."""
    text = drawn(drawn_digest()).text
    assert text.startswith(
        "Card support, week 47: more wrong answers. About 14 of 100 answers were wrong (9 to 20); in"
    )
    for part in (
        "The rise is in questions on fees abroad, since 17 November.",
        "Do first: the page Card fees 2026 changed on 16 November",
        "What moved: Fees abroad: 31 of 100 wrong, before 9 (+22 points, 11 to 35);",
        "Examples: “A cash withdrawal abroad costs € 2.00.” Source: € 3.50 #4821;",
        "reviewers agree (alpha 0.71)",
        "Too few: delivery (4).",
        "Retraining is not suggested yet.",
        "212 of 9,840 answers reviewed.",
        "Latency 1.4 s (median), 3.9 s (95 of 100), unchanged.",
        "18 corrections collected. Reviewers: 3.1 h, agreement alpha 0.71.",
    ):
        assert part in text
    assert "*" not in text
    assert "_" not in text


def test_way_by_keyboard_is_named_to_those_who_listen() -> None:
    """Where the command exists."""
    assert drawn(drawn_digest(), replace(OPTIONS, command="/whetstone")).text.endswith(
        "Again at any time: /whetstone digest 2026-W47."
    )


def test_picture_says_its_finding_to_those_who_cannot_see_it() -> None:
    """The numbers of the weeks, the current one apart, and the target."""
    image = drawn(drawn_digest()).blocks[4]
    assert image["alt_text"] == (
        "Wrong answers of 100 by week, W40 to W47, with 95 % interval. Weeks 40 to 46 lie between 7 and 9. Week 47 is "
        "14, from 9 to 20. The target is 5."
    )


def test_picture_that_is_missing_is_told_in_its_place() -> None:
    """An upload that failed takes no number away and holds no digest up."""
    message = drawn(drawn_digest(), replace(OPTIONS, files={}))
    assert "image" not in kinds(message)
    assert said(message.blocks[4]).startswith("Wrong answers of 100 by week, W40 to W47")


def test_bars_show_both_windows_the_largest_change_first() -> None:
    """Slack's own bars: 31 against 9, 12 against 10; delivery has too few reviews and no bar."""
    chart = drawn(drawn_digest()).blocks[5]["chart"]
    assert chart["axis_config"]["categories"] == ["Fees abroad", "Disputes"]
    series = {one["name"]: [point["value"] for point in one["data"]] for one in chart["series"]}
    assert series == {"Week 47": [31, 12], "4 weeks before": [9, 10]}


def test_where_bars_are_refused_the_change_is_a_picture() -> None:
    """With its intervals in words for those who cannot see it."""
    message = drawn(drawn_digest(), replace(OPTIONS, native_bars=False))
    image = message.blocks[5]
    assert image["slack_file"] == {"id": "F0AAAA003"}
    assert image["title"]["text"] == "Change in wrong of 100 since the 4 weeks before, in points"
    assert image["alt_text"] == (
        "Change in wrong answers of 100 by topic with 95 % intervals. Fees abroad plus 22, from 11 to 35. Disputes "
        "plus 2: within chance."
    )


def test_parts_of_one_name_have_labels_of_their_own() -> None:
    """Slack takes no two bars of one label, and none of more than 20 characters."""
    whole = drawn_digest()
    line = replace(whole.lines[0], name="fees abroad and at home")
    chart = drawn(replace(whole, lines=(line, line, line))).blocks[5]["chart"]
    labels = chart["axis_config"]["categories"]
    assert len(set(labels)) == 3
    assert max(map(len, labels)) <= 20


def test_quiet_week_is_one_sentence_and_a_grey_line() -> None:
    """No header, no picture, no button."""
    quiet = a_quiet_digest(corrections=Corrections(week=14, since_last=182, needed=200, approved=104))
    message = drawn(quiet)
    assert [said(block) for block in message.blocks] == [
        "*Card support, week 46: nothing moved.* About 9 of 100 answers were wrong (6 to 14), as in the 4 weeks before "
        "(8; 6 to 10).",
        "208 of 9,610 answers reviewed, 3.1 h  ·  14 corrections collected, 182 of 200 for a dataset  ·  details in "
        "the thread",
    ]
    assert message.text.startswith("Card support, week 46: nothing moved. About 9 of 100 answers were wrong (6 to 14)")


def test_quiet_week_names_what_nothing_could_be_said_of() -> None:
    """Silence on a part with four reviews is no calm."""
    few = a_finding(name="delivery", state=State.INSUFFICIENT, missing=Missing(found=4, needed=40), examples=())
    message = drawn(a_quiet_digest(findings=(few,)))
    assert "too few to say: delivery (4)" in said(message.blocks[1])


def test_too_few_reviews_are_said_and_nothing_else() -> None:
    """No rate anywhere, the way to more reviews, and that silence is no calm."""
    week = drawn_digest(
        headline=Headline.TOO_FEW,
        route="Loans",
        reviewed=9,
        outputs=1120,
        timed_out=21,
        rate=FEW,
        findings=(),
        cure=None,
    )
    message = drawn(week)
    sentence, row, grey = message.blocks
    assert said(sentence) == (
        "*Loans, week 47: too few reviews to say.* 9 of 1,120 answers reviewed; 40 are needed before a rate means "
        "something (±10 points). 21 timed out."
    )
    assert [item["action_id"] for item in row["elements"]] == [DigestAction.QUEUE, DigestAction.BUDGET]
    assert NamedValue.parse(row["elements"][0]["value"]).name == "Loans"
    assert said(grey) == "Nothing is said about drift, neither that there is some nor that there is none."
    assert "wrong (" not in message.text


def test_too_few_reviews_still_say_what_was_asked() -> None:
    """Questions need no verdict; only of wrong answers nothing is said."""
    topic = a_finding(aspect=Aspect.TOPIC, part=PartKind.TOPIC, name="Turkey", unit=Unit.SHARE, examples=())
    message = drawn(drawn_digest(headline=Headline.TOO_FEW, rate=FEW, findings=(topic,), cure=None))
    assert kinds(message) == ["section", "actions", "rich_text", "context"]
    assert said(message.blocks[3]).startswith("Nothing is said about wrong answers")


@pytest.mark.parametrize(
    ("last", "sentence"),
    [(MONDAY.replace(day=12), "The last came on 12 November."), (None, "None ever came.")],
)
def test_week_without_answers_is_one_line(last: Any, sentence: str) -> None:
    """And says when the last one came."""
    message = drawn(drawn_digest(headline=Headline.NO_TRAFFIC, route="Loans", last_output_at=last, outputs=0))
    assert [said(block) for block in message.blocks] == [f"*Loans, week 47: no answers came in.* {sentence}"]
    assert message.text == f"Loans, week 47: no answers came in. {sentence}"


def test_fewer_wrong_answers_are_a_finding_too() -> None:
    """ "The fall is in", and only parts that fell are named."""
    fell = a_finding(name="limits", now=0.02, before=0.1, effect=-0.08, low=-0.12, high=-0.03)
    week = drawn_digest(
        headline=Headline.FEWER_WRONG, rate=a_rate(0.05, 0.03, 0.08), findings=(a_finding(), fell), cure=None
    )
    message = drawn(week)
    assert said(message.blocks[1]) == (
        "About *5 of 100* answers were wrong (3 to 8); in the 4 weeks before it was *8* (6 to 10). The fall is in "
        "questions on *limits*, since 17 November."
    )
    assert "*Limits: *2 of 100 wrong, before 10 (−8 points, −12 to −3)" in lines(message.blocks[5])


def test_new_questions_come_before_an_error_rate_that_did_not_move() -> None:
    """What is asked moved, and how many answers are wrong stayed."""
    topic = replace(drawn_digest().findings[1], new=True)
    week = drawn_digest(headline=Headline.NEW_QUESTIONS, findings=(topic,), cure=None, rate=a_rate(0.09, 0.06, 0.14))
    assert said(drawn(week).blocks[1]) == (
        "The topic *cash in Thailand, Turkey* is new: 4 % of questions. About 9 of 100 answers were wrong (6 to 14), "
        "as in the 4 weeks before (8; 6 to 10)."
    )


def test_changed_answers_are_named_with_their_numbers() -> None:
    """A median in characters, with the interval of its change."""
    longer = a_finding(
        aspect=Aspect.LENGTH, part=PartKind.ALL, name="", now=420.0, before=310.0, effect=110.0, low=80.0, high=140.0,
        unit=Unit.CHARACTERS, examples=(),
    )  # fmt: skip
    week = drawn_digest(headline=Headline.CHANGED_ANSWERS, findings=(longer,), cure=None)
    assert said(drawn(week).blocks[1]).startswith(
        "Length of answers: 420 characters (median), before 310 (+110, 80 to 140). About 14 of 100"
    )


def test_start_retraining_stands_here_only_when_it_is_suggested() -> None:
    """Primary, first, and it says what follows before it is pressed."""
    assert "Start retraining" not in buttons(drawn(drawn_digest()))
    message = drawn(suggested_digest())
    start = next(item for item in objects(message.blocks) if item.get("action_id") == DigestAction.RETRAIN)
    assert buttons(message)[0] == "Start retraining"
    assert start["style"] == "primary"
    assert start["confirm"]["text"]["text"] == (
        "Builds a dataset of what was approved and corrected up to the end of that week (approved: at most 30 of 100 "
        "rows) where Whetstone runs, records that you want a training, and tells the programs that its settings name, "
        "if any. Nothing goes live by itself."
    )
    assert "Retraining is suggested." in message.text


def test_buttons_carry_the_week_and_the_route() -> None:
    """And are told apart by ear."""
    row = drawn(drawn_digest()).blocks[3]
    assert {DigestValue.parse(item["value"]) for item in row["elements"]} == {
        DigestValue(week="2026-W47", route="Card support")
    }
    assert [item["accessibility_label"] for item in row["elements"]] == [
        "See the 24 wrong answers of week 47",
        "Build a correction dataset from the corrections up to week 47",
        "Snooze this finding for a week",
        "This digest was not useful, say why",
    ]


def test_nothing_is_offered_that_is_not_there() -> None:
    """No wrong answer to see, no correction to build from."""
    week = drawn_digest(wrong_ids=(), corrections=Corrections(week=0, since_last=0, needed=200, approved=0))
    assert buttons(drawn(week)) == ["Snooze", "Not useful"]


def test_short_form_leaves_lists_and_pictures_to_the_thread() -> None:
    """After "Too long": sentence, cure, buttons, grey line; the words for a screen reader stay whole."""
    message = drawn(drawn_digest(), replace(OPTIONS, short=True))
    assert kinds(message) == ["header", "section", "section", "actions", "context"]
    assert "details in the thread" in said(message.blocks[4])
    assert "What moved" in message.text


def test_finding_that_somebody_knows_already_is_left_out_and_counted() -> None:
    """After "Known already"; its examples go with it."""
    muted = (Muted(aspect=Aspect.WRONG, part=PartKind.SLICE, name="fees abroad"),)
    message = drawn(drawn_digest(), replace(OPTIONS, muted=muted))
    assert kinds(message).count("rich_text") == 1
    assert "1 finding left out, as you asked. Details in the thread." in said(message.blocks[-2])


def test_examples_come_from_every_finding_before_the_second_of_any() -> None:
    """Three at most, none twice."""
    first = drawn_digest().findings[0]
    other = a_finding(name="limits", examples=(Example(output_id="o-1", number=1, quote="€ 500."), first.examples[0]))
    message = drawn(drawn_digest(findings=(first, other)))
    assert [line.rpartition("#")[2] for line in lines(message.blocks[7])] == ["4821", "1", "4790"]


@pytest.mark.parametrize(
    ("cure", "words"),
    [
        (Cure(kind=Upstream.SOURCE, change=PAGE_CHANGED, wrong=22, of=24),
         "the page _Card fees 2026_ changed on 16 November, and 22 of 24 wrong answers cite it. Correct the page."),
        (Cure(kind=Upstream.PROMPT, change=replace(PAGE_CHANGED, kind=Upstream.PROMPT, name="v12"), wrong=9, of=10),
         "the prompt changed to _v12_ on 16 November, and 9 of 10 wrong answers came with it. Go back to the prompt "
         "before, or correct it."),
        (Cure(kind=Upstream.MODEL, change=replace(PAGE_CHANGED, kind=Upstream.MODEL, name=""), wrong=9, of=10),
         "the model changed on 16 November, and 9 of 10 wrong answers came with it. Go back to the model before."),
        (Cure(kind=Upstream.INDEX, change=None, wrong=22, of=24),
         "passages beside the point are cited by 22 of 24 wrong answers. Look at what the index returns."),
        (Cure(kind=Upstream.SOURCE, change=None, wrong=1, of=1),
         "no passage comes near the question of 1 of 1 wrong answer. Write the source that is missing."),
        (Cure(kind=Upstream.PROMPT, change=None, wrong=5, of=6),
         "style or topic alone is what is wrong with 5 of 6 wrong answers. Say in the prompt how to answer."),
    ],
)  # fmt: skip
def test_cheapest_cure_says_why_it_would_help(cure: Cure, words: str) -> None:
    """With how many wrong answers it would cure."""
    message = drawn(drawn_digest(cure=cure))
    assert said(message.blocks[2]) == f"*Do first:* {words} Retraining would not cure this."


def test_watch_that_crossed_before_a_rate_is_known_is_told_without_one() -> None:
    """The verdicts one by one say more than a rate of few of them."""
    part = a_finding(now=None, before=None, effect=None, low=None, high=None, n_now=12, examples=(), name="limits")
    message = drawn(drawn_digest(findings=(part,), rate=FEW, cure=None))
    assert said(message.blocks[1]) == (
        "Too few answers were reviewed to say how many were wrong (9 of 40 reviews). The rise is in questions on "
        "*limits*, since 17 November."
    )
    assert lines(message.blocks[5]) == ["*Limits: *changed, by the verdicts one by one; too few for a rate"]


def test_topic_whose_words_are_too_various_has_no_name() -> None:
    """And none is made up."""
    topic = replace(drawn_digest().findings[1], name="")
    message = drawn(drawn_digest(findings=(topic,), headline=Headline.NEW_QUESTIONS, cure=None))
    assert lines(message.blocks[5])[0].startswith("*A topic without a name: *4 % of questions")
    assert said(message.blocks[1]).startswith("A topic without a name grew: 4 % of questions, before 1 %")


def test_longest_digest_keeps_slacks_limits() -> None:
    """Forty findings with long names and quotes: lists end, and say how much more there is."""
    names = [f"{place} {'a long name of a slice ' * 9}" for place in range(40)]
    quote = Example(output_id="o", number=1, quote="word " * 900, source="word " * 900)
    moved = tuple(a_finding(name=one, examples=(replace(quote, output_id=one),)) for one in names)
    still = tuple(a_finding(name=one, state=State.STABLE, examples=()) for one in names)
    week = drawn_digest(findings=(*moved, *still), lines=tuple(replace(drawn_digest().lines[0], name=n) for n in names))
    message = drawn(week)
    assert lines(message.blocks[6])[-1] == "34 more"
    assert weight(message.blocks) < 6000
    assert len(message.text) <= 3000


def test_files_are_asked_for_by_the_names_that_are_uploaded() -> None:
    """The value of a picture is its file's name."""
    assert {picture.value for picture in Picture} == {"error-rate", "what-moved", "reliability"}


def test_source_that_stands_out_alone_is_named_where_the_rise_is() -> None:
    """The whole did not move beyond chance: the first sentence says which answers did."""
    source = a_finding(
        aspect=Aspect.SOURCE,
        part=PartKind.SOURCE,
        name="Card fees 2026",
        unit=Unit.SHARE,
        now=0.72,
        before=0.09,
        effect=0.63,
        low=0.4,
        high=0.8,
        rising=None,
        since=None,
        examples=(),
    )
    _, first, *_ = drawn(replace(drawn_digest(), findings=(source,))).blocks
    assert said(first).endswith(" The rise is in answers that cite *Card fees 2026*.")
