"""How each drawing of a digest is made of hostile words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bot.slack.cards import (
    SlackMessage,
)
from bot.slack.digest import answers as digest_answers
from bot.slack.digest import calm, suggestion, thread
from bot.slack.digest import forms as digest_forms
from bot.slack.digest import message as digests
from bot.slack.digest import why as digest_why
from bot.slack.digest.ids import WhyContext, WhyNot
from bot.slack.digest.lead import CALM
from bot.slack.digest.options import Muted
from bot.slack.wire import Wire
from reviewers.model.digest import Headline, State
from reviewers.model.telling import DigestAnswer, DigestAnswerKind, Receiver
from tests.slack.digests import OPTIONS
from tests.slack.drawn import AT
from tests.slack.hostile import Hostile

Drawn = Iterable[SlackMessage | Wire]
DIGEST = "bot.slack.digest"


def _digests(h: Hostile) -> Drawn:
    yield from (digests.digest_message(replace(h.digest, headline=one), OPTIONS) for one in Headline)
    bare = replace(OPTIONS, files={}, native_bars=False, guide=h.address)
    yield from (digests.digest_message(h.digest, replace(bare, short=short)) for short in (True, False))
    muted = tuple(Muted(aspect=one.aspect, part=one.part, name=one.name) for one in h.digest.of(State.DRIFT))
    yield from (digests.digest_message(h.digest, replace(OPTIONS, muted=left_out)) for left_out in (muted, muted[:1]))


def _calm(h: Hostile) -> Drawn:
    yield calm.calm_message([replace(h.digest, headline=one) for one in CALM], OPTIONS)


def _closed(h: Hostile) -> Drawn:
    for until in (None, AT):
        yield suggestion.closed_message(
            h.digest, OPTIONS, by=h.payload, name_of=h.payload, at=AT, until=until, why=h.payload
        )


def _accepted(h: Hostile) -> DigestAnswer:
    kind = DigestAnswerKind.ACCEPTED
    return DigestAnswer(answer_id="da-1", kind=kind, week="2026-W47", route=h.name, by=h.payload, at=AT, note=h.payload)


def _why_forms(h: Hostile) -> Drawn:
    yield digest_why.why_view(WhyContext(week="2026-W47", route=h.name, dismisses=True))
    yield digest_why.why_view(WhyContext(week="2026-W47", route=h.name), h.digest)


def _one(draw: Callable[[Hostile], SlackMessage | Wire]) -> Callable[[Hostile], Drawn]:
    return lambda h: [draw(h)]


DIGEST_SURFACES: Mapping[str, Callable[[Hostile], Drawn]] = {
    f"{DIGEST}.answers.alert_message": _one(
        lambda h: digest_answers.alert_message(h.digest.findings[0], h.payload, OPTIONS, reviews=64, years=20.0)
    ),
    f"{DIGEST}.answers.drift_message": lambda h: [
        digest_answers.drift_message(h.digest, OPTIONS, shown_by=who, running=h.digest) for who in ("", h.payload)
    ],
    f"{DIGEST}.answers.building_message": _one(lambda h: digest_answers.building_message(h.digest, "sft")),
    f"{DIGEST}.answers.dataset_message": _one(lambda h: digest_answers.dataset_message(h.payload, "sft", 3)),
    f"{DIGEST}.answers.faster_message": _one(lambda h: digest_answers.faster_message(_accepted(h), OPTIONS)),
    f"{DIGEST}.answers.no_digest_message": _one(
        lambda h: digest_answers.no_digest_message(h.payload, week=h.payload, first_at=AT, options=OPTIONS)
    ),
    f"{DIGEST}.answers.noted_message": lambda h: [digest_answers.noted_message(why) for why in WhyNot],
    f"{DIGEST}.answers.snoozed_message": _one(lambda h: digest_answers.snoozed_message(h.payload, AT, OPTIONS)),
    f"{DIGEST}.calm.calm_message": _calm,
    f"{DIGEST}.why.why_view": _why_forms,
    f"{DIGEST}.forms.wrong_outputs_view": _one(
        lambda h: digest_forms.wrong_outputs_view(
            replace(h.digest, route=h.name), [h.rejected, h.view], page=1, links={"t-1": h.address}, display=h.names
        )
    ),
    f"{DIGEST}.message.digest_message": _digests,
    f"{DIGEST}.suggestion.closed_message": _closed,
    f"{DIGEST}.suggestion.retraining_message": _one(
        lambda h: suggestion.retraining_message(h.digest, OPTIONS, leads=[h.payload])
    ),
    f"{DIGEST}.suggestion.started_message": _one(
        lambda h: suggestion.started_message(
            h.digest, OPTIONS, by=h.payload, name_of=h.payload, at=AT, rows=3, receivers=tuple(Receiver)
        )
    ),
    f"{DIGEST}.thread.detail_message": lambda h: thread.thread_messages(h.digest, OPTIONS),
}
