"""The control API under /_sandbox, first half: what the page shows and what people do on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.answers import Answer, guarded, read_object
from bot.sandbox.interactions import Interactions
from bot.sandbox.methods_chat import ChatMethods
from bot.sandbox.posting import Posting
from bot.sandbox.webapi import base_url
from bot.sandbox.wire import Json, SlackError, as_object, compact
from bot.sandbox.workspace import Channel, Person, zone_offset
from bot.sandbox.world import World

TABS = ("home", "messages")  # what a person can open of the app


class Control:
    """The routes of the control API."""

    def __init__(
        self,
        world: World,
        interactions: Interactions,
        posting: Posting,
        chat: ChatMethods,
    ) -> None:
        self._world = world
        self._interactions = interactions
        self._posting = posting
        self._chat = chat

    def routes(self) -> list[Route]:
        """Return all routes, relative to /_sandbox."""
        table: list[tuple[str, str, Answer]] = [
            ("GET", "/workspace", self.workspace),
            ("GET", "/messages", self.messages),
            ("GET", "/ephemerals", self.ephemerals),
            ("GET", "/views", self.views),
            ("GET", "/home", self.home),
            ("POST", "/actions", self.act),
            ("POST", "/views/submit", self.submit),
            ("POST", "/views/close", self.close_view),
            ("POST", "/commands", self.command),
            ("POST", "/messages", self.post),
            ("POST", "/reactions", self.react),
            ("POST", "/shortcuts", self.shortcut),
            ("POST", "/home", self.open_home),
        ]
        routes = [Route(path, guarded(answer), methods=[method]) for method, path, answer in table]
        return [
            *routes,
            Route("/events", self.events, methods=["GET"]),
            Route("/files/{file_id}", self.file, methods=["GET"]),
        ]

    async def workspace(self, _request: Request) -> Json:
        """Who and what is there."""
        world, space = self._world, self._world.workspace
        now = world.clock.now()
        channels: list[Json] = [
            {
                "id": c.id,
                "name": c.name,
                "topic": c.topic,
                "is_im": c.is_im,
                "is_archived": c.is_archived,
                "is_private": c.is_private,
                "members": sorted(c.members),
                **({"user": c.user} if c.user else {}),
            }
            for c in space.channels.values()
        ]
        bot = world.settings.bot
        return {
            "team": {"id": "T0MERIDIAN", "name": space.name},
            "bot": {"user_id": bot.user_id, "bot_id": bot.bot_id, "app_id": bot.app_id, "name": bot.name},
            "users": [self._person(p, now) for p in space.people.values()],
            "channels": channels,
            "usergroups": [space.describe_group(g, with_users=True) for g in space.usergroups.values()],
            "commands": [dict(vars(c)) for c in world.settings.commands],
            "shortcuts": [dict(vars(s)) for s in world.settings.shortcuts],
            "messages_tab": world.settings.messages_tab,
            "clock": now,
        }

    async def messages(self, request: Request) -> Json:
        """What one person sees in a channel or a thread."""
        query = request.query_params
        channel = self._channel(query.get("channel", ""))
        shown = self._world.messages.seen_by(channel.id, query.get("user", ""), query.get("thread_ts"))
        return {"messages": [self._with_name(message) for message in shown]}

    async def ephemerals(self, request: Request) -> Json:
        """What only one person may see, in all channels or one; `is_shown` tells whether it can be seen at all."""
        user, wanted = request.query_params.get("user", ""), request.query_params.get("channel")
        messages = self._world.messages
        rows = [
            {**self._with_name(m), "channel": channel, "is_shown": messages.is_shown(channel, m)}
            for channel in ([self._channel(wanted).id] if wanted else self._world.workspace.channels)
            for m in messages.ephemerals(channel, user)
        ]
        return {"messages": sorted(rows, key=lambda m: float(m["ts"]))}

    async def views(self, request: Request) -> Json:
        """The open modals of a person."""
        return {"stack": self._world.describe_stack(request.query_params.get("user", ""))}

    async def home(self, request: Request) -> Json:
        """The Home last published for a person."""
        view = self._world.views.home(request.query_params.get("user", ""))
        return {"view": None if view is None else self._world.views.describe(view)}

    async def act(self, request: Request) -> Json:
        """Act on an element."""
        body = await read_object(request)
        return await self._interactions.act(self._actor(body), body, base_url=base_url(self._world, request))

    async def submit(self, request: Request) -> Json:
        """Submit the top modal."""
        body = await read_object(request)
        values = as_object(body.get("values"))
        return await self._interactions.submit(self._actor(body), str(body.get("view_id", "")), values)

    async def close_view(self, request: Request) -> Json:
        """Close the top modal, or all of them with `everything`."""
        body = await read_object(request)
        everything = bool(body.get("everything"))
        return await self._interactions.close(self._actor(body), str(body.get("view_id", "")), everything=everything)

    async def command(self, request: Request) -> Json:
        """Send a slash command."""
        body = await read_object(request)
        person = self._actor(body)
        channel = self._visible(body, person)
        if channel.is_archived:
            raise SlackError("is_archived")
        return await self._interactions.command(
            person,
            channel,
            str(body.get("command", "")),
            str(body.get("text") or ""),
            base_url=base_url(self._world, request),
        )

    async def post(self, request: Request) -> Json:
        """Write a message as a person."""
        body = await read_object(request)
        person, channel = self._actor(body), self._channel(str(body.get("channel", "")))
        if person.id not in channel.members:
            raise SlackError("not_in_channel")
        if channel.is_archived:
            raise SlackError("is_archived")
        if channel.is_im and self._world.settings.messages_tab != "open":
            raise SlackError("messages_tab_read_only")
        text = str(body.get("text") or "")
        if not text:
            raise SlackError("no_text")
        message = self._posting.by_person(channel, person.id, text, thread_ts=body.get("thread_ts"))
        return {"ok": True, "ts": message["ts"]}

    async def react(self, request: Request) -> Json:
        """React as a person."""
        body = await read_object(request)
        person = self._actor(body)
        channel = self._visible(body, person)
        message = self._message(channel, str(body.get("ts", "")))
        name = str(body.get("name", "")).strip(":")
        self._chat.react(channel, message, name, user=person.id, remove=bool(body.get("remove")))
        return {"ok": True}

    async def shortcut(self, request: Request) -> Json:
        """Choose a shortcut."""
        body = await read_object(request)
        person = self._actor(body)
        channel = self._visible(body, person) if body.get("channel") else None
        has_message = channel is not None and body.get("ts")
        message = self._message(channel, str(body["ts"])) if channel is not None and has_message else None
        return await self._interactions.shortcut(
            person,
            str(body.get("callback_id", "")),
            message=message,
            channel=channel,
            base_url=base_url(self._world, request),
        )

    async def open_home(self, request: Request) -> Json:
        """Open the Home tab, or the messages tab with `tab`."""
        body = await read_object(request)
        tab = str(body.get("tab", "home"))
        if tab not in TABS:
            raise ValueError(f"there is no tab {tab}")
        if tab == "messages" and self._world.settings.messages_tab == "off":
            raise SlackError("messages_tab_disabled")
        return await self._interactions.open_home(self._actor(body), tab)

    async def events(self, request: Request) -> Response:
        """Stream what happens to one person's pages."""
        last = request.headers.get("last-event-id") or request.query_params.get("after")
        after = int(last) if last and last.isdigit() else None
        stream = self._stream(request.query_params.get("user", ""), after)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def file(self, request: Request) -> Response:
        """Serve the bytes of a file to the page."""
        try:
            file = self._world.files.find(request.path_params["file_id"])
            if file.content is None:
                raise SlackError("file_not_found")
        except SlackError as refused:
            return JSONResponse(refused.body(), 404)
        told = self._world.files.describe(file, now=self._world.clock.now(), base_url="")
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return Response(file.content, media_type=told["mimetype"] or "application/octet-stream", headers=headers)

    async def _stream(self, user: str, after: int | None) -> AsyncIterator[str]:
        yield ": open\n\n"
        async for happening in self._world.feed.follow(user, after):
            yield f"id: {happening.number}\ndata: {compact(happening.event)}\n\n"

    def _person(self, person: Person, now: float) -> Json:
        names = ("id", "name", "real_name", "tz", "color", "deleted", "team_id", "title", "is_guest")
        return {**{n: getattr(person, n) for n in names}, "tz_offset": zone_offset(person, now=now)}

    def _with_name(self, message: Json) -> Json:
        person = self._world.workspace.people.get(message["user"])
        name = person.real_name if person is not None else self._world.settings.bot.name
        return {"username": name, **{k: v for k, v in message.items() if k != "ephemeral_user"}}

    def _person_named(self, body: Json) -> Person:
        person = self._world.workspace.people.get(str(body.get("user", "")))
        if person is None:
            raise SlackError("user_not_found")
        return person

    def _actor(self, body: Json) -> Person:
        person = self._person_named(body)
        if person.deleted:
            raise SlackError("account_inactive")
        return person

    def _channel(self, named: str) -> Channel:
        channel = self._world.workspace.channel(named)
        if channel is None:
            raise SlackError("channel_not_found")
        return channel

    def _visible(self, body: Json, person: Person) -> Channel:
        channel = self._channel(str(body.get("channel", "")))
        if not channel.is_seen_by(person.id):
            raise SlackError("channel_not_found")
        return channel

    def _message(self, channel: Channel, ts: str) -> Json:
        message = self._world.messages.find(channel.id, ts)
        if message is None:
            raise SlackError("message_not_found")
        return message
