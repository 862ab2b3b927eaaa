"""Every surface of Slack by the function that draws it, each with words of others wherever such words can stand.

A new function that draws a message or a view must have its entry here: `test_injection` looks for those without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.slack import stats, usage
from bot.slack.cards import (
    CardOptions,
    Lateness,
    SlackMessage,
    batch_card,
    decided,
    dispute,
    late,
    notice_message,
    selection,
    somebody_waits,
    task_card,
    unsettled,
    waiting,
)
from bot.slack.cards import check as checks
from bot.slack.cutting import size
from bot.slack.forms import (
    FormContext,
    LastOne,
    Remarked,
    RunState,
    changes_view,
    check,
    claim_view,
    edit_view,
    finished_view,
    hand_over_view,
    history_view,
    hours,
    joining,
    notices,
    one_claim,
    proposal,
    reject_view,
    run_view,
    setup,
    setup_answers,
    why,
)
from bot.slack.home import (
    HomePage,
    LeadPart,
    OwnPart,
    ReviewersPart,
    closed_home,
    home_view,
    queue_message,
    route_queue_view,
)
from bot.slack.ids import ActionId
from bot.slack.values import SetupContext
from bot.slack.wire import Wire
from reviewers.decisions.agreement import AllAlike
from reviewers.decisions.conduct import Sign
from reviewers.decisions.figures import OwnWeek
from reviewers.decisions.own_figures import Concern
from reviewers.decisions.remarks import Leaning
from reviewers.decisions.too_few import TooFew
from reviewers.errors import Claimed
from reviewers.model import (
    CheckKind,
    Draft,
    Notice,
    NoticeKind,
    Outcome,
    Preferences,
    ProofChange,
    QueueCut,
    Rate,
    Signal,
    TaskState,
    VerdictKind,
)
from reviewers.ports import QueueState
from reviewers.workflow.answering import Progress, Stage
from reviewers.workflow.reports import Team, TeamQueue
from tests.builders import NOON, a_verdict, showing
from tests.judged import a_judgement, a_line, some_stats
from tests.slack.drawn import AT
from tests.slack.figured import LOUD
from tests.slack.hostile import Hostile, decided_with
from tests.slack.scenes import held
from tests.slack.surfaces_digest import DIGEST_SURFACES

DISPLAY = CardOptions()
CONTEXT = FormContext(task_id="t-1")
Drawn = Iterable[SlackMessage | Wire]


TOO_FEW = TooFew(found=0, needed=20)
RATE = Rate(value=0.14, low=0.09, high=0.20, reviewed=212, speaks_for=4000)
WEEK = OwnWeek(reviewed=41, seconds=38.0, agreed=34, shared=37, known_right=TOO_FEW, known=6)


def _task_cards(h: Hostile) -> Drawn:
    back = a_verdict("v-3", kind=VerdictKind.WITHDRAWN, supersedes="v-1", reviewer=h.payload, revision=2)
    one = replace(h.claimed.task, quorum=1)
    views = [
        *(showing(h.view, show) for show in ("evidence", "blind", "all")),
        held(h.view),
        replace(h.view, assessment=None),
        h.rejected,
        h.changed,
        decided_with(h.view, h.payload, Outcome.EDITED, h.payload * 3 or "-"),
        replace(h.view, task=replace(h.view.task, state=TaskState.TIMED_OUT)),
        replace(h.claimed, verdicts=h.votes[:1]),
        replace(h.claimed, task=one, verdicts=(h.votes[0], back)),
        h.disputed,
        replace(h.disputed, task=replace(h.disputed.task, lead="")),
        *h.reopened,
    ]
    for view in views:
        yield task_card(view, display=h.names, now=AT)


def _batch(h: Hostile) -> Drawn:
    brief = replace(h.view, output=replace(h.view.output, completion=f"Pay {h.payload}."[:200]), assessment=None)
    yield batch_card([brief, decided_with(brief, h.payload, Outcome.REJECTED)], display=DISPLAY, now=AT)


def _lateness(h: Hostile) -> Lateness:
    away = ((h.payload, None),)
    return Lateness(route=h.route, now=AT, open=1, minutes=1, reviewers=(h.payload,), away=away)


def _notice(h: Hostile, kind: NoticeKind) -> Notice:
    return Notice(notice_id=h.payload[:60], kind=kind, recipient="U0MARA", task_ids=("t-1",), created_at=AT)


def _of_route(h: Hostile, kind: NoticeKind) -> Notice:
    return replace(_notice(h, kind), route=h.payload, signal=SIGNAL if kind is NoticeKind.SIGNAL else None)


def _notices(h: Hostile) -> Drawn:
    mine = Preferences(user_id="U0MARA")
    for kind in NoticeKind:
        view = h.disputed if kind is NoticeKind.DISPUTE else held(h.view)
        yield notice_message(_of_route(h, kind), [view], display=h.names, preferences=mine, lateness=_lateness(h))


def _checks(h: Hostile) -> Drawn:
    for kind in CheckKind:
        yield checks.check_message(h.check(kind))
        yield checks.check_message(h.check(kind), h.changed, h.names)
        yield checks.check_message(h.check(kind, output=None, assessment=None, failure=h.payload or "-"))


def _claims(h: Hostile) -> Drawn:
    for show in ("evidence", "blind", "all"):
        yield claim_view(showing(h.view, show), display=DISPLAY)
    yield claim_view(h.view, display=DISPLAY, page=3, unfolded=True, read_only=True)


def _edit(h: Hostile) -> Drawn:
    yield edit_view(h.view, display=DISPLAY)
    yield edit_view(h.disputed, display=DISPLAY, reviewer="U0MARA")
    yield edit_view(h.view, display=DISPLAY, remarked=Remarked(words=h.payload, put_in=False))


def _one_claim(h: Hostile) -> Drawn:
    if size(f"One {h.payload} end.") <= 3000:  # a longer one is edited with the whole answer
        yield one_claim.claim_edit_view(h.view, 1)


def _changes(h: Hostile) -> Drawn:
    for text in (h.edited, h.payload * 2 + "!"):
        yield changes_view(h.view, Draft(task_id="t-1", reviewer="U0MARA", text=text, kept_at=NOON))


def _home(h: Hostile) -> Drawn:
    week: dict[str, Any] = {"week": WEEK, "preferences": Preferences(user_id="U0MARA"), "channel": "C0REVIEW"}
    other = held(replace(h.view, task=replace(h.view.task, task_id="t-2")))
    own = OwnPart(waiting=[h.view, other], more=True, claimed=[h.claimed], **week)
    queue = QueueState(route=h.name, open=1, disputed=1, past_due=1, oldest_at=NOON)
    figures: dict[str, Any] = {"this_week": RATE, "before": RATE, "review_seconds": 60.0}
    team = Team(queues=(TeamQueue(state=queue, minutes=5),), **figures)
    yield home_view(HomePage(own=own, lead=LeadPart(disputes=[h.disputed], team=team)), display=h.names, now=AT)
    concern = Concern(reviewer=h.payload, sign=Sign.FINDS_LITTLE, figures=LOUD)
    known = ReviewersPart(
        agreement=AllAlike(units=20, verdicts=40), concerns=[concern], against=1, disagreeing=[h.view]
    )
    lead = LeadPart(disputes=[h.disputed], team=team, reviewers=known)
    yield home_view(HomePage(own=replace(own, figures=LOUD), lead=lead), display=h.names, now=AT)


def _stats(h: Hostile) -> Drawn:
    lines = (a_line(h.payload, RATE, 3, finding=True), a_line(h.payload, TOO_FEW, 1))
    told = some_stats(route=h.name, weeks=lines, versions=lines, slices=lines, routes=lines, judgement=a_judgement())
    for shown_by in ("", h.payload):
        yield stats.stats_message(told, display=h.names, question=stats.StatsQuestion(route=h.name), shown_by=shown_by)


def _setup(h: Hostile) -> Drawn:
    context = SetupContext(channel="C0REVIEW", channel_name=h.payload[:80])
    answers = setup.answer_choices((h.payload,), (h.payload,), "all")
    groups = (setup.Choice(h.payload or "g", "S1"),)
    draft = replace(setup.draft_of(h.route), tags=h.payload[:3000])  # the form itself takes no more
    yield setup.setup_view(draft, context=context, answers=answers, groups=groups)


def _started(h: Hostile) -> Drawn:
    context = SetupContext(channel="C0REVIEW", channel_name=h.payload[:80])
    named = {"S0REVIEWERS": h.payload}
    yield setup_answers.started_message(h.route, groups=named, context=context, outsiders=(h.payload,))


def _why(h: Hostile) -> Drawn:
    for view in (h.view, h.changed, h.disputed, *h.reopened):
        for may_see_risk in (True, False):
            yield why.why_view(view, display=h.names, may_see_risk=may_see_risk)


def _why_told(h: Hostile) -> Drawn:
    for view in (h.view, h.changed, h.disputed, *h.reopened):
        yield why.why_message(view, display=h.names, may_see_risk=True)


def _runs(h: Hostile) -> Drawn:
    last = LastOne(task_id="t-0", number=1, kind=VerdictKind.APPROVE, sent=True)
    for view in (h.view, h.claimed, h.disputed):
        yield run_view(view, RunState(task_id="t-1", last=last), left=3, display=h.names, told=h.payload)


def _usage_line(h: Hostile) -> usage.Line:
    return usage.Line(name="why", argument=h.payload, what="tells", shows="tells")


def _one(draw: Callable[[Hostile], SlackMessage | Wire]) -> Callable[[Hostile], Drawn]:
    return lambda h: [draw(h)]


SIGNAL = Signal(auroc=0.52, low=0.41, high=0.63, reviewed=84, wrong=12, trusted=False)
REPLY = {"channel": "C0REVIEW", "ts": "1795453200.000200"}
FORMS, CARDS, HOME = "bot.slack.forms", "bot.slack.cards", "bot.slack.home"
DIGEST = "bot.slack.digest"
SURFACES: Mapping[str, Callable[[Hostile], Drawn]] = {
    f"{CARDS}.task_card": _task_cards,
    f"{CARDS}.batch.batch_card": _batch,
    f"{CARDS}.check.check_message": _checks,
    f"{CARDS}.check.progress_message": lambda h: [
        checks.progress_message(Progress(kind=CheckKind.ASK, stage=stage)) for stage in Stage
    ],
    f"{CARDS}.check.shared_message": _one(lambda h: checks.shared_message(h.check(), h.changed, h.names)),
    f"{CARDS}.decided.decided_card": _one(
        lambda h: decided.decided_card(h.changed, h.changed.resolution, h.names)  # type: ignore[arg-type]  # it is decided
    ),
    f"{CARDS}.dispute.dispute_message": _one(lambda h: dispute.dispute_message(h.disputed, h.names)),
    f"{CARDS}.late.overdue_message": _one(
        lambda h: late.overdue_message([held(h.view)], _notice(h, NoticeKind.OVERDUE), _lateness(h), h.names)
    ),
    f"{CARDS}.notices.notice_message": _notices,
    f"{CARDS}.selection.signal_message": _one(
        lambda h: selection.signal_message(_of_route(h, NoticeKind.SIGNAL), SIGNAL)
    ),
    f"{CARDS}.selection.cut_message": _one(
        lambda h: selection.cut_message(_of_route(h, NoticeKind.CUT), QueueCut(waited=9, cut=4, most=5))
    ),
    f"{CARDS}.selection.release_message": _one(
        lambda h: selection.release_message(
            _of_route(h, NoticeKind.RELEASE),
            ProofChange(began=not h.name, limit=0.05, confidence=0.9, share=0.62, reviewed=212),
        )
    ),
    f"{CARDS}.somebody_waits.waiting_message": _one(lambda h: somebody_waits.waiting_message(held(h.view), h.names)),
    f"{CARDS}.unsettled.cut_card": _one(lambda h: unsettled.cut_card(h.view, h.names)),
    f"{CARDS}.unsettled.disputed_card": _one(lambda h: unsettled.disputed_card(h.disputed, h.names, AT)),
    f"{CARDS}.unsettled.timed_out_card": _one(lambda h: unsettled.timed_out_card(h.view, h.names)),
    f"{CARDS}.waiting.open_card": _one(lambda h: waiting.open_card(h.claimed, h.names, AT)),
    **DIGEST_SURFACES,
    f"{FORMS}.changes.changes_view": _changes,
    f"{FORMS}.check.check_form": _one(
        lambda h: check.check_form({"text": h.payload, "ts": "1.2", "username": h.payload}, "C0REVIEW")
    ),
    f"{FORMS}.claims.claim_view": _claims,
    f"{FORMS}.edit.edit_view": _edit,
    f"{FORMS}.hand_over.hand_over_view": _one(lambda h: hand_over_view(h.view, h.claimed)),
    f"{FORMS}.history.history_view": lambda h: [
        history_view(view, display=DISPLAY) for view in (h.view, h.changed, h.rejected, h.disputed)
    ],
    f"{FORMS}.hours.hours_view": _one(lambda h: hours.hours_view(Preferences(user_id=h.payload), CONTEXT)),
    f"{FORMS}.joining.added_message": _one(lambda h: joining.added_message("U0MARA", h.payload, h.name)),
    f"{FORMS}.joining.asked_message": _one(lambda h: joining.asked_message([h.payload])),
    f"{FORMS}.joining.request_message": lambda h: [
        joining.request_message("U0MARA", h.payload, h.name or "r", addable=addable) for addable in (True, False)
    ],
    f"{FORMS}.joining.welcome_message": _one(lambda h: joining.welcome_message(h.name)),
    f"{FORMS}.notices.card_late": _one(lambda h: notices.card_late(VerdictKind.APPROVE)),
    f"{FORMS}.notices.claimed": _one(
        lambda h: notices.claimed(Claimed(by=h.payload, until=AT), "t", 1, display=h.names)
    ),
    f"{FORMS}.notices.decided_before": _one(
        lambda h: notices.decided_before(h.late, VerdictKind.APPROVE, display=h.names, task_id="t", number=1)
    ),
    f"{FORMS}.notices.decided_meanwhile_view": _one(
        lambda h: notices.decided_meanwhile_view(h.late, h.payload, h.payload, context=CONTEXT, display=DISPLAY)
    ),
    f"{FORMS}.notices.expired": _one(lambda h: notices.expired("t", 1, ActionId.EDIT)),
    f"{FORMS}.notices.loading_view": _one(lambda h: notices.loading_view("Review", CONTEXT)),
    f"{FORMS}.notices.may_be_added": _one(lambda h: notices.may_be_added(h.payload, [h.payload], "t", 1)),
    f"{FORMS}.notices.not_a_reviewer": _one(lambda h: notices.not_a_reviewer(h.payload)),
    f"{FORMS}.notices.not_saved": _one(lambda h: notices.not_saved("t", 1, VerdictKind.EDIT)),
    f"{FORMS}.notices.nothing_to_review": _one(lambda h: notices.nothing_to_review("C0REVIEW")),
    f"{FORMS}.notices.notice": _one(lambda h: notices.notice(h.payload, h.payload)),
    f"{FORMS}.notices.notice_view": _one(
        lambda h: notices.notice_view("Review", h.payload, h.payload, context=CONTEXT)
    ),
    f"{FORMS}.notices.old_card": _one(lambda h: notices.old_card()),
    f"{FORMS}.notices.own_output": _one(lambda h: notices.own_output()),
    f"{FORMS}.one_claim.claim_edit_view": _one_claim,
    f"{FORMS}.proposal.reaction_proposal": _one(
        lambda h: proposal.reaction_proposal(h.view, Leaning.APPROVE, h.payload)
    ),
    f"{FORMS}.proposal.reply_proposal": _one(
        lambda h: proposal.reply_proposal(held(h.view), Leaning.EDIT, h.payload, **REPLY)
    ),
    f"{FORMS}.reject.reject_view": _one(lambda h: reject_view(held(h.view), display=DISPLAY, note=h.payload)),
    f"{FORMS}.run.finished_view": _one(lambda h: finished_view(RunState(), now=AT, told=h.payload)),
    f"{FORMS}.run.run_view": _runs,
    f"{FORMS}.setup.setup_view": _setup,
    f"{FORMS}.setup_answers.archived_view": _one(lambda h: setup_answers.archived_view()),
    f"{FORMS}.setup_answers.direct_view": _one(lambda h: setup_answers.direct_view("/whetstone")),
    f"{FORMS}.setup_answers.not_joined_message": _one(
        lambda h: setup_answers.not_joined_message(h.route, "/whetstone")
    ),
    f"{FORMS}.setup_answers.outside_view": _one(lambda h: setup_answers.outside_view("/whetstone")),
    f"{FORMS}.setup_answers.refused_view": _one(lambda h: setup_answers.refused_view(h.payload, [h.payload])),
    f"{FORMS}.setup_answers.started_message": _started,
    f"{FORMS}.why.unpicked_message": _one(
        lambda h: why.unpicked_message(h.view.output, h.view.assessment, h.view.decision, display=h.names)
    ),
    f"{FORMS}.why.why_message": _why_told,
    f"{FORMS}.why.why_view": _why,
    f"{HOME}.page.closed_home": _one(lambda h: closed_home(h.payload)),
    f"{HOME}.page.home_view": _home,
    f"{HOME}.queue.queue_message": _one(
        lambda h: queue_message([h.view, held(h.view)], more=True, display=h.names, now=AT, command="/whetstone")
    ),
    f"{HOME}.queue.route_queue_view": _one(
        lambda h: route_queue_view(h.name, [h.claimed, h.disputed], count=3, display=h.names, now=AT)
    ),
    "bot.slack.stats.stats_message": _stats,
    "bot.slack.usage.help_message": _one(lambda h: usage.help_message([_usage_line(h)])),
    "bot.slack.usage.mistake_message": _one(
        lambda h: usage.mistake_message(usage.Mistaken(h.payload, h.payload), _usage_line(h))
    ),
    "bot.slack.usage.unknown_message": _one(lambda h: usage.unknown_message(h.payload, [_usage_line(h)])),
    "bot.slack.usage.unknown_output_message": _one(lambda h: usage.unknown_output_message(h.payload)),
}

# Functions that look like surfaces and draw none of their own; what they gather is drawn by one above.
NO_SURFACES = frozenset(
    """
    bot.slack.wire.modal bot.slack.wire.home_tab bot.slack.forms.fields.carrying bot.slack.cards.check.check_view
    bot.slack.forms.setup.redrawn bot.slack.forms.setup_answers.told_view bot.slack.homes.drawn bot.slack.runs.drawn
    bot.slack.runs.following bot.slack.runs.on_top bot.slack.runs.started bot.slack.stories.told
    bot.slack.listeners.verdicts.form_for bot.slack.digests.answered bot.slack.digests.compared
    """.split()
)
