"""The contract of every store, part one: transactions, snapshots, the marker of changes, leases, counts, accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reviewers.model import ApiToken, DatasetVersion, Outcome, Reason, Resolution, TaskState, VerdictKind
from reviewers.ports import Counts, OutboxItem, OutboxKind, Store
from tests.builders import NOON, a_decision, a_task, a_verdict, an_assessment, an_output


class PowerCut(Exception):
    """Something that a use case did not expect."""


def test_what_a_transaction_wrote_is_there_when_its_block_has_ended(store: Store) -> None:
    """A commit is the end of the block."""
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])

    with store.read() as uow:
        assert uow.outputs.get("o-1") == an_output("o-1", number=1)


def test_a_transaction_reads_what_it_wrote_itself(store: Store) -> None:
    """Later steps of a use case build on earlier ones before the commit."""
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])
        uow.decisions.add([a_decision("o-1")])
        uow.tasks.add(a_task("t-1", number=1))

        assert [view.output.number for view in uow.tasks.views(["t-1"])] == [1]


def test_an_exception_leaves_nothing_of_its_transaction(store: Store) -> None:
    """Every table goes back, the running number and the queue of unscored outputs too."""
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])
        uow.decisions.add([a_decision("o-1")])
        uow.tasks.add(a_task("t-1"))
    before = _everything(store)

    with pytest.raises(PowerCut):
        _write_a_little_of_everything_and_fail(store)

    assert _everything(store) == before


def _write_a_little_of_everything_and_fail(store: Store) -> None:
    with store.begin() as uow:
        uow.outputs.add([an_output("o-2")])
        uow.assessments.add([an_assessment("o-1")])
        uow.tasks.set_state("t-1", TaskState.RESOLVED)
        uow.verdicts.append(a_verdict())
        uow.outbox.add(_an_item())
        raise PowerCut


def _everything(store: Store) -> object:
    with store.read() as uow:
        return uow.counts(), uow.outputs.waiting(), uow.outputs.get("o-2"), uow.tasks.views(["t-1"])


def _an_item() -> OutboxItem:
    return OutboxItem(key="post:t-1", kind=OutboxKind.POST_CARD, task_id="t-1", channel="C0REVIEW", due_at=NOON)


def test_a_reader_sees_nothing_of_a_writer_that_has_not_committed_and_does_not_wait_for_it(store: Store) -> None:
    """Were the reader to wait, this test would never end: both are in one thread."""
    with store.begin() as writer:
        writer.outputs.add([an_output("o-1")])

        with store.read() as reader:
            assert reader.outputs.get("o-1") is None


def test_a_reader_keeps_its_snapshot_while_others_commit(store: Store) -> None:
    """A view is gathered by several queries, and they must agree."""
    with store.read() as reader:
        assert reader.outputs.waiting() == 0
        with store.begin() as writer:
            writer.outputs.add([an_output("o-1")])

        assert reader.outputs.waiting() == 0
        assert reader.outputs.get("o-1") is None


def test_a_transaction_that_only_reads_refuses_to_write(store: Store) -> None:
    """A use case that took the wrong kind of transaction fails in its first test."""
    with pytest.raises(Exception, match="read"), store.read() as uow:  # each store in its own words
        uow.outputs.add([an_output("o-1")])

    with store.begin() as uow:  # and the connection is not spoilt
        assert uow.outputs.add([an_output("o-1")])[0].number == 1


def test_two_markers_are_equal_when_nothing_was_committed_in_between(store: Store) -> None:
    """Reading is no change."""
    before = store.change_marker()
    with store.read() as uow:
        uow.outputs.get("o-1")

    assert store.change_marker() == before


def test_the_marker_differs_after_every_commit(store: Store) -> None:
    """Two commits in a row give two new markers."""
    first = store.change_marker()
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])
    second = store.change_marker()
    with store.begin() as uow:
        uow.outputs.add([an_output("o-2")])
    third = store.change_marker()

    assert len({str(first), str(second), str(third)}) == 3


def test_what_a_marker_covers_can_be_read_already(store: Store) -> None:
    """A marker that is new is newer than the read before it, and the read after it sees the change."""
    before = store.change_marker()
    with store.begin() as uow:
        uow.outputs.add([an_output("o-1")])

    assert store.change_marker() != before
    with store.read() as uow:
        assert uow.outputs.get("o-1") is not None


def test_a_named_lease_has_one_holder_until_it_runs_out(store: Store) -> None:
    """The clock is elected by it: 30 s, renewed at 10 s, so free from 40 s on."""

    def ask(holder: str, at: float) -> bool:
        return store.lease("clock", holder, now=NOON + timedelta(seconds=at), seconds=30)

    assert ask("a", 0)
    assert not ask("b", 1)
    assert ask("a", 10)
    assert not ask("b", 39.999)
    assert ask("b", 40)
    assert not ask("a", 41)


def test_leases_of_different_names_know_nothing_of_each_other(store: Store) -> None:
    """One process may be the clock while another sweeps."""
    assert store.lease("clock", "a", now=NOON, seconds=30)
    assert store.lease("sweep", "b", now=NOON, seconds=30)


def test_a_token_is_found_by_its_hash_and_revoked_once(store: Store) -> None:
    """The second revocation changes nothing, the time of the first stands."""
    old = ApiToken(token_id="k-1", name="helpdesk", token_hash="00ff", created_at=NOON)
    new = ApiToken(token_id="k-0", name="import", token_hash="11ee", created_at=NOON + timedelta(days=1))
    later = NOON + timedelta(days=2)
    with store.begin() as uow:
        uow.tokens.add(new)
        uow.tokens.add(old)
    with store.begin() as uow:
        assert uow.tokens.revoke("k-1", later)
        assert not uow.tokens.revoke("k-1", later + timedelta(days=1))
        assert not uow.tokens.revoke("k-9", later)

    with store.read() as uow:
        assert uow.tokens.by_hash("00ff") == replace(old, revoked_at=later)
        assert uow.tokens.by_hash("22dd") is None
        assert uow.tokens.all() == [replace(old, revoked_at=later), new]


def test_a_token_hash_is_stored_once(store: Store) -> None:
    """Two tokens with one hash could not be told apart."""
    with store.begin() as uow:
        uow.tokens.add(ApiToken(token_id="k-1", name="a", token_hash="00ff", created_at=NOON))

    with pytest.raises(Exception, match=r"token|unique|UNIQUE"), store.begin() as uow:  # each store in its own words
        uow.tokens.add(ApiToken(token_id="k-2", name="b", token_hash="00ff", created_at=NOON))


def test_a_dataset_version_is_stored_once_for_each_format(store: Store) -> None:
    """The content hash is the version; building the same again is no news."""
    sft = DatasetVersion(
        version="ab12",
        format="sft",
        path="out/sft.jsonl",
        examples=3,
        policy_versions=("policy-1", "policy-2"),
        built_at=NOON,
    )
    kto = replace(sft, format="kto", path="out/kto.jsonl")
    with store.begin() as uow:
        uow.datasets.add(sft)
        uow.datasets.add(kto)
        uow.datasets.add(replace(sft, path="elsewhere/sft.jsonl", built_at=NOON + timedelta(days=1)))

    with store.read() as uow:
        assert uow.datasets.all() == [sft, kto]


def test_the_counts_of_an_empty_store_are_zero(store: Store) -> None:
    """No word that nobody used is in a dictionary."""
    with store.read() as uow:
        assert uow.counts() == Counts(
            outputs=0,
            assessed=0,
            unscored=0,
            selected={},
            posted=0,
            open_tasks=0,
            verdicts={},
            resolutions={},
            timed_out=0,
            cut=0,
            outbox_due=0,
            outbox_dead=0,
        )


def test_counts_are_of_what_stands_now(store: Store) -> None:
    """Superseded verdicts and resolutions are history, and not counted."""
    with store.begin() as uow:
        uow.outputs.add([an_output(f"o-{n}") for n in range(1, 6)])
        uow.assessments.add(
            [an_assessment("o-1"), an_assessment("o-2"), an_assessment("o-3", risk=None, failure="entailment failed")]
        )
        uow.decisions.add(
            [
                a_decision("o-1"),
                a_decision("o-2", reason=Reason.UNIFORM),
                a_decision("o-3", reason=Reason.UNIFORM),
                a_decision("o-4", selected=False, reason=Reason.NOT_SELECTED),
            ]
        )
        uow.tasks.add(a_task("t-1", state=TaskState.RESOLVED))
        uow.tasks.add(a_task("t-2", output_id="o-2", posting=None))
        uow.tasks.add(a_task("t-3", output_id="o-3", state=TaskState.TIMED_OUT))
        uow.verdicts.append(a_verdict("v-1"))
        uow.verdicts.append(a_verdict("v-2", kind=VerdictKind.REJECT, revision=2, supersedes="v-1"))
        uow.verdicts.append(a_verdict("v-3", kind=VerdictKind.UNSURE, reviewer="U0JONAS"))
        for revision, outcome, verdict in ((1, Outcome.APPROVED, "v-1"), (2, Outcome.REJECTED, "v-2")):
            uow.verdicts.resolve(
                Resolution(
                    task_id="t-1",
                    revision=revision,
                    outcome=outcome,
                    verdict_id=verdict,
                    resolved_by="U0MARA",
                    resolved_at=NOON,
                )
            )
        for key in ("post:t-1", "post:t-2", "post:t-3", "update:t-1"):
            uow.outbox.add(replace(_an_item(), key=key, task_id=key[-3:]))
        uow.outbox.done("post:t-1")
        uow.outbox.give_up("post:t-3", "channel_not_found")

    with store.read() as uow:
        assert uow.counts() == Counts(
            outputs=5,
            assessed=3,
            unscored=1,
            selected={"risk": 1, "uniform": 2},
            posted=2,  # t-1 and t-3; t-2 has no posting
            open_tasks=1,
            verdicts={"reject": 1, "unsure": 1},
            resolutions={"rejected": 1},
            timed_out=1,
            cut=0,
            outbox_due=2,  # post:t-2 and update:t-1
            outbox_dead=1,
        )
