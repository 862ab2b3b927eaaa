"""The contract of every store: what each output of a route tells, as numbers and in order, without its texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from reviewers.decisions import prompt_versions
from reviewers.model import Message, Reason, SamplingDecision, Stratum, TokenUsage
from reviewers.model.output_block import OutputBlock
from reviewers.ports import Store
from tests.builders import NOON, a_decision, a_passage, a_task, an_output

HOUR = timedelta(hours=1)


def decided(output_id: str, **changes: Any) -> SamplingDecision:
    """Not selected, on the route Cards."""
    fields: dict[str, Any] = {
        "selected": False,
        "reason": Reason.NOT_SELECTED,
        "inclusion_probability": 0.05,
        "route": "Cards",
        "stratum": Stratum.DRAWN,
        "risk": 0.3,
        "model": "helpdesk-8b 2026-11-03",
        "decided_at": NOON,
    }
    return a_decision(output_id, **(fields | changes))


def stored(store: Store, *decisions: SamplingDecision, **changes: Any) -> None:
    """Outputs alike, with these decisions."""
    with store.begin() as uow:
        uow.outputs.add([an_output(one.output_id, **changes) for one in decisions])
        uow.decisions.add(decisions)


def read(store: Store, route: str = "Cards") -> list[OutputBlock]:
    """The two hours around noon."""
    with store.read() as uow:
        return list(uow.decisions.columns(NOON - HOUR, NOON + HOUR, route=route))


def ids(blocks: Sequence[OutputBlock]) -> list[str]:
    """In their order."""
    return [output_id for block in blocks for output_id in block.output_ids]


def test_an_output_tells_its_numbers_and_which_prompt_it_was_written_under(store: Store) -> None:
    """The completion has eleven characters, one of them outside the basic plane; 100 and 20 tokens are 120."""
    stored(
        store,
        decided("o-1", selected=True, reason=Reason.RISK, decided_at=NOON + timedelta(microseconds=7)),
        completion="nul \x00 “\U0001f600”\n.",
        latency_ms=812.5,
        usage=TokenUsage(prompt_tokens=100, completion_tokens=20),
        confidence=0.75,
        metadata={"prompt_version": "v 12"},
    )
    (block,) = read(store)
    assert len(block) == 1
    assert block.decided_at.tolist() == [(NOON + timedelta(microseconds=7)).replace(tzinfo=None)]
    numbers = [block.characters, block.latency_ms, block.tokens, block.prompt_tokens, block.confidence]
    assert [column.tolist() for column in numbers] == [[11.0], [812.5], [120.0], [100.0], [0.75]]
    assert (block.models, block.prompts) == (("helpdesk-8b 2026-11-03",), ("v 12",))
    assert block.policies == (a_decision().policy_version,)


def test_what_an_output_does_not_tell_is_no_number(store: Store) -> None:
    """No latency, tokens or confidence; and without a version its system turn names the prompt."""
    system, asked = Message(role="system", content="Be “brief”."), Message(role="user", content="What is the fee?")
    stored(store, decided("o-1", risk=None), prompt=(system, asked))
    stored(store, decided("o-2", decided_at=NOON + HOUR / 2), prompt=(asked,))
    (block,) = read(store)
    for column in (block.latency_ms, block.tokens, block.prompt_tokens, block.confidence):
        assert np.isnan(column).all()
    first, second = block.prompts
    assert first.startswith("system turn ")
    assert second == ""


def test_characters_that_databases_refuse_or_escape_are_measured_as_they_are(store: Store) -> None:
    """Backslashes before letters, quotes, NUL, half a character, what stands for escapes, and long parts left out."""
    completion = '\\ \\u0041 \\\\u0041 \\/u "\\"" \x00\x7f \ud83d « » é\n\t\\'
    system = Message(role="system", content=completion)
    stored(
        store,
        decided("o-1"),
        prompt=(system,),
        completion=completion,
        metadata={"user": "U1", "deep": {"«": ["»", "\\u"]}},
        passages=(a_passage(text=completion),),
        samples=("another",),
    )
    (block,) = read(store)
    assert block.characters.tolist() == [float(len(completion))]
    assert block.prompts == (prompt_versions.version(completion, {}),)


def test_outputs_come_by_the_time_of_the_decision_however_many_there_are(store: Store) -> None:
    """1,201 of them, two a second, in any number of pieces; those of one moment by id."""
    made = [decided(f"o-{at:04d}", decided_at=NOON + timedelta(seconds=at // 2)) for at in range(1201)]
    stored(store, *reversed(made))
    blocks = read(store)
    assert ids(blocks) == [one.output_id for one in made]
    assert sum(len(block) for block in blocks) == 1201


def test_only_outputs_of_the_route_and_the_period_are_told(store: Store) -> None:
    """Not those of another route, from before routes were kept, of the period's end, or with a known answer."""
    stored(
        store,
        decided("o-1", decided_at=NOON - HOUR),
        decided("o-2", decided_at=NOON + HOUR),
        decided("o-3", route="Loans"),
        decided("o-4", route="", stratum=None),
        decided("o-5", selected=True, reason=Reason.UNIFORM),
        decided("o-6", selected=True, reason=Reason.UNIFORM),
    )
    with store.begin() as uow:
        uow.tasks.add(a_task("t-5", output_id="o-5", known="wrong"))
        uow.tasks.add(a_task("t-6", output_id="o-6"))
    assert ids(read(store)) == ["o-1", "o-6"]
    assert ids(read(store, "Loans")) == ["o-3"]
    assert read(store, "") == []
