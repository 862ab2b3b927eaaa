"""From resolutions in a real store to a file that trainers load as it is."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reviewers.errors import Invalid, Unavailable
from reviewers.model import (
    DatasetVersion,
    Message,
    Outcome,
    Reason,
    Resolution,
    TaskState,
    VerdictKind,
)
from reviewers.ports import UnitOfWork
from reviewers.workflow.datasets import DatasetBuilder
from storage.datasets import FolderFiles
from storage.engine import make_engine
from storage.tables import metadata
from storage.unit_of_work import SqlStore
from tests.builders import NOON, a_decision, a_task, a_verdict, an_assessment, an_output

BUILT = NOON + timedelta(days=1)
KINDS = {
    Outcome.APPROVED: VerdictKind.APPROVE,
    Outcome.EDITED: VerdictKind.EDIT,
    Outcome.REJECTED: VerdictKind.REJECT,
}


@dataclass(frozen=True, kw_only=True)
class AtOneMoment:
    """A clock that stands."""

    moment: datetime = BUILT

    def now(self) -> datetime:
        """The moment."""
        return self.moment


@dataclass(frozen=True, kw_only=True)
class FullDisk:
    """A disk that refuses, as FolderFiles reports it."""

    asked: list[str] = field(default_factory=list)

    def write(self, folder: str, *, data_name: str, lines: Iterable[bytes], manifest_name: str, manifest: bytes) -> str:
        """Refuse."""
        self.asked.append(data_name)
        raise Unavailable("The dataset could not be written: No space left on device.")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """An empty SQLite store."""
    engine = make_engine(f"sqlite:///{tmp_path / 'w.db'}")
    metadata.create_all(engine)
    store = SqlStore(engine)
    yield store
    store.close()


def review(uow: UnitOfWork, name: str, outcome: Outcome, *, text: str | None = None, **output: Any) -> None:
    """One output, selected, reviewed and resolved."""
    risky, route = "uniform" not in output.pop("selected", "risk"), output.pop("route", "")
    uow.outputs.add([an_output(f"o-{name}", **output)])
    uow.assessments.add([an_assessment(f"o-{name}")])
    chance = {} if risky else {"inclusion_probability": 0.05, "reason": Reason.UNIFORM, "policy_version": "policy-2"}
    uow.decisions.add([a_decision(f"o-{name}", **chance)])
    uow.tasks.add(a_task(f"t-{name}", output_id=f"o-{name}", route=route))
    verdict = a_verdict(f"v-{name}", task_id=f"t-{name}", kind=KINDS[outcome], correction=text)
    uow.verdicts.append(verdict)
    resolve(uow, name, outcome, text=text)


def resolve(uow: UnitOfWork, name: str, outcome: Outcome, *, text: str | None = None, revision: int = 1) -> None:
    """What the verdict came to."""
    uow.verdicts.resolve(
        Resolution(
            task_id=f"t-{name}",
            revision=revision,
            outcome=outcome,
            verdict_id=f"v-{name}",
            resolved_by="U0MARA",
            text=text,
            resolved_at=NOON + timedelta(minutes=revision),
        )
    )
    uow.tasks.set_state(f"t-{name}", TaskState.RESOLVED)


def ask(question: str) -> tuple[Message, ...]:
    """A prompt of one turn."""
    return (Message(role="user", content=question),)


def reviewed_week(store: SqlStore) -> None:
    """Two approved, one edited, one rejected, one timed out, one open."""
    long = "Ein langer Satz mit €, „Zitat“ und 日本語.\u2028\n" * 2500  # 100,000 characters and more
    with store.begin() as uow:
        review(uow, "a", Outcome.APPROVED, prompt=ask("Is it wet?"), completion="Water is wet.")
        review(uow, "b", Outcome.APPROVED, prompt=ask("All of it?"), completion=long, selected="uniform")
        review(uow, "c", Outcome.EDITED, prompt=ask("How much?"), completion="It costs 2.", text="It costs 3.")
        review(uow, "d", Outcome.REJECTED, prompt=ask("Where?"), completion="On the moon.")
        for name, state in (("e", TaskState.TIMED_OUT), ("f", TaskState.OPEN)):
            uow.outputs.add([an_output(f"o-{name}")])
            uow.decisions.add([a_decision(f"o-{name}")])
            uow.tasks.add(a_task(f"t-{name}", output_id=f"o-{name}", state=state))


def builder(store: SqlStore, **changes: Any) -> DatasetBuilder:
    """A builder on the real file writer."""
    fields: dict[str, Any] = {"store": store, "files": FolderFiles(), "clock": AtOneMoment(), "tool": "whetstone test"}
    return DatasetBuilder(**(fields | changes))


def test_dataset_of_a_route_holds_its_outputs_alone_and_says_so(store: SqlStore, tmp_path: Path) -> None:
    """The policy's own route has an empty name; a route without reviews gives no file."""
    reviewed_week(store)
    with store.begin() as uow:
        review(uow, "g", Outcome.EDITED, completion="It costs 4.", text="It costs 5.", route="Cards")
    cards, own, both = (builder(store).build("dpo", str(tmp_path), route=route) for route in ("Cards", "", None))
    assert (cards.examples, own.examples, both.examples) == (1, 1, 2)
    assert b"It costs 5." in Path(cards.path).read_bytes()
    assert b"It costs 3." in Path(own.path).read_bytes()
    account = json.loads(Path(cards.path).with_suffix(".manifest.json").read_text("utf-8"))
    assert (account["route"], account["until"], account["reviewed"]) == ("Cards", None, 1)
    with pytest.raises(Invalid, match="nothing has been reviewed yet"):
        builder(store).build("dpo", str(tmp_path), route="Loans")


