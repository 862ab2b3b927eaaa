"""Which messages tell a week's digests, to whom and in which thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from reviewers.model import Policy
from reviewers.model.digest import Digest, Finding, Headline
from reviewers.model.telling import DigestMessage, DigestMessageKind, WatchStart

CALM = (Headline.NOTHING_MOVED, Headline.NO_TRAFFIC)


def is_calm(digest: Digest) -> bool:
    """Whether one line among others says it all: nothing moved or came in, and nothing hangs on it in a thread.

    A route that is above its target as it was before has not moved; but its suggestion needs a message to stand under.
    """
    return digest.headline in CALM and not digest.suggestion.due


def for_recipient(digests: Sequence[Digest], recipient: str, *, at: datetime) -> tuple[DigestMessage, ...]:
    """The digests of one week in their order, the calm ones last in one message where there are two or more.

    Args:
        digests: of one week.
        recipient: a channel, or the Slack user id of somebody who wants them as direct messages.
        at: the moment.
    """
    calm = [one for one in digests if is_calm(one)]
    if len(calm) < 2:
        return tuple(of_route(one, recipient, at=at) for one in digests)
    shared = DigestMessage(
        message_id=f"calm:{calm[0].week}:{recipient}",
        kind=DigestMessageKind.CALM,
        week=calm[0].week,
        routes=tuple(one.route for one in calm),
        recipient=recipient,
        made_at=at,
    )
    return (*(of_route(one, recipient, at=at) for one in digests if not is_calm(one)), shared)


def of_route(digest: Digest, recipient: str, *, at: datetime) -> DigestMessage:
    """The digest in a message of its own."""
    return DigestMessage(
        message_id=f"route:{digest.week}:{digest.route}:{recipient}",
        kind=DigestMessageKind.ROUTE,
        week=digest.week,
        routes=(digest.route,),
        recipient=recipient,
        made_at=at,
    )


def suggestions(digest: Digest, channel: str, leads: Sequence[str], *, at: datetime) -> Iterator[DigestMessage]:
    """Whether to retrain: under the route's message once something is wrong; to its leads where it is suggested.

    Args:
        digest: of the route.
        channel: where its message is posted.
        leads: Slack user ids; nobody is told twice.
        at: the moment.
    """
    if not digest.suggestion.due:
        return
    told = {channel: of_route(digest, channel, at=at).message_id}
    told |= dict.fromkeys(leads, "") if digest.suggestion.suggested else {}
    for recipient, parent in told.items():
        yield DigestMessage(
            message_id=f"suggestion:{digest.week}:{digest.route}:{recipient}",
            kind=DigestMessageKind.SUGGESTION,
            week=digest.week,
            routes=(digest.route,),
            recipient=recipient,
            parent_id=parent,
            made_at=at,
        )


def alerts(
    start: WatchStart,
    finding: Finding,
    recipients: Sequence[str],
    *,
    week: str,
    reviews: int,
    at: datetime,
) -> tuple[DigestMessage, ...]:
    """What is told at once: that a watch is sure of a rise, to each recipient once for each beginning of it.

    Args:
        start: of the watch.
        finding: the rise with its rates.
        recipients: Slack user ids of leads, or a channel.
        week: in which it was found.
        reviews: after how many since it began.
        at: the moment.
    """
    return tuple(
        DigestMessage(
            message_id=alert_id(start, recipient),
            kind=DigestMessageKind.ALERT,
            week=week,
            routes=(start.watch.route,),
            recipient=recipient,
            finding=finding,
            reviews=reviews,
            made_at=at,
        )
        for recipient in dict.fromkeys(recipients)
    )


def alert_id(start: WatchStart, recipient: str) -> str:
    """The same whenever the rise is found, though a verdict that was changed since moves the moment a little."""
    watch = start.watch
    return f"alert:{watch.route}:{watch.part.value}:{watch.name}:{start.begins_at.isoformat()}:{recipient}"


def channel_of(policy: Policy, route: str, *, digests: str, reviews: str) -> str:
    """Where a route is told of.

    Args:
        policy: which may name a channel of the route, or of all.
        route: its name; empty: the policy's own.
        digests: the channel of all digests; empty: there is none.
        reviews: the review channel, where nothing else is named.
    """
    return digests or policy.route(route).channel or policy.channel or reviews


def by_channel(digests: Sequence[Digest], channels: Mapping[str, str]) -> dict[str, list[Digest]]:
    """The digests of each channel, both in the order in which they come; `channels` by the route's name."""
    found: dict[str, list[Digest]] = {}
    for digest in digests:
        found.setdefault(channels[digest.route], []).append(digest)
    return found
