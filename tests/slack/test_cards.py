"""The open card in every state of the design: which blocks, in which order, in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.cards import CardOptions
from bot.slack.cards.budget import Layout, Lines, within_budget
from bot.slack.wire import grey, plain
from reviewers.model import (
    ClaimReading,
    Message,
    OnTimeout,
    Outcome,
    Reading,
    Reason,
    TaskView,
    VerdictKind,
)
from tests.builders import NOON, a_decision, a_task, a_verdict, an_assessment, showing
from tests.slack.drawn import NAMES, buttons, drawn_card, fine, kinds, said
from tests.slack.scenes import (
    ANSWER,
    QUESTION,
    assessed,
    held,
    lisbon,
    resolved,
    thailand,
    thailand_output,
    thailand_readings,
    watch,
)

OPEN_MENU = "Claim for 15 minutes · Why this one? · History · Hand over"


def test_the_open_card_reads_from_the_question_to_the_grey_line() -> None:
    """Question, answer with numbers, doubts, sources, verbs, why it is here: six blocks and nothing else."""
    card = fine(drawn_card(thailand()))
    assert kinds(card) == ["rich_text", "rich_text", "rich_text", "context", "actions", "context"]
    assert said(card.blocks[0]) == f"*{QUESTION}*"
    assert said(card.blocks[1]) == (
        "A cash withdrawal abroad costs € 2.00. *① *Outside the euro area we add a currency fee of 1.75 %. *② *"
        "Your daily limit is € 500. *③ *You do not have to tell us before you travel, and your card works at every "
        "ATM in Thailand. *④*"
    )
    assert said(card.blocks[2]).split("\n") == [
        "*①  *:small_red_triangle:* Contradicted*  Source: “Cash withdrawal outside the euro area: *€ 3.50* per "
        "withdrawal, plus 1.75 % of the amount.” [A]",
        "*④  *:large_blue_square:* No source*  for “works at every ATM in Thailand”",
        "*② ③  *:large_green_circle:* Supported*  [A] [B]",
    ]
    assert said(card.blocks[3]) == (
        "[A] <https://help.meridian.example/fees|Card fees 2026 › Cash abroad>  "
        "[B] <https://help.meridian.example/limits|Card limits › Daily limits>  (help.meridian.example)"
    )
    assert buttons(card) == [
        "Approve",
        "Edit",
        "Reject",
        "Unsure",
        "Check claims",
        "Claim for 15 minutes · Why this one? · History · Hand over",
    ]
    assert said(card.blocks[5]) == (
        "*Not verified*  ·  Sampled  ·  due <!date^1795453200^{time}|17:00>  ·  helpdesk-8b, 3 Nov  ·  #4821"
    )


def test_the_text_of_an_open_card_tells_the_whole_decision_in_plain_words() -> None:
    """Question, answer with each claim's state in brackets, until when, how to act; no symbol and no markup."""
    card = drawn_card(thailand(), display=CardOptions(next_command="/whetstone next"))
    assert card.text == (
        f"Review 4821: “{QUESTION}” Answer: A cash withdrawal abroad costs € 2.00 (claim 1, contradicted: the source "
        "says € 3.50). Outside the euro area we add a currency fee of 1.75 % (claim 2, supported). Your daily limit "
        "is € 500 (claim 3, supported). You do not have to tell us before you travel, and your card works at every "
        "ATM in Thailand (claim 4, no source). Not verified. Due 17:00. To decide: Approve, Edit, Reject or Unsure on "
        "this message, or /whetstone next."
    )


def test_every_button_says_what_it_does_to_which_answer() -> None:
    """A channel of ten cards has ten buttons named Approve: screen readers hear the answer's number."""
    row = drawn_card(thailand()).blocks[4]["elements"]
    assert [element.get("accessibility_label") for element in row[:5]] == [
        "Approve answer 4821",
        "Edit answer 4821",
        "Reject answer 4821",
        "Unsure about answer 4821",
        "Check claims of answer 4821, with the full text",
    ]
    assert all("style" not in element for element in row)


