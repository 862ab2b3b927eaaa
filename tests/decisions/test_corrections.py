"""Resolutions become rows, and every review that gives no row is counted."""

from __future__ import annotations

import hashlib
import json
import random
from datetime import timedelta
from typing import Any

import pytest

from reviewers.decisions.corrections import Corrections, DatasetFormat, LeftOut, inclusion, to_examples
from reviewers.model import Message, Outcome, Reason, Resolution, Risk, TaskState, TaskView, VerdictKind
from tests.builders import NOON, a_decision, a_task, a_verdict, a_view, an_assessment, an_output

KINDS = {
    Outcome.APPROVED: VerdictKind.APPROVE,
    Outcome.EDITED: VerdictKind.EDIT,
    Outcome.REJECTED: VerdictKind.REJECT,
}


def reviewed(
    name: str,
    outcome: Outcome,
    *,
    question: str = "Why?",
    completion: str = "Because.",
    text: str | None = None,
    **changes: Any,
) -> TaskView:
    """A resolved task of its own output."""
    verdict = a_verdict(f"v-{name}", task_id=f"t-{name}", kind=KINDS[outcome], correction=text)
    resolution = Resolution(
        task_id=f"t-{name}",
        revision=1,
        outcome=outcome,
        verdict_id=verdict.verdict_id,
        resolved_by=verdict.reviewer,
        text=text,
        resolved_at=verdict.recorded_at,
    )
    fields: dict[str, Any] = {
        "task": a_task(f"t-{name}", output_id=f"o-{name}", state=TaskState.RESOLVED),
        "output": an_output(
            f"o-{name}", prompt=(Message(role="user", content=question),), completion=completion, number=1
        ),
        "assessment": an_assessment(f"o-{name}"),
        "decision": a_decision(f"o-{name}"),
        "verdicts": (verdict,),
        "resolution": resolution,
    }
    return a_view(**(fields | changes))


def rows(corrections: Corrections) -> list[Any]:
    """What a reader of the lines gets."""
    return [json.loads(line) for line in corrections.lines]


APPROVED = reviewed("a", Outcome.APPROVED, question="Is it wet?", completion="Water is wet.")
EDITED = reviewed("e", Outcome.EDITED, question="How much?", completion="It costs 2.", text="It costs 3.")
REJECTED = reviewed("r", Outcome.REJECTED, question="Where?", completion="On the moon.")


def turn(role: str, content: str) -> dict[str, str]:
    """A turn as trainers read it."""
    return {"role": role, "content": content}


def test_sft_takes_the_approved_output_and_the_edit() -> None:
    """The edited text stands in the place of the output."""
    assert rows(to_examples([APPROVED, EDITED, REJECTED], DatasetFormat.SFT)) == [
        {"prompt": [turn("user", "How much?")], "completion": [turn("assistant", "It costs 3.")]},
        {"prompt": [turn("user", "Is it wet?")], "completion": [turn("assistant", "Water is wet.")]},
    ]


def test_openai_puts_the_answer_after_the_turns_of_the_prompt() -> None:
    """One list of turns, the last of which is the text that a person stands behind."""
    output = an_output(
        "o-a",
        prompt=(Message(role="system", content="Be short."), Message(role="user", content="Is it wet?")),
        completion="Water is wet.",
    )
    found = to_examples([reviewed("a", Outcome.APPROVED, output=output)], DatasetFormat.OPENAI)
    assert rows(found) == [
        {"messages": [turn("system", "Be short."), turn("user", "Is it wet?"), turn("assistant", "Water is wet.")]}
    ]


def test_dpo_prefers_the_edit_to_the_output() -> None:
    """Only edits hold two texts to choose from."""
    found = to_examples([APPROVED, EDITED, REJECTED], DatasetFormat.DPO)
    assert rows(found) == [
        {
            "prompt": [turn("user", "How much?")],
            "chosen": [turn("assistant", "It costs 3.")],
            "rejected": [turn("assistant", "It costs 2.")],
        }
    ]
    assert found.left_out == {"other_outcome": 2}


