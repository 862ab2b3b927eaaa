"""Whatever a model, a source, an application or a person writes mentions nobody, forges no link and hides nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.cards import CardOptions, Lateness, SlackMessage, batch_card, notice_message
from bot.slack.forms import (
    FormContext,
    changes_view,
    claim_view,
    decided_before,
    decided_meanwhile_view,
    edit_view,
    history_view,
    notice,
    reject_view,
    why_view,
)
from reviewers.errors import AlreadyResolved
from reviewers.model import (
    ClaimReading,
    Draft,
    Message,
    Notice,
    NoticeKind,
    Outcome,
    Passage,
    Preferences,
    Reading,
    Reason,
    Route,
    Score,
    TaskState,
    TaskView,
    VerdictKind,
)
from tests.builders import NOON, a_decision, a_task, a_verdict, showing
from tests.slack.checks import live_in_text, live_signs, objects, problems_of_message, problems_of_view
from tests.slack.drawn import AT, drawn_card
from tests.slack.scenes import assessed, claims_of, held, resolved, thailand, thailand_output

PAYLOADS = {
    "channel": "<!channel>",
    "here": "<!here|here> @here",
    "person": "<@U0EVIL> @mara",
    "team": "<!subteam^S0EVIL|@team>",
    "room": "<#C0EVIL|general>",
    "link": "<https://evil.example|https://bank.example>",
    "mail": "<mailto:a@evil.example|bank>",
    "escaped": "&lt;!here&gt; &amp;lt;!channel&amp;gt;",
    "date": "<!date^1^{time}^https://evil.example|now>",
    "ticks": "```<!here>``` `<@U0EVIL>`",
    "formats": "*bold* _it_ ~no~ >quote",
    "markdown": "[bank](https://evil.example) ![x](https://evil.example/x.png)",
    "override": "\u202egnp.exe\u202c",
    "isolates": "\u2066\u2067x\u2069",
    "zero_width": "<\u200b!channel\u200b> <\u2060@U0EVIL>",
    "script": "javascript:alert(1)",
    "emoji": ":rotating_light: :x: :white_check_mark:",
    "quotes": "” *Approved* by <@U0EVIL>. “",
    "bare": "https://evil.example/login",
    "control": "a\x00b\x1bc\x7f",
    "surrogate": "\ud83d lone",
    "tags": "x\U000e0041\U000e0042",
    "newlines": "line\n\n> line\r\n:x: *Rejected*",
}
ADDRESSES = (
    "javascript:alert(1)",
    "https://safe.example/|<!channel>",
    "https://safe.example@evil.example/",
    "https://safe.example/a>b|c d",
    "data:text/html,<b>",
    "<https://evil.example|https://bank.example>",
)
DISPLAY = CardOptions()


def poisoned(payload: str, address: str) -> TaskView:
    """A task with the payload wherever somebody else's words can stand."""
    sentences = (f"One {payload} end.", f"Two {payload} end.", f"Three {payload} end.", f"Four {payload} end.")
    answer = " ".join(sentences)
    kinds = (Reading.CONTRADICTED, Reading.UNCLEAR, Reading.NO_SOURCE, Reading.SUPPORTED)
    passages = [
        Passage(
            passage_id=f"{n} {payload}",
            text=f"{payload} says {n} {payload}",
            title=f"{payload} {n}",
            heading=payload,
            address=address,
        )
        for n in range(6)
    ]
    readings = tuple(
        ClaimReading(claim=claim, reading=kind, passages=(passages[n], passages[n + 1]))
        for n, (claim, kind) in enumerate(zip(claims_of(answer, sentences), kinds, strict=True))
    )
    score = Score(output_id="o-1", scorer=payload, version=payload, value=0.5, explanation=payload)
    return thailand(
        output=thailand_output(
            completion=answer,
            prompt=(Message(role=payload, content=payload), Message(role="user", content=f"Why {payload}?")),
            model=payload,
            model_version=payload,
            tags=(payload,),
            submitted_by=payload,
            passages=tuple(passages),
        ),
        assessment=assessed(readings, scores=(score,)),
        decision=a_decision(reason=Reason.RULE, rule=payload),
        task=a_task(handed_on_by=payload),
    )