@pytest.mark.parametrize(
    ("on_timeout", "words"),
    [
        (OnTimeout.REFUSE, "At *<!date^1795443120^{time}|14:12>* the chat goes to a person instead."),
        (OnTimeout.RELEASE, "At *<!date^1795443120^{time}|14:12>* it is sent, not verified."),
        (OnTimeout.HOLD, "After *<!date^1795443120^{time}|14:12>* it stays held."),
    ],
)
def test_a_held_answer_says_first_who_waits_and_what_happens_then(on_timeout: OnTimeout, words: str) -> None:
    """The first line is the person who waits; the grey line says that a click sends it at once."""
    card = fine(drawn_card(held(thailand(), on_timeout)))
    assert said(card.blocks[0]) == (
        f":hourglass_flowing_sand: *Customer waiting* since <!date^1795442520^{{time}}|14:02>. {words}"
    )
    assert card.blocks[0]["expand"] is True
    assert kinds(card)[1:] == ["rich_text", "rich_text", "rich_text", "context", "actions", "context"]
    assert said(card.blocks[-1]) == (
        "*Not verified*  ·  Held  ·  helpdesk-8b, 3 Nov  ·  Approve or Edit sends it at once  ·  #4821"
    )
    assert card.text.startswith("A customer is waiting since 14:02. ")


def test_the_notification_of_a_held_answer_is_its_first_hundred_characters() -> None:
    """Who waits, and until when."""
    card = drawn_card(held(thailand()))
    assert card.text[:100].startswith(
        "A customer is waiting since 14:02. At 14:12 the chat goes to a person. Review 4821: “I'm going"
    )


def test_an_answer_held_without_an_end_says_so() -> None:
    """No deadline: it stays held until somebody decides."""
    card = fine(drawn_card(held(thailand(), OnTimeout.HOLD, deadline=None)))
    assert said(card.blocks[0]).endswith(". It stays held until somebody decides.")


def test_a_blind_card_shows_the_passages_and_nothing_of_the_machine() -> None:
    """No reading, no bold words, no model, no risk: question, answer, passages in the answer's order."""
    card = fine(drawn_card(showing(thailand(), "blind")))
    assert kinds(card) == ["rich_text", "rich_text", "rich_text", "context", "actions", "context"]
    assert said(card.blocks[2]) == (
        "*Sources found*“Cash withdrawal outside the euro area: € 3.50 per withdrawal, plus 1.75 % of the amount.” [A]"
        "“Daily limit for cash withdrawals: € 500.” [B]"
        "“You need not announce a journey. Your card works wherever its sign is shown.” [C]"
    )
    assert said(card.blocks[5]) == (
        "*Not verified*  ·  Blind: marks, model and risk show once decided  ·  due <!date^1795453200^{time}|17:00>"
        "  ·  #4821"
    )
    assert card.text.startswith(f"Review 4821, blind. “{QUESTION}” Answer: A cash withdrawal abroad costs € 2.00 (1).")
    everything = card.text + "".join(map(said, card.blocks))
    assert not any(word in everything for word in ("ontradicted", "upported", "o source", "helpdesk", "62"))


def test_only_a_lead_who_insists_shows_the_risk_before_the_verdict() -> None:
    """The risk is on the card with `all`, and nowhere on it with `evidence`."""
    assert said(drawn_card(showing(thailand(), "all")).blocks[5]).startswith(
        "*Not verified*  ·  Sampled, risk high (62 in 100)  ·  due"
    )
    card = drawn_card(thailand())
    assert "isk" not in card.text + "".join(map(said, card.blocks))


@pytest.mark.parametrize("show", ["", "risk"])
def test_an_unknown_setting_is_refused(show: str) -> None:
    """A misspelt `show` must not quietly show the risk."""
    with pytest.raises(ValueError, match="is not a valid Show"):
        drawn_card(showing(thailand(), show))


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (a_decision(reason=Reason.UNIFORM), "Sampled"),
        (a_decision(reason=Reason.RISK), "Sampled"),
        (a_decision(reason=Reason.RULE, rule="mentions a *fee*"), "Rule: mentions a ∗fee∗"),
    ],
)
def test_why_it_is_here_does_not_give_the_risk_away(decision: Any, words: str) -> None:
    """Random and risky picks read alike; a rule is named, since it says what to look for."""
    assert said(drawn_card(thailand(decision=decision)).blocks[5]).split("  ·  ")[1] == words


def test_without_any_source_the_card_says_where_was_searched() -> None:
    """One line for all claims, no sources line, and the hint to choose Unsure."""
    card = fine(drawn_card(watch()))
    assert kinds(card) == ["rich_text", "rich_text", "rich_text", "actions", "context"]
    assert said(card.blocks[2]) == (
        "*① ②  *:large_blue_square:* No source found*  in 312 documents. If you do not know it, choose Unsure."
    )