def test_kto_labels_approved_true_and_rejected_false() -> None:
    """An edit gives no row: dpo holds what it says."""
    found = to_examples([APPROVED, EDITED, REJECTED], DatasetFormat.KTO)
    assert rows(found) == [
        {"prompt": [turn("user", "Is it wet?")], "completion": [turn("assistant", "Water is wet.")], "label": True},
        {"prompt": [turn("user", "Where?")], "completion": [turn("assistant", "On the moon.")], "label": False},
    ]
    assert found.left_out == {"other_outcome": 1}


@pytest.mark.parametrize("format", DatasetFormat)
def test_order_of_the_reviews_changes_nothing(format: DatasetFormat) -> None:
    """The same resolutions give the same bytes, whatever order the store reads them in."""
    views = [
        reviewed(str(n), outcome, question=f"Question {n % 7}?", completion=f"Answer {n % 5}.", text=text)
        for n in range(60)
        for outcome, text in [
            [(Outcome.APPROVED, None), (Outcome.EDITED, f"Better {n % 4}."), (Outcome.REJECTED, None)][n % 3]
        ]
    ]
    first = to_examples(views, format)
    for seed in range(5):
        shuffled = random.Random(seed).sample(views, len(views))
        again = to_examples(shuffled, format)
        assert again.lines == first.lines
        assert again.version == first.version
        assert again.left_out == first.left_out
        assert inclusion(again.origins) == inclusion(first.origins)


def test_version_is_the_hash_of_the_lines_with_line_feeds() -> None:
    """What sha256sum says of the file."""
    found = to_examples([APPROVED, EDITED], DatasetFormat.SFT)
    content = found.lines[0] + b"\n" + found.lines[1] + b"\n"
    assert found.version == hashlib.sha256(content).hexdigest()


def test_a_line_is_canonical() -> None:
    """Fixed key order, no spaces, real characters, and no character that another reader takes for a line end."""
    view = reviewed("a", Outcome.APPROVED, question="Größe?", completion="3 €\u2028and\x85more\u2029\nend")
    (line,) = to_examples([view], DatasetFormat.SFT).lines
    assert line.decode("utf-8") == (
        '{"prompt":[{"role":"user","content":"Größe?"}],'
        '"completion":[{"role":"assistant","content":"3 €\\u2028and\\u0085more\\u2029\\nend"}]}'
    )
    assert json.loads(line)["completion"][0]["content"] == "3 €\u2028and\x85more\u2029\nend"


def test_no_id_and_no_time_stands_in_a_row() -> None:
    """Another output id, reviewer and time give the same bytes."""
    late = reviewed("zzz", Outcome.APPROVED, question="Is it wet?", completion="Water is wet.")
    assert late.resolution is not None
    moved = Resolution(
        task_id="t-zzz",
        revision=4,
        outcome=Outcome.APPROVED,
        verdict_id="v-other",
        resolved_by="U0TOM",
        resolved_at=NOON + timedelta(days=30),
    )
    other = reviewed("zzz", Outcome.APPROVED, question="Is it wet?", completion="Water is wet.", resolution=moved)
    assert to_examples([other], DatasetFormat.SFT).version == to_examples([APPROVED], DatasetFormat.SFT).version


def test_the_same_text_twice_is_one_row() -> None:
    """The second one is counted as a duplicate, and its origin still counts."""
    twin = reviewed("a2", Outcome.APPROVED, question="Is it wet?", completion="Water is wet.")
    found = to_examples([APPROVED, twin], DatasetFormat.SFT)
    assert len(found.lines) == 1
    assert found.left_out == {"duplicate": 1}
    assert found.read == 2
    assert len(found.origins) == 2


def test_an_edit_equal_to_an_approved_output_is_one_row() -> None:
    """Duplicates are found by what stands in the row, not by how it came there."""
    approved = reviewed("b", Outcome.APPROVED, question="How much?", completion="It costs 3.")
    found = to_examples([EDITED, approved], DatasetFormat.SFT)
    assert found.left_out == {"duplicate": 1}


