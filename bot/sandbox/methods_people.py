"""auth.test, users.*, usergroups.*, bots.info, team.info and api.test."""

from __future__ import annotations

from bot.sandbox.arguments import Arguments
from bot.sandbox.methods import Methods, paged
from bot.sandbox.wire import Json, SlackError
from bot.sandbox.workspace import TEAM_ID
from bot.sandbox.world import World


class PeopleMethods:
    """What the app asks about itself and others."""

    def __init__(self, world: World) -> None:
        self._world = world

    def methods(self) -> Methods:
        """Return the methods by name."""
        return {
            "auth.test": self.auth_test,
            "users.info": self.user_info,
            "users.list": self.list_users,
            "users.lookupByEmail": self.lookup_by_email,
            "usergroups.list": self.list_groups,
            "usergroups.users.list": self.list_group_users,
            "bots.info": self.bot_info,
            "team.info": self.team_info,
        }

    def auth_test(self, args: Arguments) -> Json:
        """Tell whose token it is."""
        bot, workspace = self._world.settings.bot, self._world.workspace
        return {
            "ok": True,
            "url": f"{args.base_url}/",
            "team": workspace.name,
            "user": bot.name.lower(),
            "team_id": TEAM_ID,
            "user_id": bot.user_id,
            "bot_id": bot.bot_id,
            "is_enterprise_install": False,
        }

    def user_info(self, args: Arguments) -> Json:
        """Describe one user."""
        user = args.text("user")
        if user not in self._world.workspace.people and user != self._world.settings.bot.user_id:
            raise SlackError("user_not_found")
        return {"ok": True, "user": self._describe(user)}

    def list_users(self, args: Arguments) -> Json:
        """List the users of this workspace; strangers of Slack Connect are not among them."""
        people = [p.id for p in self._world.workspace.people.values() if p.team_id == TEAM_ID]
        rows = [self._describe(user) for user in [*people, self._world.settings.bot.user_id]]
        page, metadata = paged(rows, args)
        return {"ok": True, "members": page, "cache_ts": int(self._world.clock.now()), "response_metadata": metadata}

    def lookup_by_email(self, args: Arguments) -> Json:
        """Find a user who is not deactivated."""
        email = args.text("email").lower()
        for person in self._world.workspace.people.values():
            if person.email == email and person.team_id == TEAM_ID and not person.deleted:
                return {"ok": True, "user": self._describe(person.id)}
        raise SlackError("users_not_found")

    def list_groups(self, args: Arguments) -> Json:
        """List the user groups."""
        groups = self._world.workspace.usergroups.values()
        with_users = args.flag("include_users")
        return {
            "ok": True,
            "usergroups": [self._world.workspace.describe_group(g, with_users=with_users) for g in groups],
        }

    def list_group_users(self, args: Arguments) -> Json:
        """List who is in a user group."""
        group = self._world.workspace.usergroups.get(args.text("usergroup"))
        if group is None:
            raise SlackError("no_such_subteam")
        return {"ok": True, "users": list(group.users)}

    def bot_info(self, args: Arguments) -> Json:
        """Describe the app's bot."""
        bot = self._world.settings.bot
        if (args.optional("bot") or bot.bot_id) != bot.bot_id:
            raise SlackError("bot_not_found")
        told = {"id": bot.bot_id, "deleted": False, "name": bot.name, "app_id": bot.app_id, "user_id": bot.user_id}
        return {"ok": True, "bot": {**told, "updated": 1_700_000_000, "icons": {}}}

    def team_info(self, _args: Arguments) -> Json:
        """Describe the workspace."""
        workspace = self._world.workspace
        return {"ok": True, "team": {"id": TEAM_ID, "name": workspace.name, "domain": workspace.domain, "icon": {}}}

    def _describe(self, user: str) -> Json:
        told = self._world.workspace.describe_user(user, now=self._world.clock.now())
        granted = self._world.settings.scopes
        if granted is not None and "users:read.email" not in granted:
            told["profile"].pop("email", None)
        return told