def decided(view: TaskView, payload: str, outcome: Outcome, text: str | None = None) -> TaskView:
    """The same task with a verdict whose every word is the payload."""
    kind = VerdictKind.EDIT if text is not None else VerdictKind.REJECT
    verdict = a_verdict(kind=kind, correction=text, note=payload, reasons=(payload,), reviewer=payload)
    done = replace(view, verdicts=(verdict,))
    return resolved(done, outcome, text=text, note=payload, reasons=(payload, payload), resolved_by=payload)


def messages(view: TaskView, payload: str) -> list[SlackMessage]:
    names = CardOptions(names={payload: payload, "U0MARA": payload})
    edited = f"Now {payload} {view.output.completion[:-4]}{payload}"
    late = AlreadyResolved(by=payload, outcome=payload, at=NOON)
    return [
        *(drawn_card(showing(view, show), display=names) for show in ("evidence", "blind", "all")),
        drawn_card(held(view), display=names),
        drawn_card(replace(view, assessment=None), display=names),
        drawn_card(decided(view, payload, Outcome.REJECTED), display=names),
        drawn_card(decided(view, payload, Outcome.EDITED, edited), display=names),
        drawn_card(decided(view, payload, Outcome.EDITED, payload * 3), display=names),
        drawn_card(replace(view, task=replace(view.task, state=TaskState.TIMED_OUT)), display=names),
        notice(payload, payload),
        decided_before(late, VerdictKind.APPROVE, display=names),
        *of_several_people(view, payload, names),
    ]


def of_several_people(view: TaskView, payload: str, names: CardOptions) -> list[SlackMessage]:
    """Claims, disputes, what is open again, and the direct messages, with the payload as every name and word."""
    people = replace(view.task, claimed_by=payload, claimed_until=AT + timedelta(hours=1), sent_by=payload, quorum=2)
    verdicts = (
        a_verdict("v-1", kind=VerdictKind.REJECT, note=payload, reasons=(payload,), reviewer=payload),
        a_verdict("v-2", kind=VerdictKind.EDIT, correction=f"{payload} {view.output.completion}", note=payload),
    )
    back = a_verdict("v-3", kind=VerdictKind.WITHDRAWN, supersedes="v-1", reviewer=payload, revision=2)
    differ = replace(view, task=replace(people, state=TaskState.DISPUTED, lead=payload), verdicts=verdicts)
    late = Lateness(
        route=Route(name=payload[:60]), now=AT, open=1, minutes=1, reviewers=(payload,), away=((payload, None),)
    )
    messages = [
        drawn_card(replace(view, task=people, verdicts=verdicts[:1]), display=names),
        drawn_card(replace(view, task=replace(people, quorum=1), verdicts=(verdicts[0], back)), display=names),
        drawn_card(differ, display=names),
        drawn_card(replace(differ, task=replace(differ.task, lead="")), display=names),
    ]
    for kind in NoticeKind:
        subject = differ if kind is NoticeKind.DISPUTE else held(view)
        told = Notice(notice_id=payload, kind=kind, recipient="U0MARA", task_ids=("t-1",), created_at=AT)
        preferences = Preferences(user_id="U0MARA")
        messages.append(notice_message(told, [subject], display=names, preferences=preferences, lateness=late))
    return messages


def shared(view: TaskView, payload: str) -> SlackMessage:
    """A batch whose items are the payload, one open and one decided."""
    brief = replace(view, output=replace(view.output, completion=f"Pay {payload}."[:200]), assessment=None)
    return batch_card([brief, decided(brief, payload, Outcome.REJECTED)], display=CardOptions(), now=AT)


