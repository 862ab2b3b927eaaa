"""A connection to Chroma, in a folder or on a server, that is made when needed and made anew when it must be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from reviewers.errors import Unavailable

if TYPE_CHECKING:
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

TIMEOUT_SECONDS = 15.0  # of a server's answer; Chroma's own client waits for ever
_DATABASE = "chroma.sqlite3"


class Connection:
    """One collection of one Chroma. Not for several threads at once: the owner locks."""

    def __init__(self, location: str, embedder: Embeddings, collection: str) -> None:
        self._location = location
        self._embedder = embedder
        self._name = collection
        self._store: Chroma | None = None
        self._client: Any = None
        self._seen: object = None

    @contextmanager
    def collection(self, *, writes: bool = False) -> Iterator[Any]:
        """The collection of chromadb itself, for what langchain has no words for: many queries at once."""
        with self.writing(writes=writes) as store:
            yield store._collection

    @contextmanager
    def writing(self, *, writes: bool = True) -> Iterator[Chroma]:
        """The store of langchain. Errors of Chroma become Unavailable, and the next use connects anew."""
        import httpx
        from chromadb.errors import ChromaError

        try:
            yield self._connected()
            if writes:
                self._seen = self._stamp()
        except (ChromaError, httpx.HTTPError, OSError, _NotConnected) as error:
            self.close()
            raise Unavailable(f"The index of sources does not answer ({type(error).__name__}).") from error

    def close(self) -> None:
        """Let go of the client; the next use connects."""
        client, self._client, self._store = self._client, None, None
        if client is not None:
            sessions = _sessions(client)
            client.close()
            for session in sessions:  # Chroma leaves the sockets of a server's client open
                session.close()

    def _connected(self) -> Chroma:
        """The store; a folder that another process wrote to is opened anew.

        Chroma keeps the vectors of a folder in memory and does not notice what other processes add there
        (measured with chromadb 1.5.9: their passages are counted, and never found).
        """
        stamp = self._stamp()
        if self._store is not None and stamp != self._seen:
            self.close()
        if self._store is None:
            self._store = self._connect()
            self._seen = self._stamp()
        return self._store

    def _stamp(self) -> object:
        """A value that differs after a write to the folder; always the same for a server."""
        if self._is_server():
            return None
        database = Path(self._location) / _DATABASE
        files = (database, database.with_name(_DATABASE + "-wal"))
        return tuple((stat.st_mtime_ns, stat.st_size) for file in files if file.exists() and (stat := file.stat()))

    def _is_server(self) -> bool:
        return self._location.startswith(("http://", "https://"))

    def _connect(self) -> Chroma:
        import chromadb
        from chromadb.config import Settings
        from langchain_chroma import Chroma

        settings = Settings(anonymized_telemetry=False)
        if self._is_server():
            address = urlsplit(self._location)
            secure = address.scheme == "https"
            try:
                self._client = chromadb.HttpClient(
                    host=address.hostname or "",
                    port=address.port or (443 if secure else 8000),
                    ssl=secure,
                    settings=settings,
                )
            except ValueError as error:  # its word for a server that cannot be reached
                raise _NotConnected(str(error)) from error
            self._limit_waiting()
        else:
            Path(self._location).mkdir(parents=True, exist_ok=True)
            self._client = chromadb.PersistentClient(path=self._location, settings=settings)
        # The embedder is always ours: Chroma's default would download a model.
        return Chroma(
            client=self._client,
            collection_name=self._name,
            embedding_function=self._embedder,
            collection_configuration={"hnsw": {"space": "cosine"}},
        )

    def _limit_waiting(self) -> None:
        """Give the server's client a time-out, for which Chroma has no setting."""
        for session in _sessions(self._client):
            session.timeout = TIMEOUT_SECONDS


def _sessions(client: Any) -> list[Any]:
    """The httpx clients of a server's client, one for passages and one for tenants; none for a folder."""
    sides = (client, getattr(client, "_admin_client", None))
    found = [getattr(getattr(side, "_server", None), "_session", None) for side in sides]
    return [session for session in found if session is not None]


class _NotConnected(Exception):
    """The server cannot be reached."""
