"""The people of the workspace: who may decide, what they are called, where they are, who is in a user group."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from slack_sdk import WebClient

from bot.slack.publisher import our_words
from reviewers.errors import NotYourTask, Refused, Unavailable, Unready

log = structlog.get_logger()

CACHE_SECONDS = 300.0  # a change of membership is noticed within this time
CACHE_LIMIT = 10_000
UNKNOWN = frozenset({"user_not_found", "user_not_visible"})  # Slack's words for somebody who is nobody here


class People:
    """Looks people up once in a while. Implements the Directory port."""

    def __init__(self, client: WebClient, seconds: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._seconds = seconds
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, dict[str, Any]]] = {}
        self._groups: dict[str, tuple[float, frozenset[str]]] = {}

    def members(self, group: str) -> frozenset[str]:
        """The people of a user group: those that were read before while Slack does not tell them.

        Nobody is in a group that Slack refuses, as one that was disabled or deleted. Raises Unavailable where it does
        not tell who is in a group that was never read.
        """
        now = self._seconds()
        with self._lock:
            found = self._groups.get(group)
        if found and now - found[0] < CACHE_SECONDS:
            return found[1]
        try:
            with our_words():
                users = frozenset[str](self._client.usergroups_users_list(usergroup=group)["users"])
        except Refused as error:  # cached as an answer is, so that it is not asked and logged at every look
            log.warning("user_group_refused", group=group, code=error.code)
            users = frozenset()
        except Unready as error:  # the same
            if found is None:
                raise
            log.warning("user_group_not_read", group=group, code=error.code)
            users = found[1]
        except Unavailable:
            if found is None:
                raise
            return found[1]
        with self._lock:
            self._groups[group] = (now, users)
        return users

    def groups(self) -> dict[str, str]:
        """The user groups that are in use: id -> name. Empty where the workspace's plan has none."""
        with our_words():
            listed: list[dict[str, Any]] = self._client.usergroups_list()["usergroups"]
        return {str(group["id"]): str(group["name"]) for group in listed if not group.get("date_delete")}

    def is_admin(self, user_id: str) -> bool:
        """Whether they administer the workspace."""
        user = self._user(user_id)
        return bool(user.get("is_admin") or user.get("is_owner"))

    def zone(self, user_id: str) -> str:
        """Their time zone, such as Europe/Berlin; empty when Slack does not know it."""
        return str(self._user(user_id).get("tz") or "")

    def may_review(self, user_id: str, team_id: str) -> None:
        """Return for a full member of this workspace. Raises NotYourTask with a reason that only they see."""
        refusal = _refusal(self._user(user_id), team_id)
        if refusal:
            raise NotYourTask(refusal)

    def is_able(self, user_id: str) -> bool:
        """Whether Slack calls them a full member who is there: as it said last, while it does not answer."""
        try:
            user = self._user(user_id)
        except Unavailable as error:
            if isinstance(error, Refused) and error.code in UNKNOWN:
                return False
            with self._lock:
                _, user = self._known.get(user_id, (0.0, {}))
        return not _refusal(user)

    def name(self, user_id: str) -> str:
        """Their full name: a first name alone is two people in many a team."""
        user = self._user(user_id)
        profile = user.get("profile") or {}
        return str(user.get("real_name") or profile.get("real_name") or profile.get("display_name") or user["name"])

    def known_name(self, user_id: str) -> str:
        """The name, or an empty text when Slack does not tell it now: a card is not held up for a name."""
        try:
            return self.name(user_id)
        except Unavailable:
            return ""

    def _user(self, user_id: str) -> dict[str, Any]:
        now = self._seconds()
        with self._lock:
            found = self._known.get(user_id)
        if found and now - found[0] < CACHE_SECONDS:
            return found[1]
        with our_words():
            user: dict[str, Any] = self._client.users_info(user=user_id)["user"]
        with self._lock:
            if len(self._known) >= CACHE_LIMIT:
                self._known.clear()
            self._known[user_id] = (now, user)
        return user


def _refusal(user: Mapping[str, Any], team_id: str = "") -> str:
    """Why this user of Slack's decides nothing in this workspace (empty: not looked at); empty where they may."""
    if user.get("deleted"):
        return "Your account is deactivated, so your verdicts are not counted."
    if user.get("is_stranger") or (team_id and user.get("team_id") not in (None, "", team_id)):
        return "You are here through Slack Connect. Only members of this workspace decide."
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return "You are a guest here. Only full members decide; ask a lead to review in your place."
    return "Apps do not decide; people do." if user.get("is_bot") else ""
