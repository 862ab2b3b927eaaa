"""files.*: upload in three steps, then processing."""

from __future__ import annotations

from bot.sandbox.arguments import Arguments
from bot.sandbox.files import StoredFile
from bot.sandbox.methods import Methods, writable_channel
from bot.sandbox.posting import Posting, check_content
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.world import World


class FileMethods:
    """What the app uploads."""

    def __init__(self, world: World, posting: Posting) -> None:
        self._world = world
        self._posting = posting

    def methods(self) -> Methods:
        """Return the methods by name."""
        return {
            "files.getUploadURLExternal": self.get_upload_url,
            "files.completeUploadExternal": self.complete_upload,
            "files.info": self.info,
        }

    def get_upload_url(self, args: Arguments) -> Json:
        """Reserve a file and return where its bytes go."""
        file = self._world.files.announce(
            name=args.text("filename"),
            length=args.whole("length", otherwise=0, most=1_000_000_000),
            user=self._world.settings.bot.user_id,
            alt_text=args.optional("alt_txt") or "",
            now=self._world.clock.now(),
        )
        return {"ok": True, "upload_url": f"{args.base_url}/_upload/{file.id}", "file_id": file.id}

    def complete_upload(self, args: Arguments) -> Json:
        """Take uploaded files in, and share them if a channel is given."""
        named = args.decoded("files")
        if not isinstance(named, list) or not named or not all(isinstance(f, dict) and f.get("id") for f in named):
            raise SlackError("invalid_arguments", messages=["[ERROR] missing required field: files"])
        now = self._world.clock.now()
        channel_id = args.optional("channel_id")
        channel = None
        if channel_id is not None:
            channel = writable_channel(self._world, Arguments({"channel": channel_id}, base_url=args.base_url))
        files = [self._world.files.complete(f["id"], title=f.get("title"), now=now) for f in named]
        if channel is not None:
            content = self._content(args)
            content["files"] = [self._describe(file, args) for file in files]
            message = self._posting.by_bot(channel, content, thread_ts=args.optional("thread_ts"))
            for file in files:
                file.shared_at[channel.id] = message["ts"]
        self._world.changed()
        return {"ok": True, "files": [self._describe(file, args) for file in files]}

    def info(self, args: Arguments) -> Json:
        """Describe a file; its type and shares show once it is processed."""
        file = self._world.files.find(args.text("file"))
        return {"ok": True, "file": self._describe(file, args)}

    def _content(self, args: Arguments) -> Json:
        text, blocks = args.optional("initial_comment"), args.decoded("blocks")
        return check_content(self._world, {"text": text, "blocks": blocks}) if text or blocks else {"text": ""}

    def _describe(self, file: StoredFile, args: Arguments) -> Json:
        return self._world.files.describe(file, now=self._world.clock.now(), base_url=args.base_url)
