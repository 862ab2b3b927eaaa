"""The people, channels and groups of the sandbox, and how Slack's methods describe them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.sandbox.wire import Json

TEAM_ID = "T0MERIDIAN"
OTHER_TEAM_ID = "T0NORTHWIND"


@dataclass(kw_only=True)
class Person:
    """Somebody who can be picked on the page."""

    id: str
    name: str
    real_name: str
    title: str
    tz: str  # IANA name
    color: str
    team_id: str = TEAM_ID
    is_guest: bool = False
    deleted: bool = False
    is_admin: bool = False

    @property
    def email(self) -> str:
        """The address under the reserved domain for examples."""
        return f"{self.name}@{'meridian' if self.team_id == TEAM_ID else 'northwind'}.example"


@dataclass(kw_only=True)
class Channel:
    """A public or private channel, or the direct messages between the bot and one person."""

    id: str
    name: str
    topic: str = ""
    members: set[str] = field(default_factory=set)
    user: str | None = None  # the person of a direct-message channel
    is_archived: bool = False
    is_private: bool = False

    @property
    def is_im(self) -> bool:
        """Whether these are direct messages."""
        return self.user is not None

    def is_seen_by(self, person: str) -> bool:
        """Whether somebody can look into it: a public channel is there for all, others for their members."""
        return person in self.members or not (self.is_private or self.is_im)

    @property
    def told_name(self) -> str:
        """The name that interactions and commands carry; that of a private channel is not told."""
        if self.is_im:
            return "directmessage"
        return "privategroup" if self.is_private else self.name


@dataclass(kw_only=True)
class UserGroup:
    """A mentionable group of people."""

    id: str
    handle: str
    name: str
    users: list[str]


@dataclass(frozen=True, kw_only=True)
class Bot:
    """The app under test, as its workspace sees it."""

    user_id: str = "U0WHETSTONE"
    bot_id: str = "B0WHETSTONE"
    app_id: str = "A0WHETSTONE"
    name: str = "Whetstone"


def _people() -> list[Person]:
    rows = (
        ("U0MARA", "mara", "Mara Lindqvist", "Reviewer", "Europe/Stockholm", "4bbe2e"),
        ("U0JONAS", "jonas", "Jonas Weber", "Reviewer", "Europe/Berlin", "e7392d"),
        ("U0PRIYA", "priya", "Priya Nair", "Reviewer", "Asia/Kolkata", "3c989f"),
        ("U0TOMAS", "tomas", "Tomás Ruiz", "Lead", "Europe/Madrid", "674b1b"),
        ("U0DANA", "dana", "Dana Cole", "Support", "America/New_York", "e96699"),
        ("U0GUEST", "gus", "Gus Hartley", "Guest", "Europe/London", "9f69e7"),
        ("U0LEFT", "lena", "Lena Moreau", "Left in spring", "Europe/Paris", "84b22f"),
        ("U0STRANGER", "sam", "Sam Okafor", "Northwind, Slack Connect", "Africa/Lagos", "df3dc0"),
    )
    people = [
        Person(id=i, name=name, real_name=real, title=title, tz=tz, color=color)
        for i, name, real, title, tz, color in rows
    ]
    known = {person.id: person for person in people}
    known["U0TOMAS"].is_admin = True
    known["U0GUEST"].is_guest = True
    known["U0LEFT"].deleted = True
    known["U0STRANGER"].team_id = OTHER_TEAM_ID
    return people


def _channels(bot: Bot) -> list[Channel]:
    everybody = {"U0MARA", "U0JONAS", "U0PRIYA", "U0TOMAS", "U0DANA", bot.user_id}
    return [
        Channel(id="C0REVIEW", name="review", topic="Answers that wait for a verdict", members=everybody | {"U0GUEST"}),
        Channel(id="C0CARDS", name="review-cards", topic="A second queue", members=set(everybody)),
        Channel(id="C0GENERAL", name="general", topic="Everybody", members=everybody | {"U0GUEST", "U0STRANGER"}),
        # The bot is not in this one: posting here must fail.
        Channel(id="C0RANDOM", name="random", topic="Lunch and cats", members=everybody - {bot.user_id}),
        Channel(
            id="C0LEADS",
            name="review-leads",
            topic="Disagreements",
            members={"U0TOMAS", "U0MARA", bot.user_id},
            is_private=True,
        ),
    ]


def zone_offset(person: Person, *, now: float) -> int:
    """Return the seconds by which a person's clocks are ahead of UTC at `now`."""
    offset = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(person.tz)).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _of_the_living(person: Person, *, now: float) -> Json:
    return {
        "color": person.color,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": zone_offset(person, now=now),
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_restricted": person.is_guest,
        "is_ultra_restricted": False,
        "is_stranger": person.team_id != TEAM_ID,
    }


