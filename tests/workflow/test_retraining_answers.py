"""What leads answer to a suggestion: built first, recorded once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reviewers.decisions.routing import FixedPolicies
from reviewers.errors import Invalid, NotYourTask
from reviewers.model import Outcome, Policy, Resolution, Route, TaskState
from reviewers.model.suggestion import Met
from reviewers.model.telling import DigestAnswerKind
from reviewers.ports import Store
from reviewers.workflow.datasets import DatasetBuilder
from reviewers.workflow.retraining_answers import RetrainingDesk
from storage.datasets import FolderFiles
from storage.engine import make_engine
from storage.tables import metadata
from storage.unit_of_work import SqlStore
from tests.builders import a_decision, a_task, a_verdict, an_assessment, an_output
from tests.fakes import CountingIds, FixedClock, MemoryStore
from tests.slack.digests import suggested_digest

DIGEST = suggested_digest()
NOW = DIGEST.current.end + timedelta(hours=9)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Empty."""
    if request.param == "memory":
        yield MemoryStore()
        return
    engine = make_engine(f"sqlite:///{tmp_path / 'w.db'}")
    metadata.create_all(engine)
    found = SqlStore(engine)
    yield found
    found.close()


def approve(store: Store, name: str = "a") -> None:
    """One approved output of the digest's route, a day before its week ended."""
    with store.begin() as uow:
        uow.outputs.add([an_output(f"o-{name}")])
        uow.assessments.add([an_assessment(f"o-{name}")])
        uow.decisions.add([a_decision(f"o-{name}")])
        uow.tasks.add(a_task(f"t-{name}", output_id=f"o-{name}", route=DIGEST.route))
        uow.verdicts.append(a_verdict(f"v-{name}", task_id=f"t-{name}"))
        at = DIGEST.current.end - timedelta(days=1)
        uow.verdicts.resolve(
            Resolution(
                task_id=f"t-{name}",
                revision=1,
                outcome=Outcome.APPROVED,
                verdict_id=f"v-{name}",
                resolved_by="U0MARA",
                resolved_at=at,
            )
        )
        uow.tasks.set_state(f"t-{name}", TaskState.RESOLVED)


def a_desk(store: Store) -> RetrainingDesk:
    """Mara and Jonas lead the route."""
    clock = FixedClock(NOW)
    route = Route(name=DIGEST.route, leads=("U0MARA", "U0JONAS"))
    return RetrainingDesk(
        store=store,
        clock=clock,
        ids=CountingIds(),
        policies=FixedPolicies(policy=Policy(version="policy-1", routes=(route,))),
        datasets=DatasetBuilder(store=store, files=FolderFiles(), clock=clock),
    )


def test_first_lead_accepts_and_the_second_reads_who_did(store: Store, tmp_path: Path) -> None:
    """The dataset is there before it is recorded, and is named in the answer."""
    approve(store)
    desk = a_desk(store)
    first, second = (desk.accept(DIGEST, by, str(tmp_path)) for by in ("U0MARA", "U0JONAS"))
    assert first.first
    assert first.dataset is not None
    assert Path(first.dataset.path).exists()
    assert (second.first, second.dataset, second.answer.by) == (False, None, "U0MARA")
    with store.read() as uow:
        (kept,) = uow.digest_answers.of(DIGEST.route)
    assert (kept.kind, kept.by, kept.dataset) == (DigestAnswerKind.ACCEPTED, "U0MARA", first.dataset.version)


def test_build_that_fails_records_nothing(store: Store, tmp_path: Path) -> None:
    """Nothing was reviewed, so there is nothing to train on; it can be accepted later."""
    desk = a_desk(store)
    with pytest.raises(Invalid, match="nothing has been reviewed yet"):
        desk.accept(DIGEST, "U0MARA", str(tmp_path))
    with store.read() as uow:
        assert uow.digest_answers.of(DIGEST.route) == []
    approve(store)
    assert desk.accept(DIGEST, "U0MARA", str(tmp_path)).first


def test_only_a_lead_decides_and_only_on_what_is_suggested(store: Store) -> None:
    """Somebody else is told so; a digest without a suggestion takes no answer."""
    desk = a_desk(store)
    with pytest.raises(NotYourTask, match="Only a lead"):
        desk.postpone(DIGEST, "U0TOMAS")
    failed = replace(DIGEST.suggestion, training_set=None, evidence=replace(DIGEST.suggestion.evidence, met=Met.FAILED))
    with pytest.raises(Invalid, match="suggests no training"):
        desk.dismiss(replace(DIGEST, suggestion=failed), "U0MARA", why="not_now", note="")


def test_postponed_for_a_week_and_dismissed_with_why(store: Store) -> None:
    """Whatever came first stands."""
    desk = a_desk(store)
    later = replace(DIGEST, week="2026-W48")
    put_off = desk.postpone(DIGEST, "U0MARA")
    assert put_off.answer.until == NOW + timedelta(days=7)
    assert desk.dismiss(DIGEST, "U0JONAS", why="not_now", note="").answer == put_off.answer
    gone = desk.dismiss(later, "U0JONAS", why="other_cure", note="The page is mended.")
    assert (gone.first, gone.answer.why, gone.answer.note) == (True, "other_cure", "The page is mended.")
