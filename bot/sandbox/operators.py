"""The control API under /_sandbox, second half: what tests and operators read and set."""

from __future__ import annotations

from starlette.requests import Request
from starlette.routing import Route

from bot.sandbox.answers import Answer, guarded, read_object
from bot.sandbox.delivery import Delivery
from bot.sandbox.faults import Fault
from bot.sandbox.sockets import Sockets
from bot.sandbox.wire import Json, SlackError, as_object
from bot.sandbox.workspace import TEAM_ID
from bot.sandbox.world import World


class Operators:
    """The routes that nobody in a workspace would use."""

    def __init__(self, world: World, delivery: Delivery, sockets: Sockets) -> None:
        self._world = world
        self._delivery = delivery
        self._sockets = sockets

    def routes(self) -> list[Route]:
        """Return all routes, relative to /_sandbox."""
        table: list[tuple[str, str, Answer]] = [
            ("GET", "/journal", self.journal),
            ("GET", "/connections", self.connections),
            ("POST", "/clock", self.clock),
            ("GET", "/faults", self.armed),
            ("POST", "/faults", self.arm),
            ("DELETE", "/faults", self.disarm),
            ("POST", "/events", self.send_event),
            ("POST", "/people", self.change_person),
            ("POST", "/channels", self.change_channel),
            ("POST", "/usergroups", self.change_group),
        ]
        return [Route(path, guarded(answer), methods=[method]) for method, path, answer in table]

    async def journal(self, request: Request) -> Json:
        """Read the journal."""
        query = request.query_params
        return {"entries": self._world.journal.entries(method=query.get("method"), since=int(query.get("since", "0")))}

    async def connections(self, request: Request) -> Json:
        """Tell how many sockets are open; with `wait` or `opened`, once so many are open or were ever opened."""
        query = request.query_params
        await self._sockets.wait_for(count=int(query.get("wait", "0")), opened=int(query.get("opened", "0")))
        return {"open": self._sockets.count, "opened": self._sockets.opened}

    async def clock(self, request: Request) -> Json:
        """Move the clock forward; with `once_quiet`, after the app has answered what it was sent before."""
        body = await read_object(request)
        if body.get("once_quiet"):
            await self._delivery.quiet(self._world.settings.ack_seconds)
        if "set" in body:
            self._world.clock.advance(float(body["set"]) - self._world.clock.now())
        else:
            self._world.clock.advance(float(body.get("advance_seconds", 0)))
        self._world.changed()
        return {"ok": True, "clock": self._world.clock.now()}

    async def armed(self, _request: Request) -> Json:
        """List the armed faults."""
        return {"ok": True, "armed": self._world.faults.armed()}

    async def arm(self, request: Request) -> Json:
        """Arm a fault; one of "socket" strikes the open sockets at once, and later ones for the times left over."""
        body = await read_object(request)
        fault = Fault(
            method=str(body.get("method", "*")),
            kind=str(body.get("kind", "")),
            times=int(body.get("times", 1)),
            retry_after=int(body.get("retry_after", 1)),
            channel=body.get("channel"),
            only=body.get("only"),
            error=str(body.get("error", "")),
        )
        self._world.faults.arm(fault)
        while fault.method == "socket" and self._sockets.count and self._world.faults.take("socket"):
            if not await self._sockets.strike(fault.kind, 1):
                break
        return {"ok": True, "armed": self._world.faults.armed()}

    async def disarm(self, _request: Request) -> Json:
        """Disarm all faults."""
        self._world.faults.clear()
        return {"ok": True}

    async def send_event(self, request: Request) -> Json:
        """Send the app any event it subscribed to ({event: {type, …}}); answers after the first try."""
        event = as_object((await read_object(request)).get("event"))
        if not isinstance(event.get("type"), str):
            raise SlackError("invalid_event")
        stamped = {"event_ts": self._world.clock.next_ts(), **event}
        answer = await self._delivery.event(stamped)
        return {"ok": answer is not None and answer.acked, "outcome": answer.outcome if answer else "not_subscribed"}

    async def change_person(self, request: Request) -> Json:
        """Deactivate or reactivate a person: {user, deleted}; the app may hear user_change."""
        body = await read_object(request)
        person = self._world.workspace.people.get(str(body.get("user", "")))
        if person is None:
            raise SlackError("user_not_found")
        person.deleted = bool(body.get("deleted"))
        self._world.tell_workspace()
        now = self._world.clock.now()
        event = {
            "type": "user_change",
            "user": self._world.workspace.describe_user(person.id, now=now),
            "cache_ts": int(now),
            "event_ts": self._world.clock.next_ts(),
        }
        self._delivery.send_event(event)
        return {"ok": True}

    async def change_channel(self, request: Request) -> Json:
        """Archive a channel or change who is in it: {channel, archived?, add?: [users], remove?: [users]}."""
        body = await read_object(request)
        channel = self._world.workspace.channel(str(body.get("channel", "")))
        if channel is None:
            raise SlackError("channel_not_found")
        archived = bool(body.get("archived", channel.is_archived))
        if archived is not channel.is_archived:
            channel.is_archived = archived
            kind = "channel_archive" if archived else "channel_unarchive"
            stamp = self._world.clock.next_ts()
            self._delivery.send_event({"type": kind, "channel": channel.id, "user": "U0TOMAS", "event_ts": stamp})
        channel.members |= set(body.get("add", []))
        channel.members -= set(body.get("remove", []))
        self._world.tell_workspace()
        return {"ok": True}

    async def change_group(self, request: Request) -> Json:
        """Change who is in a user group: {usergroup, users: [ids]}."""
        body = await read_object(request)
        group = self._world.workspace.usergroups.get(str(body.get("usergroup", "")))
        if group is None:
            raise SlackError("no_such_subteam")
        before, group.users = group.users, [str(user) for user in body.get("users", [])]
        self._world.tell_workspace()
        now = int(self._world.clock.now())
        added = [user for user in group.users if user not in before]
        removed = [user for user in before if user not in group.users]
        event: Json = {
            "type": "subteam_members_changed",
            "subteam_id": group.id,
            "team_id": TEAM_ID,
            "date_previous_update": now,
            "date_update": now,
            "added_users": added,
            "added_users_count": len(added),
            "removed_users": removed,
            "removed_users_count": len(removed),
            "event_ts": self._world.clock.next_ts(),
        }
        self._delivery.send_event(event)
        return {"ok": True}