class Workspace:
    """Who and what is there; ids are looked up here and nowhere else."""

    def __init__(self, bot: Bot, more_people: Sequence[Person] = ()) -> None:
        self.bot = bot
        self.name = "Meridian"
        self.domain = "meridian"
        self.people = {person.id: person for person in [*_people(), *more_people]}
        self.channels = {channel.id: channel for channel in _channels(bot)}
        for channel in self.channels.values():
            if bot.user_id in channel.members:
                channel.members |= {person.id for person in more_people}
        reviewers = ["U0MARA", "U0JONAS", "U0PRIYA"]
        self.usergroups = {
            "S0REVIEWERS": UserGroup(id="S0REVIEWERS", handle="reviewers", name="Reviewers", users=reviewers),
            "S0LEADS": UserGroup(id="S0LEADS", handle="leads", name="Leads", users=["U0TOMAS"]),
        }
        for person in self.people.values():
            self.direct(person.id)

    def direct(self, user: str) -> Channel:
        """Return the direct-message channel of a person, opening it if needed."""
        channel_id = "D" + user[1:]
        if channel_id not in self.channels:
            members = {user, self.bot.user_id}
            self.channels[channel_id] = Channel(id=channel_id, name="", members=members, user=user)
        return self.channels[channel_id]

    def channel(self, named: str) -> Channel | None:
        """Return the channel with this id, name, #name or person's id; None if there is none."""
        if named in self.people:
            return self.direct(named)
        if named in self.channels:
            return self.channels[named]
        plain = named.removeprefix("#")
        return next((c for c in self.channels.values() if c.name and c.name == plain), None)

    def audience(self, channel: Channel) -> set[str] | None:
        """Return who sees what happens in a channel; None for everybody."""
        return {channel.user} if channel.user is not None else None

    def describe_user(self, user: str, *, now: float) -> Json:
        """Return a user as users.info tells it."""
        if user == self.bot.user_id:
            return self._describe_bot_user()
        person = self.people[user]
        told: Json = {
            "id": person.id,
            "team_id": person.team_id,
            "name": person.name,
            "deleted": person.deleted,
            "profile": {
                "real_name": person.real_name,
                "display_name": person.name,
                "title": person.title,
                "email": person.email,
                "team": person.team_id,
            },
            "is_bot": False,
            "is_app_user": False,
            "updated": 1_700_000_000,
        }
        # Slack forgets the zone and the roles of an account that is deactivated.
        return told if person.deleted else {**told, **_of_the_living(person, now=now)}

    def describe_channel(self, channel: Channel) -> Json:
        """Return a channel as conversations.info tells it."""
        if channel.user is not None:
            return {
                "id": channel.id,
                "is_im": True,
                "user": channel.user,
                "is_archived": False,
                "created": 1_700_000_000,
            }
        return {
            "id": channel.id,
            "name": channel.name,
            "name_normalized": channel.name,
            "is_channel": True,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": channel.is_private,
            "is_archived": channel.is_archived,
            "is_general": channel.name == "general",
            "is_member": self.bot.user_id in channel.members,
            "is_ext_shared": self._is_shared(channel.members),
            "num_members": len(channel.members),
            "topic": {"value": channel.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "created": 1_700_000_000,
            "creator": "U0TOMAS",
            "context_team_id": TEAM_ID,
        }

    def describe_group(self, group: UserGroup, *, with_users: bool) -> Json:
        """Return a user group as usergroups.list tells it."""
        told: Json = {
            "id": group.id,
            "team_id": TEAM_ID,
            "is_usergroup": True,
            "name": group.name,
            "handle": group.handle,
            "description": "",
            "date_delete": 0,
            "user_count": len(group.users),
        }
        return {**told, "users": list(group.users)} if with_users else told

    def bot_profile(self) -> Json:
        """Return the profile that every message of the bot carries."""
        bot = self.bot
        return {
            "id": bot.bot_id,
            "app_id": bot.app_id,
            "user_id": bot.user_id,
            "name": bot.name,
            "team_id": TEAM_ID,
            "deleted": False,
        }

    def _describe_bot_user(self) -> Json:
        bot = self.bot
        names = {"real_name": bot.name, "display_name": bot.name}
        profile = {**names, "bot_id": bot.bot_id, "api_app_id": bot.app_id, "team": TEAM_ID}
        return {
            "id": bot.user_id,
            "team_id": TEAM_ID,
            "name": bot.name.lower(),
            "real_name": bot.name,
            "deleted": False,
            "is_bot": True,
            "is_app_user": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_stranger": False,
            "tz": "Etc/UTC",
            "tz_offset": 0,
            "profile": profile,
        }

    def _is_shared(self, members: Iterable[str]) -> bool:
        return any(m in self.people and self.people[m].team_id != TEAM_ID for m in members)
