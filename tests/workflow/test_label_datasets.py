"""Labels are built like every other dataset: from what was recorded, with a version; a change of mind recalls them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from bot.cli.data import Format
from reviewers.decisions.corrections import DatasetFormat
from reviewers.decisions.labels import LabelFormat
from reviewers.model import ClaimMark, Mark, VerdictKind
from reviewers.workflow.verdicts import Ballot
from tests.builders import SENTENCES, an_output
from tests.workflow.worlds import World

WRONG = ClaimMark(claim_number=1, mark=Mark.WRONG)


def rejected(world: World, output_id: str = "o-1") -> str:
    """Mara marks the first claim wrong, then rejects the answer."""
    (task,) = world.bring(an_output(output_id))
    world.verdicts.keep_marks(task, "U0MARA", [WRONG])
    world.verdicts.record(
        Ballot(task_id=task, reviewer="U0MARA", kind=VerdictKind.REJECT, reasons=("invented",)),
    )
    return task


@pytest.mark.parametrize("format", LabelFormat)
def test_marks_become_a_file_with_a_version(tmp_path: Path, format: LabelFormat) -> None:
    """The same marks give the same bytes, the version is their hash, and the manifest accounts for each review."""
    world = World()
    for number in (1, 2):
        rejected(world, f"o-{number}")
    (silent,) = world.bring(an_output("o-3"))
    world.verdicts.record(Ballot(task_id=silent, reviewer="U0MARA", kind=VerdictKind.APPROVE))
    built = world.services.datasets.build(format.value, str(tmp_path))
    data = Path(built.path).read_bytes()
    assert hashlib.sha256(data).hexdigest() == built.version
    assert built.examples == len(data.splitlines()) == 2
    row = json.loads(data.splitlines()[0])
    assert SENTENCES[0] == (row["query"] if format is LabelFormat.RETRIEVAL else row["completion"][: row["end"]])
    account = json.loads(Path(built.path.replace(".jsonl", ".manifest.json")).read_text(encoding="utf-8"))
    assert (account["reviewed"], account["rows"], account["left_out"]) == (3, 2, {"no_marks": 1})
    assert world.services.datasets.build(format.value, str(tmp_path)).version == built.version


def test_verdict_behind_a_label_that_is_taken_back_is_a_recall(tmp_path: Path) -> None:
    """The label was used; the next build is without it."""
    world = World()
    tasks = [rejected(world, f"o-{number}") for number in (1, 2)]
    built = world.services.datasets.build("spans", str(tmp_path))
    world.verdicts.withdraw(tasks[0], "U0MARA")
    with world.store.read() as uow:
        newest = uow.verdicts.resolution(tasks[0])
    assert newest is not None
    assert newest.recall
    again = world.services.datasets.build("spans", str(tmp_path))
    assert (again.examples, again.version == built.version) == (1, False)


def test_command_line_offers_every_format() -> None:
    """What can be built can be asked for."""
    assert {format.value for format in Format} == {format.value for format in (*DatasetFormat, *LabelFormat)}
