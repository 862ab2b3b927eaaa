"""The index of sources: passages in Chroma, through langchain-chroma, on disk or on a server.

What the index holds is its only memory: a document is there, in a version, when all the passages of that version are.
So an interrupted run leaves nothing to repair; the next one completes what is incomplete. A changed document is added
before its old version is deleted: at no moment is it absent.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import RLock
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from urllib.parse import quote
from uuid import uuid4

from reviewers.decisions import source_changes
from reviewers.model import Passage
from reviewers.ports import SourceChange
from storage.chroma import Connection
from storage.documents import Document, Found, Unreadable, find, load, read
from storage.passages import EARLIER, SPLITTING, pieces

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

ADDED_AT_ONCE = 64  # passages embedded and written together
PAGE = 2_000  # rows read at once when the index is looked through
COUNT_KEPT_SECONDS = 30.0  # how long a count of documents is shown before it is counted again


@dataclass(frozen=True, kw_only=True, slots=True)
class _Prepared:
    """A document that is to be written: its key in the index, its version, and its passages."""

    key: str
    name: str
    version: str
    same: frozenset[str]  # versions of the same bytes under the same name, read as documents were read before
    status: str
    texts: list[str]
    metadatas: list[dict[str, Any]]

    @property
    def ids(self) -> list[str]:
        """The same passage of the same version has the same id: writing it again changes nothing."""
        stem = _hash(self.key, self.version)[:24]
        return [f"{stem}-{number}" for number in range(len(self.texts))]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """What the index has of one document: passages by version, and how many make each version whole."""

    counts: Counter[str] = field(default_factory=Counter)
    whole: dict[str, int] = field(default_factory=dict)

    def is_just(self, version: str) -> bool:
        """Whether exactly this version is there, whole."""
        return set(self.counts) == {version} and self.counts[version] == self.whole[version]


_Tell = Callable[[SourceChange], None]


@runtime_checkable
class Remembers(Protocol):
    """An embedder that keeps vectors by text."""

    def remember(self, vectors: Mapping[str, list[float]]) -> None: ...


class ChromaSources:
    """A SourceIndex over Chroma with cosine distance. Connects at the first use; safe to share between threads."""

    def __init__(self, location: str | Path, embedder: Embeddings, *, collection: str = "whetstone-sources") -> None:
        """`location` is a folder, or the http(s) address of a Chroma server."""
        self._embedder = embedder
        self._connection = Connection(str(location), embedder, collection)
        self._lock = RLock()
        self._count: tuple[float, int] | None = None

    def search(self, queries: Sequence[str], *, limit: int) -> list[list[Passage]]:
        """The nearest passages of each query, best first, each text once. Raises Unavailable."""
        if not queries:
            return []
        vectors = self._embedder.embed_documents(list(queries))
        with self._lock, self._connection.collection() as collection:
            found = collection.query(
                query_embeddings=vectors,
                n_results=2 * limit,  # copies of a text fall out
                include=["documents", "metadatas", "embeddings"],
            )
        self._share(found)
        return [
            _different(ids, texts, metadatas, limit)
            for ids, texts, metadatas in zip(found["ids"], found["documents"], found["metadatas"], strict=True)
        ]

    def _share(self, found: Mapping[str, Any]) -> None:
        """Give the embedder the vectors that the index has: whoever compares these passages need not compute them."""
        if isinstance(self._embedder, Remembers):
            for texts, vectors in zip(found["documents"], found["embeddings"], strict=True):
                self._embedder.remember(
                    {text: [float(one) for one in vector] for text, vector in zip(texts, vectors, strict=True)}
                )

    def documents(self) -> int:
        """How many documents the index holds, as of at most COUNT_KEPT_SECONDS ago. Raises Unavailable."""
        with self._lock:
            if self._count is None or monotonic() - self._count[0] > COUNT_KEPT_SECONDS:
                with self._connection.collection() as collection:
                    rows = collection.get(where={"index": 0}, include=["metadatas"])["metadatas"]
                self._count = monotonic(), len({row["document"] for row in rows})
            return self._count[1]

    def close(self) -> None:
        """Let go of the files or of the server."""
        with self._lock:
            self._connection.close()

    def add_paths(
        self,
        paths: Sequence[str],
        *,
        prune: bool,
        base_address: str = "",
        progress: Callable[[int, int], None] | None = None,
        tell: Callable[[SourceChange], None] | None = None,
    ) -> list[SourceChange]:
        """Bring the index up to date with these files and folders; one change a document, in the order of the paths.

        A document that cannot be read is "failed" with its problem, keeps what the index has of it, and the rest goes
        on. `prune` removes documents that lay below these paths and are gone. `tell` hears of each document that no
        longer says what it said, before its old text is deleted. Raises Unavailable.
        """
        files = list(find(paths))
        held = self._held()
        changes: list[SourceChange] = []
        waiting: list[_Prepared] = []
        for done, file in enumerate(files, start=1):
            prepared = self._prepare(file, held.get(str(file.path)), base_address, prune)
            if isinstance(prepared, _Prepared):
                waiting.append(prepared)
            elif prepared is not None:
                changes.append(prepared)
            if sum(len(one.texts) for one in waiting) >= ADDED_AT_ONCE:
                changes += self._write(waiting, tell)
                waiting = []
            if progress:
                progress(done, len(files))
        changes += self._write(waiting, tell)
        order = {file.name: place for place, file in enumerate(files)}
        changes.sort(key=lambda change: order[change.document])
        if prune:
            changes += self._prune(paths, {str(file.path) for file in files if file.path.exists()}, held, tell)
        self._count = None
        return changes

    def _prepare(
        self, file: Found, held: _Held | None, base_address: str, prune: bool
    ) -> _Prepared | SourceChange | None:
        """What is to be written of a file; a change if that is nothing; None for a path that prune will remove."""
        try:
            content = load(file.path)
            version, *same = (_hash(content, one, file.name, base_address) for one in (SPLITTING, *EARLIER))
            if held and held.is_just(version):
                return SourceChange(document=file.name, status="unchanged", passages=held.whole[version])
            document = read(file.path, content)
        except Unreadable as problem:
            if prune and not file.path.exists():
                return None
            return SourceChange(document=file.name, status="failed", problem=str(problem))
        status = "replaced" if held else "added"
        return _prepared(file, document, version, base_address, status, frozenset(same))

    def _write(self, documents: Sequence[_Prepared], tell: _Tell | None) -> list[SourceChange]:
        """Add the passages of new versions, tell what they no longer say, then delete the old ones."""
        rows = [
            row for one in documents for row in zip(one.ids, one.texts, one.metadatas, strict=True)
        ]  # fmt: skip
        for start in range(0, len(rows), ADDED_AT_ONCE):
            ids, texts, metadatas = zip(*rows[start : start + ADDED_AT_ONCE], strict=True)
            with self._lock, self._connection.writing() as store:
                store.add_texts(list(texts), list(metadatas), ids=list(ids))
        changes = []
        for one in documents:
            old = {"$and": [{"document": one.key}, {"version": {"$ne": one.version}}]}
            change = SourceChange(document=one.name, status=one.status, passages=len(one.texts))
            changes.append(self._forget(one.key, old, change, one.texts, tell, one.same))
        return changes

    def _forget(
        self,
        key: str,
        where: dict[str, Any],
        change: SourceChange,
        now: Sequence[str],
        tell: _Tell | None,
        same: frozenset[str] = frozenset(),
    ) -> SourceChange:
        """Delete old passages of a document, once it is told what of them is not said any more.

        Those of a version in `same` were read from the very bytes: where they differ, we read better, and the document
        says what it said.
        """
        with self._lock, self._connection.collection() as collection:
            found = collection.get(where=where, include=["documents", "metadatas"])
        old = sorted(
            zip(found["metadatas"], found["documents"], strict=True),
            key=lambda row: (str(row[0]["version"]), int(row[0]["index"])),
        )
        if not old:
            return change
        other = [(row, text) for row, text in old if row["version"] not in same]
        sentences = source_changes.difference([text for _, text in other], now)
        if sentences:
            versions = {f"{row['version']} {row.get('written', '')}".strip() for row, _ in other}
            first = other[0][0]
            change = replace(
                change,
                title=str(first["title"]),
                address=str(first["address"]),
                sentences=sentences,
                change_id=source_changes.change_id(key, sentences, versions),
            )
            if tell:
                tell(change)
        with self._lock, self._connection.collection(writes=True) as collection:
            collection.delete(where=where)
        return change

    def _prune(
        self, paths: Sequence[str], kept: set[str], held: Mapping[str, _Held], tell: _Tell | None
    ) -> list[SourceChange]:
        """Remove what lay below the paths and was not found there now."""
        roots = [Path(path).expanduser().resolve() for path in paths]
        changes = []
        for key in sorted(set(held) - kept):
            root = next((root for root in roots if Path(key).is_relative_to(root)), None)
            if root is None:
                continue
            name = Path(key).relative_to(root).as_posix() if key != str(root) else Path(key).name
            change = SourceChange(document=name, status="removed", passages=sum(held[key].counts.values()))
            changes.append(self._forget(key, {"document": key}, change, (), tell))
        return changes

    def _held(self) -> dict[str, _Held]:
        """Every document of the index."""
        held: dict[str, _Held] = {}
        with self._lock, self._connection.collection() as collection:
            for row in _rows(collection):
                of_one = held.setdefault(str(row["document"]), _Held())
                of_one.counts[str(row["version"])] += 1
                of_one.whole[str(row["version"])] = int(row["of"])
        return held


def _rows(collection: Any) -> Iterator[dict[str, Any]]:
    offset = 0
    while page := collection.get(include=["metadatas"], limit=PAGE, offset=offset)["metadatas"]:
        yield from page
        offset += len(page)


def _prepared(
    file: Found, document: Document, version: str, base_address: str, status: str, same: frozenset[str]
) -> _Prepared:
    address = document.address or _address(file, base_address)
    cut = [piece for piece in pieces(document) if piece.text]
    written = uuid4().hex  # a text that comes back is written again: when it goes again, that is another change
    return _Prepared(
        key=str(file.path),
        name=file.name,
        version=version,
        same=same,
        status=status,
        texts=[piece.text for piece in cut],
        metadatas=[
            {
                "document": str(file.path),
                "version": version,
                "written": written,
                "index": number,
                "of": len(cut),
                "title": document.title,
                "address": address,
                "heading": piece.heading,
                "position": piece.position,
            }
            for number, piece in enumerate(cut)
        ],
    )


def _address(file: Found, base_address: str) -> str:
    """Where people find the document: below the base address, else the name of the file."""
    return f"{base_address.rstrip('/')}/{quote(file.name)}" if base_address else file.name


def _different(ids: Sequence[str], texts: Sequence[str], metadatas: Sequence[Any], limit: int) -> list[Passage]:
    """Passages in order, without copies of a text that came before."""
    found: dict[str, Passage] = {}
    for passage_id, text, row in zip(ids, texts, metadatas, strict=True):
        found.setdefault(
            " ".join(text.casefold().split()),
            Passage(
                passage_id=passage_id,
                text=text,
                title=str(row["title"]),
                heading=str(row["heading"]),
                address=str(row["address"]),
                position=int(row["position"]),
                origin="index",
            ),
        )
    return list(found.values())[:limit]


def _hash(*parts: bytes | str) -> str:
    """One digest of several parts; their lengths go in, so that parts cannot run into each other."""
    digest = hashlib.sha256()
    for part in parts:
        content = part if isinstance(part, bytes) else part.encode()
        digest.update(f"{len(content)}:".encode() + content)
    return digest.hexdigest()