def test_no_documents_are_not_called_a_search() -> None:
    """With an empty index nothing was searched, and the card does not pretend."""
    readings = tuple(replace(r, reading=Reading.NO_SOURCE, passages=(), differing=()) for r in thailand_readings())
    card = fine(drawn_card(thailand(assessment=assessed(readings, documents_searched=0))))
    assert said(card.blocks[2]).endswith(
        "No source found*, no documents were searched. If you do not know it, choose Unsure."
    )


@pytest.mark.parametrize("assessment", [None, an_assessment(readings=(), risk=None, failure="coverage: no model")])
def test_an_answer_that_was_not_checked_is_never_shown_as_low_risk(assessment: Any) -> None:
    """No numbers, no shapes, Full text instead of Check claims."""
    card = fine(drawn_card(thailand(assessment=assessment)))
    assert said(card.blocks[1]) == ANSWER
    assert said(card.blocks[2]) == ("*Claims not checked: *the checker did not answer. Judge the answer as it stands.")
    assert buttons(card)[4] == "Full text"
    assert "The claims were not checked: the checker did not answer." in card.text
    assert "not scored" in said(drawn_card(showing(thailand(assessment=assessment), "all")).blocks[-1])


def test_an_answer_without_claims_says_so() -> None:
    """Nothing stated, nothing to check."""
    card = fine(drawn_card(thailand(assessment=assessed(()))))
    assert said(card.blocks[2]) == "*No claims: *the answer states no facts."
    assert buttons(card)[4] == "Full text"
    assert "The answer states no facts." in card.text


def test_a_long_answer_is_cut_at_a_sentence_and_cannot_be_approved_unread() -> None:
    """At most 700 of 1,369 characters; Read all stands in Approve's place; the doubt out of sight quotes the answer."""
    view = lisbon()
    assert len(view.output.completion) == 1369
    card = fine(drawn_card(view))
    shown = said(card.blocks[1])
    assert shown.endswith("on your side. *⑥*")
    assert said(card.blocks[2]) == "… *754 more characters* (of 1,369), claims ⑦ to (14)"
    assert said(card.blocks[3]).split("\n") == [
        "*⑨  *:small_red_triangle:* Contradicted*  Answer: “Do not wait too long: you have 120 days to report it.”. "
        "Source: “within *13 months* of the debit date” [C]",
        "*④  *:large_orange_diamond:* Unclear*  Source: “a provisional credit *may* be given” [B]",
        "*(12)  *:large_blue_square:* No source*  for “Once the dispute is won we refund the foreign currency fee as "
        "well.”",
        "*11 others  *:large_green_circle:* Supported*",
    ]
    assert said(card.blocks[4]).endswith("(help.meridian.example)  1 more in Read all")
    assert buttons(card) == [
        "Read all",
        "Edit",
        "Reject",
        "Unsure",
        "Claim for 15 minutes · Why this one? · History · Hand over",
    ]
    assert card.text.startswith("Review 4821, long: 615 of 1,369 characters shown. “Charged twice?” Answer begins: ")
    assert "Claim 9, in the part not shown, is contradicted" in card.text
    assert card.text.endswith("Approve is in Read all; Edit, Reject or Unsure on this message.")


def test_many_doubts_are_three_lines_and_a_count() -> None:
    """Contradicted before unclear before no source; the rest is counted."""
    readings = tuple(
        replace(reading, reading=kind)
        for reading, kind in zip(
            thailand_readings(),
            (Reading.NO_SOURCE, Reading.UNCLEAR, Reading.CONTRADICTED, Reading.UNCLEAR),
            strict=True,
        )
    )
    lines = said(drawn_card(thailand(assessment=assessed(readings))).blocks[2]).split("\n")
    assert [line[:20] for line in lines] == [
        "*③  *:small_red_tria",
        "*②  *:large_orange_d",
        "*④  *:large_orange_d",
        "1 more in Check clai",
    ]


def test_an_answer_handed_on_says_who_was_unsure() -> None:
    """A grey line above the verbs; the buttons stay."""
    unsure = a_verdict(kind=VerdictKind.UNSURE)
    card = fine(drawn_card(watch(task=a_task(handed_on_by="U0MARA"), verdicts=(unsure,)), display=NAMES))
    assert kinds(card) == ["rich_text", "rich_text", "rich_text", "context", "actions", "context"]
    assert said(card.blocks[3]) == ":question: *Needs someone else.* <@U0MARA> was unsure."
    assert card.text.startswith("Review 4821, handed on by Mara Lindqvist. “Can I put")


