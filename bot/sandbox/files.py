"""Files v2: an upload address, the bytes, completion, and a while of processing before a file can be shown."""

from __future__ import annotations

import base64
import mimetypes
from dataclasses import asdict, dataclass, field

from bot.sandbox.wire import Json, SlackError, new_id
from bot.sandbox.workspace import TEAM_ID


@dataclass(kw_only=True)
class StoredFile:
    """A file on its way into the workspace, or in it."""

    id: str
    name: str
    title: str
    length: int  # bytes announced
    user: str
    created: float  # epoch seconds
    alt_text: str = ""
    content: bytes | None = None
    ready_at: float | None = None  # None until completed
    shared_at: dict[str, str] = field(default_factory=dict)  # channel -> ts


class Files:
    """All files by id."""

    def __init__(self, processing_seconds: float) -> None:
        self._files: dict[str, StoredFile] = {}
        self._processing_seconds = processing_seconds

    def announce(self, *, name: str, length: int, user: str, alt_text: str, now: float) -> StoredFile:
        """Reserve an id for a file of `length` bytes."""
        file = StoredFile(
            id=new_id("F"), name=name, title=name, length=length, user=user, created=now, alt_text=alt_text
        )
        self._files[file.id] = file
        return file

    def find(self, file_id: str) -> StoredFile:
        """Return a file; raises `file_not_found`."""
        file = self._files.get(file_id)
        if file is None:
            raise SlackError("file_not_found")
        return file

    def complete(self, file_id: str, *, title: str | None, now: float) -> StoredFile:
        """Take a file in; it can be shown once its processing time has passed."""
        file = self.find(file_id)
        if file.content is None:
            raise SlackError("file_not_found")
        file.title = title or file.title
        file.ready_at = now + self._processing_seconds
        return file

    def is_ready(self, named: Json, *, now: float) -> bool:
        """Tell whether an image's `slack_file` ({id} or {url}) can be shown."""
        file_id = named.get("id") or str(named.get("url", "")).rsplit("/", 1)[-1]
        file = self._files.get(str(file_id))
        return file is not None and file.ready_at is not None and now >= file.ready_at

    def describe(self, file: StoredFile, *, now: float, base_url: str) -> Json:
        """Return a file as files.info tells it; type and shares are missing until it is processed."""
        ready = self.is_ready({"id": file.id}, now=now)
        mimetype = (mimetypes.guess_type(file.name)[0] or "application/octet-stream") if ready else ""
        address = f"{base_url}/_sandbox/files/{file.id}"
        shares = {"public": {c: [{"ts": ts, "team_id": TEAM_ID}] for c, ts in file.shared_at.items()}} if ready else {}
        return {
            "id": file.id,
            "created": int(file.created),
            "timestamp": int(file.created),
            "name": file.name,
            "title": file.title,
            "mimetype": mimetype,
            "filetype": file.name.rsplit(".", 1)[-1] if ready and "." in file.name else "",
            "size": len(file.content or b""),
            "user": file.user,
            "user_team": TEAM_ID,
            "mode": "hosted",
            "is_external": False,
            "is_public": bool(file.shared_at),
            "alt_txt": file.alt_text,
            "url_private": address,
            "url_private_download": address,
            "permalink": address,
            "channels": list(file.shared_at),
            "shares": shares,
        }

    def dump(self) -> list[Json]:
        """Return everything for a snapshot."""
        rows = []
        for file in self._files.values():
            content = None if file.content is None else base64.b64encode(file.content).decode()
            rows.append({**asdict(file), "content": content})
        return rows

    def load(self, rows: list[Json]) -> None:
        """Take back what `dump` gave."""
        for row in rows:
            content = None if row["content"] is None else base64.b64decode(row["content"])
            self._files[row["id"]] = StoredFile(**{**row, "content": content})
