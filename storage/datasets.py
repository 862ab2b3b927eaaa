"""Dataset files on disk: whole, or not there at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reviewers.errors import Invalid, Unavailable


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderFiles:
    """Writes a dataset and its manifest into a folder of the person's choice.

    Both are written under hidden temporary names in that folder, flushed to the disk, and then renamed: the manifest
    first, the data last. So a data file that can be seen is whole and has its manifest, whenever the machine stops.
    """

    def write(self, folder: str, *, data_name: str, lines: Iterable[bytes], manifest_name: str, manifest: bytes) -> str:
        """Write both files, replacing earlier ones of the same name, and return the absolute path of the data file.

        Each line gets a line feed. Raises Invalid (`out`) when the folder cannot be one, and Unavailable when the disk
        refuses; data that stood there before stays as it was.
        """
        target = _folder(folder)
        try:
            with (
                _written(target, (line + b"\n" for line in lines)) as data,
                _written(target, (manifest,)) as account,
            ):
                _put(account, target / manifest_name, data, target / data_name)
                _flush_folder(target)
        except OSError as error:
            raise Unavailable(f"The dataset could not be written to {target}: {error.strerror or error}.") from error
        return str(target / data_name)


def _folder(name: str) -> Path:
    """The folder as an absolute path, made when it is missing. Raises Invalid."""
    if not name.strip() or "\0" in name:
        raise Invalid("out", "Name the folder that the dataset is written to.")
    try:
        target = Path(name).expanduser().resolve()
        target.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise Invalid("out", f"{name} is not a folder. Name a folder that the dataset is written to.") from error
    except (OSError, RuntimeError) as error:  # RuntimeError: a home directory that cannot be found
        raise Invalid(
            "out", f"The folder {name} cannot be made: {getattr(error, 'strerror', None) or error}."
        ) from error
    return target


@contextmanager
def _written(folder: Path, chunks: Iterable[bytes]) -> Iterator[Path]:
    """A flushed temporary file in the folder with these bytes; it is gone afterwards unless it was renamed."""
    path = folder / f".whetstone-{secrets.token_hex(8)}.tmp"
    try:
        with open(path, "xb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        yield path
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def _put(account: Path, manifest: Path, data: Path, place: Path) -> None:
    """Rename both; when the data cannot follow its manifest, a manifest that is new goes too."""
    replaced = manifest.exists()
    os.replace(account, manifest)
    try:
        os.replace(data, place)
    except OSError:
        if not replaced:
            manifest.unlink()
        raise


def _flush_folder(folder: Path) -> None:
    """Make the renames themselves durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