@pytest.mark.parametrize("format", [DatasetFormat.SFT, DatasetFormat.KTO])
def test_text_approved_here_and_rejected_there_is_contested(format: DatasetFormat) -> None:
    """People disagree: neither side is taken, and each row that fell away is counted."""
    against = reviewed("b", Outcome.REJECTED, question="Is it wet?", completion="Water is wet.")
    found = to_examples([APPROVED, against], format)
    assert found.lines == ()
    # kto would have had two rows; sft has no use for the rejected one.
    assert found.left_out == ({"contested": 2} if format is DatasetFormat.KTO else {"contested": 1, "other_outcome": 1})


def test_text_approved_here_and_edited_there_is_contested() -> None:
    """An edit says that the original was not right; the edit itself stays."""
    approved = reviewed("b", Outcome.APPROVED, question="How much?", completion="It costs 2.")
    found = to_examples([EDITED, approved], DatasetFormat.SFT)
    assert [row["completion"][0]["content"] for row in rows(found)] == ["It costs 3."]
    assert found.left_out == {"contested": 1}


def test_the_same_text_under_another_prompt_is_not_contested() -> None:
    """Right for one question, wrong for another."""
    other = reviewed("b", Outcome.REJECTED, question="Is fire wet?", completion="Water is wet.")
    found = to_examples([APPROVED, other], DatasetFormat.KTO)
    assert len(found.lines) == 2


def test_edits_contest_each_other_only_when_they_are_opposite() -> None:
    """3 over 2 and 2 over 3 fall away; 4 over 3 stands beside 3 over 2."""
    opposite = reviewed("b", Outcome.EDITED, question="How much?", completion="It costs 3.", text="It costs 2.")
    assert to_examples([EDITED, opposite], DatasetFormat.DPO).left_out == {"contested": 2}
    further = reviewed("b", Outcome.EDITED, question="How much?", completion="It costs 3.", text="It costs 4.")
    assert len(to_examples([EDITED, further], DatasetFormat.DPO).lines) == 2


def without_prompt() -> TaskView:
    """An output whose prompt is blank."""
    return reviewed("x", Outcome.APPROVED, question="  \n")


def with_a_tool_turn() -> TaskView:
    """An output that answers a tool's turn."""
    turns = (Message(role="user", content="Weather?"), Message(role="tool", content="rain"))
    return reviewed("x", Outcome.APPROVED, output=an_output("o-x", prompt=turns))


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (reviewed("x", Outcome.APPROVED, task=a_task("t-x", state=TaskState.TIMED_OUT)), LeftOut.TIMED_OUT),
        (reviewed("x", Outcome.APPROVED, resolution=None, verdicts=()), LeftOut.UNSURE),
        (without_prompt(), LeftOut.NO_PROMPT),
        (reviewed("x", Outcome.APPROVED, completion=" "), LeftOut.NO_TEXT),
        (reviewed("x", Outcome.EDITED, text="\t"), LeftOut.NO_TEXT),
        (reviewed("x", Outcome.APPROVED, completion="half a pair: \ud83d"), LeftOut.NOT_UNICODE),
        (with_a_tool_turn(), LeftOut.TOOL_TURN),
    ],
    ids=lambda value: value.value if isinstance(value, LeftOut) else "",
)
def test_what_cannot_be_a_row_is_left_out_and_counted(view: TaskView, reason: LeftOut) -> None:
    """Nothing falls away unseen: every review read is a row or has a reason."""
    found = to_examples([view, APPROVED], DatasetFormat.OPENAI)
    assert found.left_out == {reason.value: 1}
    assert found.read == 2
    assert len(found.lines) == 1


def test_approved_outputs_beside_corrections_keep_to_their_share() -> None:
    """2 edits allow 2 approved rows of 5 at a half; a row that is also somebody's edit counts as one of the edits."""
    edits = [reviewed(f"e{n}", Outcome.EDITED, question=f"Q{n}?", completion="No.", text="Yes.") for n in range(2)]
    also = reviewed("s", Outcome.APPROVED, question="Q0?", completion="Yes.")
    approved = [reviewed(f"a{n}", Outcome.APPROVED, question=f"R{n}?", completion="Yes.") for n in range(5)]
    found = to_examples([*edits, also, *approved], DatasetFormat.SFT, approved_at_most=0.5)
    assert len(found.lines) == 4
    assert found.left_out == {"beyond_share": 3, "duplicate": 1}
    assert found.read == 8
    assert sum(origin.outcome is Outcome.EDITED for origin in found.origins) == 2
    assert found.approved_at_most == 0.5


