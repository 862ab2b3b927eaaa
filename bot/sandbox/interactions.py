"""What people do on the page, as the payloads that Slack would send, and what the app's answer then changes."""

from __future__ import annotations

import copy

from bot.sandbox.delivery import Answer, Delivery
from bot.sandbox.posting import Posting, check_content
from bot.sandbox.submissions import Submissions, failed
from bot.sandbox.values import FIELDS, Touched, chosen_option, entered, find_element, merge, refusals, state_values
from bot.sandbox.views import View
from bot.sandbox.wire import Json, SlackError, as_object
from bot.sandbox.workspace import TEAM_ID, Channel, Person
from bot.sandbox.world import World

NO_ANSWER = "{app} did not answer in {seconds:g} seconds"


class Interactions:
    """One method for each thing that a person can do to the app."""

    def __init__(self, world: World, delivery: Delivery, posting: Posting) -> None:
        self._world = world
        self._delivery = delivery
        self._posting = posting
        self._submissions = Submissions(world)

    async def act(self, person: Person, request: Json, *, base_url: str) -> Json:
        """Press a button or change an element in a message, a view or an ephemeral; returns when the app acked."""
        container = as_object(request.get("container"))
        if container.get("type") == "view":
            payload = self._view_action(person, request, container)
        else:
            payload = self._message_action(person, request, container, base_url=base_url)
        payload["actions"] = [self._action(payload.pop("_blocks"), request)]
        answer = await self._delivery.interact("interactive", payload)
        return self._told(answer)

    async def submit(self, person: Person, view_id: str, given: Json) -> Json:
        """Press a modal's submit button, after the checks that Slack's client makes itself."""
        view = self._top(person, view_id)
        merge(view.touched, view.body["blocks"], given)
        if errors := refusals(view.body["blocks"], view.values()):
            return {"ok": False, "errors": errors}
        payload = {
            "type": "view_submission",
            **self._from(person, view_id=view.id),
            "view": self._world.views.describe(view),
            "response_urls": [],
        }
        answer = await self._delivery.interact("interactive", payload)
        if not answer.acked:
            return self._told(answer)
        return self._submissions.apply(person, view, answer.payload or {})

    async def close(self, person: Person, view_id: str, *, everything: bool = False) -> Json:
        """Close the top modal, or with its ✕ `everything`; the app hears of each view that asked for that."""
        view = self._top(person, view_id)
        everything = everything or bool(view.body.get("clear_on_close"))
        gone = self._world.views.close(view, everything=everything)
        self._world.tell_views(person.id)
        for closed in gone:
            if closed.body.get("notify_on_close"):
                payload = {
                    "type": "view_closed",
                    **self._from(person, trigger=False),
                    "view": self._world.views.describe(closed),
                    "is_cleared": everything,
                }
                await self._delivery.interact("interactive", payload)
        return {"ok": True, "stack": self._world.describe_stack(person.id)}

    async def command(self, person: Person, channel: Channel, command: str, text: str, *, base_url: str) -> Json:
        """Send a slash command; an answer in the ack is posted like one through the response_url."""
        if command not in {c.command for c in self._world.settings.commands}:
            raise SlackError("unknown_command")
        world = self._world
        now = world.clock.now()
        payload: Json = {
            "token": "sandbox",
            "team_id": TEAM_ID,
            "team_domain": world.workspace.domain,
            "channel_id": channel.id,
            "channel_name": channel.told_name,
            "user_id": person.id,
            "user_name": person.name,
            "command": command,
            "text": text,
            "api_app_id": world.settings.bot.app_id,
            "is_enterprise_install": "false",
            "response_url": self._response_url(base_url, person, channel),
            "trigger_id": world.triggers.new_trigger(person.id, now=now),
        }
        answer = await self._delivery.interact("slash_commands", payload)
        told = self._told(answer)
        if answer.payload and any(answer.payload.get(name) for name in ("text", "blocks", "attachments")):
            told["response"] = self._respond(person, channel, answer.payload, str(payload["response_url"]))
        return told

    async def shortcut(
        self, person: Person, callback_id: str, *, message: Json | None, channel: Channel | None, base_url: str
    ) -> Json:
        """Choose a shortcut, from a message's menu or globally."""
        kind = "message_action" if message is not None else "shortcut"
        if not any(s.callback_id == callback_id and s.type == kind for s in self._world.settings.shortcuts):
            raise SlackError("unknown_shortcut")
        payload: Json = {
            "type": kind,
            "callback_id": callback_id,
            "action_ts": self._world.clock.next_ts(),
            **self._from(person),
        }
        if message is not None and channel is not None:
            payload["message"] = _visible(message)
            payload["message_ts"] = message["ts"]
            payload["channel"] = self._channel(channel)
            # The message may be anybody's, so the address answers it and cannot replace it.
            payload["response_url"] = self._response_url(base_url, person, channel)
        return self._told(await self._delivery.interact("interactive", payload))

    async def open_home(self, person: Person, tab: str = "home") -> Json:
        """Open the app's Home tab, or the tab of its messages ("messages")."""
        world = self._world
        ts = world.clock.next_ts()
        channel = world.workspace.direct(person.id)
        event: Json = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": channel.id,
            "tab": tab,
            "event_ts": ts,
        }
        shown = world.views.home(person.id)
        if shown is not None and tab == "home":
            event["view"] = world.views.describe(shown)
        answer = await self._delivery.event(event)
        home = world.views.home(person.id)
        view = None if home is None else world.views.describe(home)
        if answer is not None and not answer.acked:
            return {**self._told(answer), "view": view}
        return {"ok": True, "view": view}

    def _message_action(self, person: Person, request: Json, container: Json, *, base_url: str) -> Json:
        world = self._world
        channel = world.workspace.channel(str(container.get("channel", "")))
        if channel is None or not channel.is_seen_by(person.id):
            raise SlackError("channel_not_found")
        ts = str(container.get("ts", ""))
        ephemeral = world.messages.find_ephemeral(channel.id, ts, person.id)
        message = ephemeral or world.messages.find(channel.id, ts)
        if message is None:
            raise SlackError("message_not_found")
        touched: Touched = {}
        blocks = _all_blocks(message)
        merge(touched, blocks, as_object(as_object(request.get("state")).get("values")))
        self._touch(touched, blocks, request)
        told: Json = {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel.id,
            "is_ephemeral": ephemeral is not None,
        }
        if "thread_ts" in message:
            told["thread_ts"] = message["thread_ts"]
        url = self._response_url(
            base_url, person, channel, ts=ts, is_ephemeral=ephemeral is not None, thread_ts=message.get("thread_ts")
        )
        payload: Json = {
            "type": "block_actions",
            **self._from(person),
            "container": told,
            "channel": self._channel(channel),
            "state": {"values": state_values(blocks, touched)},
            "response_url": url,
            "_blocks": blocks,
        }
        return payload if ephemeral is not None else {**payload, "message": _visible(message)}

    def _view_action(self, person: Person, request: Json, container: Json) -> Json:
        view = self._world.views.find(view_id=str(container.get("view_id", "")))
        if view.user != person.id:
            raise SlackError("not_found")
        blocks = view.body["blocks"]
        merge(view.touched, blocks, as_object(as_object(request.get("state")).get("values")))
        self._touch(view.touched, blocks, request)
        return {
            "type": "block_actions",
            **self._from(person, view_id=view.id),
            "container": {"type": "view", "view_id": view.id},
            "view": self._world.views.describe(view),
            "_blocks": blocks,
        }

    def _touch(self, touched: Touched, blocks: list[Json], request: Json) -> None:
        block_id, action_id = str(request.get("block_id", "")), str(request.get("action_id", ""))
        element = find_element(blocks, block_id, action_id)
        if element["type"] in FIELDS:
            touched.setdefault(block_id, {})[action_id] = entered(element, request)

    def _action(self, blocks: list[Json], request: Json) -> Json:
        element = find_element(blocks, str(request["block_id"]), str(request["action_id"]))
        action: Json = {
            "action_id": request["action_id"],
            "block_id": request["block_id"],
            "type": element["type"],
            "action_ts": self._world.clock.next_ts(),
        }
        if element["type"] in FIELDS:
            action.update(entered(element, request))
        elif element["type"] == "overflow":
            action["selected_option"] = chosen_option(element, request)
        elif element["type"] == "feedback_buttons":
            buttons = (element["positive_button"], element["negative_button"])
            pressed = next((b for b in buttons if b["value"] == request.get("value")), None)
            if pressed is None:
                raise SlackError("unknown_option")
            action.update(value=pressed["value"], text=pressed["text"])
        for name in ("text", "value", "style", "url", "placeholder"):
            if name in element:
                action.setdefault(name, element[name])
        return action

    def _respond(self, person: Person, channel: Channel, response: Json, response_url: str) -> Json:
        kind = response.get("response_type", "ephemeral")
        content = check_content(self._world, response)
        if kind == "in_channel":
            message = self._posting.by_bot(channel, content)
        else:
            message = self._posting.ephemeral(channel, person.id, content)
        if self._world.settings.command_url_replaces:
            secret = response_url.rsplit("/", 1)[-1]
            self._world.triggers.remember(secret, message["ts"], is_ephemeral=kind != "in_channel")
        return {
            "response_type": kind,
            "ts": message["ts"],
            "text": content["text"],
            "blocks": content.get("blocks", []),
        }

    def _told(self, answer: Answer) -> Json:
        if answer.acked:
            return {"ok": True}
        words = {
            "http_timeout": NO_ANSWER.format(
                app=self._world.settings.bot.name, seconds=self._world.settings.ack_seconds
            ),
            "connection_failed": f"{self._world.settings.bot.name} is not connected",
        }
        return failed(words.get(answer.outcome, f"{self._world.settings.bot.name} answered with an error"))

    def _top(self, person: Person, view_id: str) -> View:
        stack = self._world.views.stack(person.id)
        if not stack or stack[-1].id != view_id:
            raise SlackError("not_found")
        return stack[-1]

    def _from(self, person: Person, *, view_id: str | None = None, trigger: bool = True) -> Json:
        world = self._world
        user = {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id}
        told: Json = {
            "team": {"id": TEAM_ID, "domain": world.workspace.domain},
            "user": user,
            "api_app_id": world.settings.bot.app_id,
            "token": "sandbox",
            "enterprise": None,
            "is_enterprise_install": False,
        }
        if trigger:
            told["trigger_id"] = world.triggers.new_trigger(person.id, now=world.clock.now(), view_id=view_id)
        return told

    def _channel(self, channel: Channel) -> Json:
        return {"id": channel.id, "name": channel.told_name}

    def _response_url(
        self,
        base_url: str,
        person: Person,
        channel: Channel,
        *,
        ts: str | None = None,
        is_ephemeral: bool = False,
        thread_ts: str | None = None,
    ) -> str:
        secret = self._world.triggers.new_reply(
            user=person.id,
            channel=channel.id,
            now=self._world.clock.now(),
            ts=ts,
            is_ephemeral=is_ephemeral,
            thread_ts=thread_ts,
        )
        return f"{base_url}/_response/{secret}"


def _all_blocks(message: Json) -> list[Json]:
    inside = [b for a in message.get("attachments", []) for b in a.get("blocks", [])]
    return [*message.get("blocks", []), *inside]


def _visible(message: Json) -> Json:
    return copy.deepcopy({name: value for name, value in message.items() if name != "ephemeral_user"})