def test_earlier_messages_are_counted_in_the_grey_line() -> None:
    """Only the last message of the person is shown."""
    prompt = (
        Message(role="system", content="Be kind."),
        Message(role="user", content="Hello"),
        Message(role="assistant", content="Hello!"),
        Message(role="user", content="And cash?"),
    )
    card = fine(drawn_card(thailand(output=thailand_output(prompt=prompt))))
    assert said(card.blocks[0]) == "*And cash?*"
    assert "2 earlier messages in Check claims" in said(card.blocks[5])


def test_a_prompt_without_a_person_and_an_empty_answer_are_said_in_words() -> None:
    """Slack refuses empty texts, and a reviewer should not wonder."""
    output = thailand_output(prompt=(Message(role="system", content="x"),), completion="")
    card = fine(drawn_card(thailand(output=output, assessment=None)))
    assert said(card.blocks[0]) == "*(No question came with this answer.)*"
    assert said(card.blocks[1]) == "(The answer is empty.)"


def test_an_update_of_the_card_has_new_block_ids() -> None:
    """Slack keeps the state of blocks whose id stays: each drawing gets its own."""
    before = {block["block_id"] for block in drawn_card(thailand()).blocks}
    after = {block["block_id"] for block in drawn_card(resolved(thailand(), Outcome.APPROVED)).blocks}
    assert before.isdisjoint(after)


def test_a_due_time_on_another_day_shows_the_day() -> None:
    """A clock time alone would be read as today's."""
    task = a_task(due_at=NOON + timedelta(days=1))
    assert "due <!date^1795521600^{date_short_pretty} {time}|24 Nov 12:00>" in said(
        drawn_card(thailand(task=task)).blocks[-1]
    )


def test_a_small_chance_is_not_rounded_to_nothing() -> None:
    """A chance of half a percent shows as 0.5 %."""
    view = resolved(thailand(decision=a_decision(reason=Reason.UNIFORM, inclusion_probability=0.005)), Outcome.APPROVED)
    assert "sampled, chance 0.5 %" in said(drawn_card(view).blocks[-1])


def sourced(address: str, title: str = "T") -> TaskView:
    """Three doubts and one supported claim, each with a source of its own at such an address."""
    order = (Reading.CONTRADICTED, Reading.UNCLEAR, Reading.UNCLEAR, Reading.SUPPORTED)
    readings = tuple(
        ClaimReading(
            claim=reading.claim,
            reading=kind,
            passages=(replace(reading.passages[0], passage_id=f"p{n}", title=title, heading="", address=address),),
        )
        for n, (reading, kind) in enumerate(zip(thailand_readings(), order, strict=True))
    )
    return thailand(assessment=assessed(readings))


def test_titles_lose_their_links_before_the_sources_line_grows_too_long() -> None:
    """Four addresses of 1,900 characters do not fit into one line; the first link does, the titles all do."""
    card = fine(drawn_card(sourced("https://help.meridian.example/" + "a" * 1870)))
    line = said(card.blocks[3])
    assert line.count("<https://") == 1
    assert all(f"[{letter}] " in line for letter in "ABCD")


def test_addresses_full_of_signs_do_not_break_the_line() -> None:
    """An ampersand takes five characters on the wire."""
    fine(drawn_card(sourced("https://help.meridian.example/?" + "&" * 900, title="&" * 90)))


def test_a_card_over_budget_drops_the_supported_line_first() -> None:
    """Then the sources line, then the third and the second doubt; what is dropped is counted."""
    lines = Lines(
        doubts=tuple((plain(letter * 30),) for letter in "abc"),
        supported=(plain("s" * 30),),
        unshown=0,
        where="Read all",
    )
    sizes = {
        0: (["a", "b", "c", "s"], True),
        20: (["a", "b", "c"], True),
        50: (["a", "b", "c"], False),
        70: (["a", "b", "1 more in Read all"], False),
        100: (["a", "2 more in Read all"], False),
    }
    for extra, (expected, with_sources) in sizes.items():
        filler = grey("f" * 2000)
        # With no extra all parts weigh 10,000: 4 lines of 30 with 3 line ends, 30 of sources, and the rest on top.
        # A line with its end is 31, the sources 30, and "1 more in Read all" with its end takes 19 back.
        top = [filler] * 4 + [grey("f" * (10_000 - 4 * 2000 - 123 - 30 + extra))]
        layout = Layout(top=top, lines=lines, middle=[], sources=[grey("q" * 30)], bottom=[])
        blocks = within_budget(layout, "t")
        shown = [line[:1] if len(set(line)) == 1 else line for line in said(blocks[5]).split("\n")]
        assert shown == expected
        assert ("q" * 30 in said(blocks[-1])) is with_sources