def test_dataset_until_a_moment_leaves_out_what_was_resolved_from_it_on(store: SqlStore, tmp_path: Path) -> None:
    """All were resolved a minute after noon; the moment itself is left out."""
    reviewed_week(store)
    moment = NOON + timedelta(minutes=1)
    later = builder(store).build("sft", str(tmp_path), until=moment + timedelta(seconds=1))
    assert later.examples == ROWS["sft"]
    with pytest.raises(Invalid, match="nothing has been reviewed yet"):
        builder(store).build("sft", str(tmp_path), until=moment)


def loaded(path: str, tmp_path: Path) -> Any:
    """What Hugging Face's `load_dataset("json", …)` makes of the file, without a network."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # read when the package is imported
    os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"
    import datasets

    return datasets.load_dataset("json", data_files=path, split="train", cache_dir=str(tmp_path / "hf"))


# The columns of TRL's dataset types "prompt-completion", "preference" and "unpaired preference", conversational format,
# as its documentation ("Dataset formats and types") lists them; OpenAI's chat format has `messages` alone.
TRL_COLUMNS = {
    "sft": ["prompt", "completion"],
    "dpo": ["prompt", "chosen", "rejected"],
    "kto": ["prompt", "completion", "label"],
    "openai": ["messages"],
}
ROWS = {"sft": 3, "dpo": 1, "kto": 3, "openai": 3}


@pytest.mark.parametrize("format", ["sft", "dpo", "kto", "openai"])
def test_hugging_face_loads_each_format_without_conversion(store: SqlStore, tmp_path: Path, format: str) -> None:
    """Columns, turns and every character are there."""
    reviewed_week(store)
    version = builder(store).build(format, str(tmp_path / "out"))
    dataset = loaded(version.path, tmp_path)
    assert dataset.column_names == TRL_COLUMNS[format]
    assert len(dataset) == version.examples == ROWS[format]
    assert list(dataset) == [json.loads(line) for line in Path(version.path).read_bytes().splitlines()]
    for row in dataset:
        for column in set(TRL_COLUMNS[format]) - {"label"}:
            assert all(set(turn) == {"role", "content"} for turn in row[column])
        assert isinstance(row.get("label", True), bool)


def test_the_version_is_the_hash_of_the_file(store: SqlStore, tmp_path: Path) -> None:
    """And the file is named after it, whatever the outputs are called."""
    reviewed_week(store)
    version = builder(store).build("sft", str(tmp_path / "out"))
    content = Path(version.path).read_bytes()
    assert version.version == hashlib.sha256(content).hexdigest()
    assert Path(version.path).name == f"whetstone-sft-{version.version[:12]}.jsonl"
    assert content.endswith(b"\n")
    assert b"\r" not in content


def test_the_same_input_gives_the_same_bytes(store: SqlStore, tmp_path: Path) -> None:
    """At another time, in another folder: data and manifest repeat."""
    reviewed_week(store)
    first = builder(store).build("kto", str(tmp_path / "one"))
    later = AtOneMoment(moment=BUILT + timedelta(days=3))
    second = builder(store, clock=later).build("kto", str(tmp_path / "two"))
    assert first.version == second.version
    for name in sorted(path.name for path in (tmp_path / "one").iterdir()):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_manifest_accounts_for_every_review(store: SqlStore, tmp_path: Path) -> None:
    """4 reviewed: 2 approved and 1 edited in 3 rows, 1 rejected left out; chances 1, 0.05, 1: mean 2.05 / 3."""
    reviewed_week(store)
    version = builder(store).build("sft", str(tmp_path / "out"))
    data = Path(version.path)
    assert json.loads(data.with_suffix(".manifest.json").read_bytes()) == {
        "data": data.name,
        "sha256": version.version,
        "bytes": data.stat().st_size,
        "format": "sft",
        "columns": ["prompt", "completion"],
        "route": None,
        "until": None,
        "rows": 3,
        "rows_from": {"approved": 2, "edited": 1},
        "approved_at_most": None,
        "reviewed": 4,
        "outcomes": {"approved": 2, "edited": 1, "rejected": 1},
        "left_out": {"other_outcome": 1},
        "resolved_from": "2026-11-23T12:01:00+00:00",
        "resolved_to": "2026-11-23T12:01:00+00:00",
        "policy_versions": ["policy-1", "policy-2"],
        "inclusion_probability": {
            "min": 0.05,
            "mean": 0.683333,
            "max": 1.0,
            "certain": 2,
            "reasons": {"risk": 2, "uniform": 1},
        },
        "risk_models": ["prior-2"],
        "without_risk": 0,
        "tool": "whetstone test",
    }


def test_approved_outputs_beyond_their_share_are_left_out_and_counted(store: SqlStore, tmp_path: Path) -> None:
    """1 edit allows 1 approved output at a half, so 1 of 2 goes; nothing else changes."""
    reviewed_week(store)
    version = builder(store).build("sft", str(tmp_path / "out"), approved_at_most=0.5)
    account = json.loads(Path(version.path).with_suffix(".manifest.json").read_bytes())
    assert (version.examples, account["approved_at_most"]) == (2, 0.5)
    assert account["rows_from"] == {"approved": 1, "edited": 1}
    assert account["left_out"] == {"beyond_share": 1, "other_outcome": 1}
    assert account["reviewed"] == 4


@pytest.mark.parametrize(("format", "share", "field"), [("dpo", 0.3, "format"), ("sft", 1.0, "approved_at_most")])
def test_share_that_makes_no_sense_is_refused(
    store: SqlStore, tmp_path: Path, format: str, share: float, field: str
) -> None:
    """And says what does."""
    with pytest.raises(Invalid) as refused:
        builder(store).build(format, str(tmp_path), approved_at_most=share)
    assert refused.value.field == field


def test_the_version_is_remembered_once(store: SqlStore, tmp_path: Path) -> None:
    """Building the same again adds no second version."""
    reviewed_week(store)
    version = builder(store).build("sft", str(tmp_path / "out"))
    builder(store).build("sft", str(tmp_path / "out"))
    with store.read() as uow:
        assert uow.datasets.all() == [version]
    assert version == DatasetVersion(
        version=version.version,
        format="sft",
        path=str(tmp_path / "out" / f"whetstone-sft-{version.version[:12]}.jsonl"),
        examples=3,
        policy_versions=("policy-1", "policy-2"),
        built_at=BUILT,
    )


def test_only_the_current_resolution_counts(store: SqlStore, tmp_path: Path) -> None:
    """Approved first, rejected after second thoughts: the row is false, and the earlier one is gone."""
    with store.begin() as uow:
        review(uow, "a", Outcome.APPROVED, completion="Water is dry.")
        uow.verdicts.append(
            a_verdict(
                "v-2", task_id="t-a", revision=2, kind=VerdictKind.REJECT, reasons=("invented",), supersedes="v-a"
            )
        )
        resolve(uow, "a", Outcome.REJECTED, revision=2)
    version = builder(store).build("kto", str(tmp_path / "out"))
    (row,) = [json.loads(line) for line in Path(version.path).read_bytes().splitlines()]
    assert (row["completion"][0]["content"], row["label"]) == ("Water is dry.", False)


@pytest.mark.parametrize(
    ("format", "told"),
    [
        (
            "dpo",
            "The format dpo needs edited outputs. None of the 1 reviewed (1 approved) gave a row: other outcome 1.",
        ),
        ("parquet", "There is no dataset format 'parquet'. Choose one of sft, dpo, kto, openai, spans, retrieval."),
        (
            "spans",
            "The format spans needs claims that people marked, in decided outputs. "
            "None of the 1 reviewed (1 approved) gave a row: no marks 1.",
        ),
    ],
)
def test_what_cannot_be_built_is_said(store: SqlStore, tmp_path: Path, format: str, told: str) -> None:
    """With what is missing, and nothing is written or remembered."""
    with store.begin() as uow:
        review(uow, "a", Outcome.APPROVED)
    with pytest.raises(Invalid) as caught:
        builder(store).build(format, str(tmp_path / "out"))
    assert caught.value.field == "format"
    assert caught.value.message.startswith(told)
    assert not (tmp_path / "out").exists()
    with store.read() as uow:
        assert uow.datasets.all() == []


def test_before_the_first_review_there_is_nothing_to_build(store: SqlStore, tmp_path: Path) -> None:
    """The sentence names what the format needs."""
    with pytest.raises(Invalid, match="kto needs approved or rejected outputs, and nothing has been reviewed yet"):
        builder(store).build("kto", str(tmp_path / "out"))


def test_a_disk_that_refuses_leaves_no_version(store: SqlStore, tmp_path: Path) -> None:
    """The file comes first; a version without its file is never remembered."""
    reviewed_week(store)
    disk = FullDisk()
    with pytest.raises(Unavailable, match="No space left"):
        builder(store, files=disk).build("sft", str(tmp_path / "out"))
    assert len(disk.asked) == 1
    with store.read() as uow:
        assert uow.datasets.all() == []


def test_a_build_that_stopped_before_it_was_remembered_can_be_repeated(store: SqlStore, tmp_path: Path) -> None:
    """The file was written and the process died: building again finds the same bytes and remembers them."""
    reviewed_week(store)
    other = make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    metadata.create_all(other)
    elsewhere = SqlStore(other)
    reviewed_week(elsewhere)
    left_behind = builder(elsewhere).build("sft", str(tmp_path / "out"))
    elsewhere.close()
    before = Path(left_behind.path).read_bytes()
    version = builder(store).build("sft", str(tmp_path / "out"))
    assert Path(version.path).read_bytes() == before
    with store.read() as uow:
        assert [known.version for known in uow.datasets.all()] == [left_behind.version]
