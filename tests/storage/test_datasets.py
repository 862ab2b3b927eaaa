"""Dataset files are whole or not there, whatever stops the writing, and trainers read them as they are."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reviewers.errors import Invalid, Unavailable
from storage.datasets import FolderFiles

ROOT = Path(__file__).resolve().parents[2]
LINES = (b'{"prompt":"a"}', b'{"prompt":"b"}')
DATA = b'{"prompt":"a"}\n{"prompt":"b"}\n'
MANIFEST = b'{"rows": 2}\n'


def write(folder: Path, lines: Iterator[bytes] | tuple[bytes, ...] = LINES, manifest: bytes = MANIFEST) -> str:
    """Write the pair of the tests."""
    return FolderFiles().write(
        str(folder), data_name="d.jsonl", lines=lines, manifest_name="d.manifest.json", manifest=manifest
    )


def names(folder: Path) -> list[str]:
    """What lies in the folder, hidden files included."""
    return sorted(entry.name for entry in folder.iterdir())


def test_both_files_are_written_with_line_feeds(tmp_path: Path) -> None:
    """The path comes back absolute, and nothing else is left."""
    path = write(tmp_path / "new" / "folder")
    assert path == str(tmp_path / "new" / "folder" / "d.jsonl")
    assert Path(path).read_bytes() == DATA
    assert (Path(path).parent / "d.manifest.json").read_bytes() == MANIFEST
    assert names(Path(path).parent) == ["d.jsonl", "d.manifest.json"]


def test_the_files_may_be_read_by_whoever_may_read_the_folder(tmp_path: Path) -> None:
    """The usual permissions of a new file, not those of a temporary one."""
    before = os.umask(0o022)
    try:
        path = write(tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o644


def test_writing_again_replaces(tmp_path: Path) -> None:
    """The same names, the new content, no remains."""
    write(tmp_path, (b"old",), b"old")
    write(tmp_path)
    assert (tmp_path / "d.jsonl").read_bytes() == DATA
    assert (tmp_path / "d.manifest.json").read_bytes() == MANIFEST
    assert names(tmp_path) == ["d.jsonl", "d.manifest.json"]


def test_rows_that_fail_on_the_way_leave_nothing(tmp_path: Path) -> None:
    """An error in the middle of the data removes the temporary file."""

    def failing() -> Iterator[bytes]:
        yield b"first"
        raise ValueError("no second row")

    with pytest.raises(ValueError, match="no second row"):
        write(tmp_path, failing())
    assert names(tmp_path) == []


def test_data_that_cannot_take_its_place_takes_its_manifest_along(tmp_path: Path) -> None:
    """A folder stands where the data belongs: nothing new stays behind."""
    (tmp_path / "d.jsonl").mkdir()
    with pytest.raises(Unavailable, match="could not be written"):
        write(tmp_path)
    assert names(tmp_path) == ["d.jsonl"]


@pytest.mark.parametrize("name", ["", "  ", "a\0b"])
def test_a_folder_must_have_a_name(name: str) -> None:
    """Said with the field that is wrong."""
    with pytest.raises(Invalid) as caught:
        FolderFiles().write(name, data_name="d", lines=LINES, manifest_name="m", manifest=b"")
    assert caught.value.field == "out"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """Neither itself nor what would lie below it."""
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(Invalid, match="is not a folder"):
            write(place)


# Runs in a process of its own. `sys.addaudithook` sees every open, rename and remove of the real code; the process
# kills itself at the one it was told to, so no line of ours is replaced.
DIES_AT = """
import os, signal, sys
from storage.datasets import FolderFiles
folder, fatal = sys.argv[1], int(sys.argv[2])
steps = 0
def watch(event, arguments):
    global steps
    if event in ("open", "os.rename", "os.remove") and folder in str(arguments[0]):
        steps += 1
        if steps == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
def rows():
    global steps
    for row in (b'{"prompt":"a"}', b'{"prompt":"b"}'):
        steps += 1
        if steps == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        yield row
sys.addaudithook(watch)
FolderFiles().write(
    folder, data_name="d.jsonl", lines=rows(), manifest_name="d.manifest.json", manifest=b'{"rows": 2}\\n'
)
print(steps)
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A python of its own, in the checkout."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_kill_at_any_step_leaves_no_half_dataset(tmp_path: Path) -> None:
    """Killed at each file operation and between rows: the old data or the new, each with a manifest; then it heals."""
    whole = tmp_path / "whole"
    last = int(run(DIES_AT, str(whole), "0").stdout)
    assert last >= 6  # open and rename of both files, and two rows at the least
    for step in range(1, last + 1):
        folder = tmp_path / str(step)
        assert run(DIES_AT, str(folder), str(step)).returncode == -signal.SIGKILL
        data, manifest = folder / "d.jsonl", folder / "d.manifest.json"
        if data.exists():
            assert data.read_bytes() == DATA
            assert manifest.exists()
        if manifest.exists():
            assert manifest.read_bytes() == MANIFEST
        write(folder)
        assert data.read_bytes() == DATA


TOO_BIG = """
import resource, sys
from reviewers.errors import Unavailable
from storage.datasets import FolderFiles
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    FolderFiles().write(
        sys.argv[1], data_name="d.jsonl", lines=[b"x" * 5000], manifest_name="d.manifest.json", manifest=b"{}"
    )
except Unavailable as error:
    print(error)
"""


def test_a_disk_that_refuses_leaves_what_was_there(tmp_path: Path) -> None:
    """The operating system stops the file at 1,000 bytes; the earlier dataset is untouched."""
    write(tmp_path)
    told = run(TOO_BIG, str(tmp_path))
    assert f"The dataset could not be written to {tmp_path}: File too large." in told.stdout
    assert (tmp_path / "d.jsonl").read_bytes() == DATA
    assert names(tmp_path) == ["d.jsonl", "d.manifest.json"]


def test_the_manifest_is_no_row_of_the_folder(tmp_path: Path) -> None:
    """A pattern for data files does not take the manifest for one."""
    write(tmp_path)
    assert [path.name for path in tmp_path.glob("*.jsonl")] == ["d.jsonl"]
    assert json.loads((tmp_path / "d.manifest.json").read_bytes()) == {"rows": 2}
