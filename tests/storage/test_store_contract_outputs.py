"""The contract of every store, part two: outputs, the queue of unscored ones, assessments and decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import IntegrityError

from reviewers.errors import UnknownOutput
from reviewers.model import Message, Output, Passage, Score, TokenUsage
from reviewers.ports import Received, Store
from tests.builders import NOON, a_decision, a_passage, a_task, an_assessment, an_output

AWKWARD = "nul \x00, lone surrogate \ud83d, quote \" ' \\, mark-up <b>, Ω ส \N{CROCODILE}, line\r\nend\u2028"


def test_an_output_comes_back_as_it_was_received(store: Store) -> None:
    """Every field, to the microsecond and to the last digit."""
    output = an_output(
        prompt=(Message(role="system", content="Be brief."), Message(role="user", content="Fees?")),
        tags=("fees", "de"),
        passages=(a_passage(position=17, origin="application"), Passage(passage_id="p-2", text="")),
        token_logprobs=(-0.1, -1e-300, 0.0),
        samples=("It is free.", "€ 2"),
        confidence=0.1 + 0.2,  # 0.30000000000000004
        latency_ms=812.25,
        usage=TokenUsage(prompt_tokens=812, completion_tokens=0),
        created_at=NOON + timedelta(microseconds=1),
        metadata={"tenant": "a", "depth": {"list": [1, 2.5, None, True, "x"]}, "empty": {}},
        hold=True,
        submitted_by="U0MARA",
    )
    with store.begin() as uow:
        uow.outputs.add([output])

    with store.read() as uow:
        assert uow.outputs.get("o-1") == replace(output, number=1)


def test_an_output_with_nothing_optional_comes_back_without_it(store: Store) -> None:
    """None stays None, and empty stays empty: neither turns into the other."""
    bare = Output(output_id="o-1", prompt=(), completion="", model="m", created_at=NOON, received_at=NOON)
    with store.begin() as uow:
        uow.outputs.add([bare, replace(bare, output_id="o-2", token_logprobs=(), confidence=0.0)])

    with store.read() as uow:
        assert uow.outputs.get("o-1") == replace(bare, number=1)
        assert uow.outputs.get("o-2") == replace(bare, output_id="o-2", token_logprobs=(), confidence=0.0, number=2)


def test_any_text_that_a_model_writes_can_be_kept(store: Store) -> None:
    """Databases refuse some characters in text; models do not."""
    output = an_output(completion=AWKWARD, model=AWKWARD, tags=(AWKWARD,), metadata={AWKWARD: AWKWARD})
    long = an_output("o-2", completion="é" * 100_000)
    with store.begin() as uow:
        uow.outputs.add([output, long])

    with store.read() as uow:
        assert uow.outputs.get("o-1") == replace(output, number=1)
        assert uow.outputs.get("o-2") == replace(long, number=2)


def test_times_are_moments_whatever_zone_they_were_given_in(store: Store) -> None:
    """13:00 at +01:00 is noon in UTC, and is given back in UTC."""
    berlin = timezone(timedelta(hours=1))
    with store.begin() as uow:
        uow.outputs.add([an_output(received_at=datetime(2026, 11, 23, 13, 0, tzinfo=berlin))])

    with store.read() as uow:
        found = uow.outputs.get("o-1")
    assert found is not None
    assert found.received_at == NOON
    assert found.received_at.utcoffset() == timedelta(0)


def test_new_outputs_get_running_numbers_from_one_on_in_the_order_of_the_batch(store: Store) -> None:
    """People read them as #1, #2 …; later ones are larger."""
    with store.begin() as uow:
        first = uow.outputs.add([an_output("z"), an_output("a")])
    with store.begin() as uow:
        second = uow.outputs.add([an_output("m")])

    assert [(receipt.output_id, receipt.status) for receipt in first] == [("z", Received.NEW), ("a", Received.NEW)]
    assert [receipt.number for receipt in first] == [1, 2]
    assert second[0].number > 2


