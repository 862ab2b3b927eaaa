"""chat.*, reactions.* and blocks.validate."""

from __future__ import annotations

from bot.sandbox.arguments import Arguments
from bot.sandbox.delivery import Delivery
from bot.sandbox.methods import Methods, readable_channel, writable_channel
from bot.sandbox.posting import Posting, check_content
from bot.sandbox.shapes import Problem
from bot.sandbox.validation import check_blocks, check_view
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import Channel
from bot.sandbox.world import World


class ChatMethods:
    """What the app does to messages."""

    def __init__(self, world: World, posting: Posting, delivery: Delivery) -> None:
        self._world = world
        self._posting = posting
        self._delivery = delivery

    def methods(self) -> Methods:
        """Return the methods by name."""
        return {
            "chat.postMessage": self.post_message,
            "chat.update": self.update,
            "chat.delete": self.delete,
            "chat.postEphemeral": self.post_ephemeral,
            "chat.getPermalink": self.get_permalink,
            "reactions.add": self.add_reaction,
            "reactions.remove": self.remove_reaction,
            "reactions.get": self.get_reactions,
            "blocks.validate": self.validate_blocks,
        }

    def post_message(self, args: Arguments) -> Json:
        """Post to a channel, a thread or a person."""
        channel = writable_channel(self._world, args)
        content = check_content(self._world, args.content())
        thread_ts, broadcast = args.optional("thread_ts"), args.flag("reply_broadcast")
        message = self._posting.by_bot(channel, content, thread_ts=thread_ts, broadcast=broadcast)
        return {"ok": True, "channel": channel.id, "ts": message["ts"], "message": message}

    def update(self, args: Arguments) -> Json:
        """Change a message of the app; text without blocks removes the blocks."""
        channel = writable_channel(self._world, args)
        message = self._own_message(channel, args.text("ts"), "cant_update_message")
        content = check_content(self._world, args.content())
        self._posting.change(channel, message, content)
        return {"ok": True, "channel": channel.id, "ts": message["ts"], "text": message["text"], "message": message}

    def delete(self, args: Arguments) -> Json:
        """Delete a message of the app."""
        channel = writable_channel(self._world, args)
        message = self._own_message(channel, args.text("ts"), "cant_delete_message")
        self._posting.remove(channel, message["ts"])
        return {"ok": True, "channel": channel.id, "ts": message["ts"]}

    def post_ephemeral(self, args: Arguments) -> Json:
        """Post for one person who is in the channel."""
        channel = writable_channel(self._world, args)
        user = args.text("user")
        if user not in channel.members:
            raise SlackError("user_not_in_channel")
        content = check_content(self._world, args.content())
        message = self._posting.ephemeral(channel, user, content, thread_ts=args.optional("thread_ts"))
        return {"ok": True, "message_ts": message["ts"]}

    def get_permalink(self, args: Arguments) -> Json:
        """Return the address of a message on the page."""
        channel = readable_channel(self._world, args)
        ts = args.text("message_ts")
        if self._world.messages.find(channel.id, ts) is None:
            raise SlackError("message_not_found")
        address = f"{args.base_url}/archives/{channel.id}/p{ts.replace('.', '')}"
        return {"ok": True, "channel": channel.id, "permalink": address}

    def add_reaction(self, args: Arguments) -> Json:
        """React to a message as the app."""
        self.react(*self._reaction(args), user=self._world.settings.bot.user_id)
        return {"ok": True}

    def remove_reaction(self, args: Arguments) -> Json:
        """Take a reaction of the app back."""
        self.react(*self._reaction(args), user=self._world.settings.bot.user_id, remove=True)
        return {"ok": True}

    def get_reactions(self, args: Arguments) -> Json:
        """Return a message with its reactions."""
        channel, message, _ = self._reaction(args, named=False)
        return {"ok": True, "type": "message", "channel": channel.id, "message": message}

    def validate_blocks(self, args: Arguments) -> Json:
        """Check blocks, a message or a view without posting it."""
        given = {n: args.decoded(n) for n in ("blocks", "message", "view") if args.values.get(n) is not None}
        if len(given) != 1:
            raise SlackError("invalid_arguments", messages=["[ERROR] provide exactly one of blocks, message or view"])
        name, value = next(iter(given.items()))
        problems = self._problems(name, value)
        if problems:
            raise SlackError(f"invalid_{name}", errors=[problem.as_json() for problem in problems])
        return {"ok": True}

    def react(self, channel: Channel, message: Json, name: str, *, user: str, remove: bool = False) -> None:
        """Add or remove a reaction of anybody."""
        if channel.is_archived:
            raise SlackError("is_archived")
        reactions: list[Json] = message.get("reactions", [])
        known = next((r for r in reactions if r["name"] == name), None)
        has = known is not None and user in known["users"]
        if has is not remove:
            raise SlackError("no_reaction" if remove else "already_reacted")
        if known is None:
            known = {"name": name, "users": [], "count": 0}
            reactions.append(known)
        known["users"] = [u for u in known["users"] if u != user] if remove else [*known["users"], user]
        known["count"] = len(known["users"])
        message["reactions"] = [r for r in reactions if r["count"]]
        if not message["reactions"]:
            del message["reactions"]
        self._world.tell("message_changed", channel, message["ts"])
        event: Json = {
            "type": "reaction_removed" if remove else "reaction_added",
            "user": user,
            "reaction": name,
            "item_user": message["user"],
            "item": {"type": "message", "channel": channel.id, "ts": message["ts"]},
            "event_ts": self._world.clock.next_ts(),
        }
        if self._world.settings.bot.user_id in channel.members:
            self._delivery.send_event(event)

    def _reaction(self, args: Arguments, *, named: bool = True) -> tuple[Channel, Json, str]:
        channel = readable_channel(self._world, args)
        message = self._world.messages.find(channel.id, args.text("timestamp"))
        if message is None:
            raise SlackError("message_not_found")
        return channel, message, args.text("name").strip(":") if named else ""

    def _own_message(self, channel: Channel, ts: str, otherwise: str) -> Json:
        message = self._world.messages.find(channel.id, ts)
        if message is None:
            raise SlackError("message_not_found")
        if message.get("bot_id") != self._world.settings.bot.bot_id:
            raise SlackError(otherwise)
        return message

    def _problems(self, name: str, value: object) -> list[Problem]:
        ready = self._world.file_ready
        if name == "view":
            surface = "home" if isinstance(value, dict) and value.get("type") == "home" else "modal"
            return check_view(value, surface=surface, at="", file_ready=ready)  # type: ignore[arg-type]
        if name == "message":
            blocks = value.get("blocks") if isinstance(value, dict) else None
            return check_blocks(blocks, "message", file_ready=ready)
        return check_blocks(value, "message", at="", file_ready=ready)