def test_format_that_has_no_corrections_beside_approved_outputs_has_no_share() -> None:
    """kto says right or wrong of outputs as they were."""
    found = to_examples([APPROVED, REJECTED], DatasetFormat.KTO, approved_at_most=0.1)
    assert len(found.lines) == 2


def test_tool_turns_are_kept_where_the_format_knows_them() -> None:
    """TRL's chat templates take them."""
    assert len(to_examples([with_a_tool_turn()], DatasetFormat.SFT).lines) == 1


def test_somebody_who_is_unsure_by_now_gives_no_example() -> None:
    """Approved, then superseded by unsure: the release stands, the example does not."""
    unsure = a_verdict("v-2", task_id="t-a", revision=2, kind=VerdictKind.UNSURE, supersedes="v-a")
    view = reviewed("a", Outcome.APPROVED, verdicts=(*APPROVED.verdicts, unsure))
    found = to_examples([view], DatasetFormat.KTO)
    assert found.left_out == {"unsure": 1}
    # Nor does the withdrawn approval contest another person's rejection of the same text.
    against = reviewed("b", Outcome.REJECTED)
    assert len(to_examples([view, against], DatasetFormat.KTO).lines) == 1


def test_somebody_else_who_was_unsure_first_does_not_matter() -> None:
    """Unsure hands on; the person who decided counts."""
    first = a_verdict("v-0", task_id="t-a", reviewer="U0TOM", kind=VerdictKind.UNSURE)
    view = reviewed("a", Outcome.APPROVED, verdicts=(first, *APPROVED.verdicts))
    assert len(to_examples([view], DatasetFormat.KTO).lines) == 1


def test_outcomes_of_all_reviews_are_counted() -> None:
    """Also of those that this format has no use for."""
    assert to_examples([APPROVED, EDITED, REJECTED, REJECTED], DatasetFormat.DPO).outcomes == {
        "approved": 1,
        "edited": 1,
        "rejected": 2,
    }


def test_inclusion_probabilities_are_summed_up() -> None:
    """Chances 1, 0.05 and 0.05: mean 1.1 / 3 = 0.366667."""
    drawn = {"inclusion_probability": 0.05, "reason": Reason.UNIFORM, "draw": 0.01}
    views = [
        APPROVED,
        reviewed("b", Outcome.APPROVED, completion="b", decision=a_decision("o-b", **drawn)),
        reviewed("c", Outcome.APPROVED, completion="c", decision=a_decision("o-c", **drawn)),
    ]
    summary = inclusion(to_examples(views, DatasetFormat.SFT).origins)
    assert summary is not None
    assert (summary.least, summary.mean, summary.greatest, summary.certain) == (0.05, 0.366667, 1.0, 1)
    assert summary.reasons == {"risk": 1, "uniform": 2}


def test_nothing_reviewed_is_nothing_and_not_an_error() -> None:
    """No rows, no origins, no summary."""
    found = to_examples([], DatasetFormat.SFT)
    assert (found.lines, found.read, dict(found.left_out)) == ((), 0, {})
    assert inclusion(found.origins) is None


def test_an_unscored_output_has_no_risk_model() -> None:
    """A missing risk is said as such."""
    unscored = an_assessment("o-a", risk=None, failure="coverage: out of memory")
    found = to_examples([reviewed("a", Outcome.APPROVED, assessment=unscored)], DatasetFormat.SFT)
    assert found.origins[0].risk_model == ""
    risk = Risk(probability=0.5, model_version="learned-7", verdicts_learned_from=80, scores_used=("coverage",))
    scored = reviewed("a", Outcome.APPROVED, assessment=an_assessment("o-a", risk=risk))
    assert to_examples([scored], DatasetFormat.SFT).origins[0].risk_model == "learned-7"