def test_the_same_body_again_gets_the_answer_of_the_first_time(store: Store) -> None:
    """A caller that repeats itself learns the number and the time of the first receipt, and nothing changes."""
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1"), an_output("o-2")])
    with store.begin() as uow:
        again = uow.outputs.add([an_output("o-2", received_at=NOON + timedelta(hours=1))])[0]

    assert (again.status, again.number, again.received_at) == (Received.SAME, 2, NOON)
    with store.read() as uow:
        assert uow.outputs.waiting() == 2


def test_another_body_under_a_taken_id_is_not_stored(store: Store) -> None:
    """The first body stands."""
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])
    with store.begin() as uow:
        other = an_output("o-1", completion="Something else.", body_hash="other")
        receipt = uow.outputs.add([other])[0]

    assert (receipt.status, receipt.number) == (Received.CONFLICT, 0)
    with store.read() as uow:
        assert uow.outputs.get("o-1") == an_output("o-1", number=1)
        assert uow.outputs.waiting() == 1


def test_a_batch_decides_its_own_duplicates_and_one_bad_item_spoils_no_other(store: Store) -> None:
    """Of several with one id the first counts; the receipts stand in the order of the batch."""
    with store.begin() as uow:
        uow.outputs.add([an_output("old")])
    with store.begin() as uow:
        receipts = uow.outputs.add(
            [
                an_output("a"),
                an_output("old"),
                an_output("a"),
                an_output("a", body_hash="other"),
                an_output("old", body_hash="other"),
                an_output("b"),
                an_output("b"),
            ]
        )

    new, same, conflict = Received.NEW, Received.SAME, Received.CONFLICT
    assert [(receipt.output_id, receipt.status) for receipt in receipts] == [
        ("a", new),
        ("old", same),
        ("a", same),
        ("a", conflict),
        ("old", conflict),
        ("b", new),
        ("b", same),
    ]
    numbers = [receipt.number for receipt in receipts]
    assert numbers[0] == numbers[2]
    assert numbers[5] == numbers[6]
    assert numbers[1] == 1
    assert numbers[3] == numbers[4] == 0
    assert 1 < numbers[0] < numbers[5]


def test_the_same_object_twice_in_a_batch_is_one_output(store: Store) -> None:
    """Identity is the id, not the object."""
    output = an_output("a")
    with store.begin() as uow:
        assert [receipt.status for receipt in uow.outputs.add([output, output])] == [Received.NEW, Received.SAME]
        assert uow.outputs.waiting() == 1


def test_an_empty_batch_is_fine(store: Store) -> None:
    """A loop may have nothing to say."""
    with store.begin() as uow:
        assert uow.outputs.add([]) == []
        uow.assessments.add([])
        uow.decisions.add([])
        assert uow.tasks.views([]) == []


def test_a_batch_may_be_larger_than_what_one_statement_takes(store: Store) -> None:
    """An import of 1,700 outputs in one go, then again with one more."""
    batch = [an_output(f"o-{n:05d}") for n in range(1700)]
    with store.begin() as uow:
        uow.outputs.add(batch)
    with store.begin() as uow:
        receipts = uow.outputs.add([*batch, an_output("last")])

    assert [receipt.status for receipt in receipts] == [Received.SAME] * 1700 + [Received.NEW]


def test_an_unknown_output_is_none(store: Store) -> None:
    """Not an error: the caller knows better what it means."""
    with store.read() as uow:
        assert uow.outputs.get("o-9") is None
        assert uow.assessments.get("o-9") is None
        assert uow.decisions.get("o-9") is None


def test_the_oldest_unscored_outputs_are_leased_first_and_held_ones_before_them(store: Store) -> None:
    """Somebody waits for a held one."""
    with store.begin() as uow:
        uow.outputs.add([an_output("a"), an_output("b"), an_output("c", hold=True), an_output("d")])

    assert _claim(store, limit=2) == ["c", "a"]
    assert _claim(store, limit=9) == ["b", "d"]
    assert _claim(store, limit=9) == []


def _claim(store: Store, *, limit: int = 9, seconds: float = 0, worker: str = "w") -> list[str]:
    with store.begin() as uow:
        now = NOON + timedelta(seconds=seconds)
        claimed = uow.outputs.claim_unscored(limit=limit, now=now, lease_seconds=60, worker=worker)
    return [output.output_id for output in claimed]