def forms(view: TaskView, payload: str) -> list[dict[str, Any]]:
    edited = f"Now {payload} {view.output.completion[:-4]}{payload}"
    draft = Draft(task_id="t-1", reviewer="U0MARA", text=edited, kept_at=NOON)
    done = decided(view, payload, Outcome.EDITED, edited)
    late = AlreadyResolved(by=payload, outcome=payload, at=NOON)
    return [
        *(claim_view(showing(view, show), display=DISPLAY) for show in ("evidence", "blind", "all")),
        edit_view(view, display=DISPLAY),
        reject_view(held(view), display=DISPLAY),
        changes_view(view, draft),
        changes_view(view, replace(draft, text=payload * 2 + "!")),
        history_view(done, display=DISPLAY),
        why_view(done, display=DISPLAY, may_see_risk=True),
        decided_meanwhile_view(late, payload, payload, context=FormContext(task_id="t"), display=DISPLAY),
    ]


@pytest.mark.parametrize("name", PAYLOADS)
@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_untrusted_is_alive_in_any_message(name: str, address: str) -> None:
    """No mention, no foreign link, no hidden character; no angle bracket in the fallback text; Slack takes it all."""
    for message in messages(poisoned(PAYLOADS[name], address), PAYLOADS[name]):
        assert live_signs(message.blocks) == []
        assert live_in_text(message.text) == []
        assert problems_of_message(message) == []
        message.text.encode("utf-8")


@pytest.mark.parametrize("name", PAYLOADS)
@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_untrusted_is_alive_in_a_shared_card(name: str, address: str) -> None:
    """The same for batches, which have more blocks and less room for each."""
    card = shared(poisoned(PAYLOADS[name], address), PAYLOADS[name])
    assert live_signs(card.blocks) == []
    assert live_in_text(card.text) == []
    assert problems_of_message(card, 50) == []


@pytest.mark.parametrize("name", PAYLOADS)
@pytest.mark.parametrize("address", ADDRESSES[:2])
def test_nothing_untrusted_is_alive_in_any_form(name: str, address: str) -> None:
    """The same for modals; only a text input may hold the words as they are, since an edit must not change them."""
    for view in forms(poisoned(PAYLOADS[name], address), PAYLOADS[name]):
        assert live_signs(view["blocks"]) == []
        assert problems_of_view(view) == []


@pytest.mark.parametrize("name", ["formats", "emoji", "ticks", "quotes"])
def test_untrusted_words_are_not_formatted_where_slack_reads_mrkdwn(name: str) -> None:
    """In grey lines and outcomes the signs are look-alikes; our own signs are the only ones."""
    view = poisoned(PAYLOADS[name], "")
    for message in messages(view, PAYLOADS[name]):
        for item in objects(message.blocks):
            if item.get("type") == "mrkdwn":
                assert "*bold*" not in item["text"]
                assert ":rotating_light:" not in item["text"]
                assert "`" not in item["text"]
                assert "*Approved* by" not in item["text"]


def test_an_edit_form_keeps_hostile_text_as_it_is() -> None:
    """What a person edits is the output itself, not a tamed copy."""
    payload = PAYLOADS["link"]
    form = edit_view(poisoned(payload, ""), display=DISPLAY)
    assert any(payload in str(o.get("initial_value")) for o in objects(form["blocks"]))


def test_a_forged_title_shows_the_host_it_leads_to() -> None:
    """A title that looks like an address stands beside the real host."""
    view = poisoned("https://bank.example", "https://safe.example/x")
    line = drawn_card(view).blocks[3]["elements"][0]["text"]
    assert line.startswith("[A] <https://safe.example/x|https://bank.example 0 › https://bank.example>")
    assert line.rstrip().endswith("more in Check claims") or "(safe.example)" in line
    assert "(safe.example)" in line