def test_a_leased_output_comes_whole_with_its_number(store: Store) -> None:
    """The scorers read it from there."""
    with store.begin() as uow:
        uow.outputs.add([an_output("a", passages=(a_passage(),))])
        (claimed,) = uow.outputs.claim_unscored(limit=1, now=NOON, lease_seconds=60, worker="w")

    assert claimed == an_output("a", passages=(a_passage(),), number=1)


def test_an_output_is_free_again_when_its_lease_has_run_out(store: Store) -> None:
    """Sixty seconds: at 59 it is still leased, at 60 another worker gets it, for sixty more."""
    with store.begin() as uow:
        uow.outputs.add([an_output("a")])

    assert _claim(store, worker="killed") == ["a"]
    assert _claim(store, seconds=59) == []
    assert _claim(store, seconds=60) == ["a"]
    assert _claim(store, seconds=119) == []
    assert _claim(store, seconds=120) == ["a"]


def test_an_assessed_output_waits_no_longer(store: Store) -> None:
    """Neither as leased nor after the lease."""
    with store.begin() as uow:
        uow.outputs.add([an_output("a"), an_output("b")])
        assert uow.outputs.waiting() == 2
    _claim(store, limit=1)
    with store.begin() as uow:
        uow.assessments.add([an_assessment("a")])
        assert uow.outputs.waiting() == 1

    assert _claim(store, seconds=600) == ["b"]


def test_an_assessment_comes_back_as_it_was_stored(store: Store) -> None:
    """With its readings, and its scores in order; one that failed has no risk and says why."""
    score = an_assessment().scores[0]
    full = an_assessment(
        "o-1",
        scores=(
            replace(score, scorer="z", value=-12.5, explanation=AWKWARD, duration_ms=3.25),
            replace(score, scorer="a", claim_values=()),
        ),
    )
    failed = an_assessment("o-2", scores=(), readings=(), risk=None, failure=f"entailment: {AWKWARD}")
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1"), an_output("o-2")])
        uow.assessments.add([full, failed])

    with store.read() as uow:
        assert uow.assessments.get("o-1") == full
        assert uow.assessments.get("o-2") == failed


def test_the_first_assessment_of_an_output_stands(store: Store) -> None:
    """Two workers may score one output when a lease ran out; the scores of the second are not mixed in."""
    later = an_assessment(assessed_at=NOON + timedelta(hours=1), scores=(_a_score("numbers"),))
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])
        uow.assessments.add([an_assessment(), later])
    with store.begin() as uow:
        uow.assessments.add([later])

    with store.read() as uow:
        assert uow.assessments.get("o-1") == an_assessment()
        assert uow.counts().assessed == 1


def _a_score(scorer: str) -> Score:
    return Score(output_id="o-1", scorer=scorer, version="1", value=1.0, explanation="A number is not in the sources.")


def test_the_first_decision_on_an_output_stands(store: Store) -> None:
    """Its inclusion probability is what every estimate rests on."""
    chosen = a_decision("o-1", rule="tag = fees", channel="C0FEES", draw=0.1 + 0.2)
    passed = a_decision("o-2", selected=False, inclusion_probability=0.05)
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1"), an_output("o-2")])
        uow.decisions.add([chosen, passed])
    with store.begin() as uow:
        uow.decisions.add([a_decision("o-1", inclusion_probability=0.5), a_decision("o-2")])

    with store.read() as uow:
        assert uow.decisions.get("o-1") == chosen
        assert uow.decisions.get("o-2") == passed


def test_nothing_is_stored_of_an_output_that_nobody_sent(store: Store) -> None:
    """A part without its whole could never be shown; the databases refuse it by a foreign key."""
    refused = (UnknownOutput, IntegrityError)
    with pytest.raises(refused), store.begin() as uow:
        uow.assessments.add([an_assessment("o-9")])
    with pytest.raises(refused), store.begin() as uow:
        uow.decisions.add([a_decision("o-9")])
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])
    with pytest.raises(refused), store.begin() as uow:
        uow.tasks.add(a_task("t-1"))  # no sampling decision: it would have no inclusion probability
