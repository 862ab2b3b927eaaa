"""The names that Slack sends back: of actions, blocks, views and the choices of menus."""

from __future__ import annotations

from enum import StrEnum

from reviewers.model import VerdictKind


class ActionId(StrEnum):
    """What was pressed, ticked or chosen."""

    APPROVE = "card.approve"
    EDIT = "card.edit"
    REJECT = "card.reject"
    UNSURE = "card.unsure"
    CHECK = "card.check"  # Check claims: opens the claim view
    READ_ALL = "card.read_all"  # stands in Approve's place on a cut card; opens the claim view
    FULL = "card.full"  # Full text: opens the claim view of an answer without claims
    MORE = "card.more"  # the ⋯ of an open card; the option's value says which
    DECIDED_MORE = "decided.more"  # the ⋯ of a decided card

    TAKE_OVER = "card.take_over"  # from the person who claimed it
    DISAGREE = "card.disagree"  # somebody decided before: to the lead

    BATCH_APPROVE = "batch.approve"  # one answer of a batch
    BATCH_REJECT = "batch.reject"
    BATCH_MORE = "batch.more"  # its ⋯: Edit, Unsure, Check claims
    BATCH_REST = "batch.rest"  # Approve the rest; the value is the first task's

    RUN_APPROVE = "run.approve"  # the four verdicts inside the review run
    RUN_EDIT = "run.edit"
    RUN_REJECT = "run.reject"
    RUN_UNSURE = "run.unsure"
    RUN_CHECK = "run.check"  # Check claims, Read all and Full text inside the run
    RUN_UNDO = "run.undo"
    RUN_MORE = "run.more"

    PROPOSED_REJECT = "proposal.reject"  # after a reply or a reaction
    PROPOSED_EDIT = "proposal.edit"
    PROPOSED_APPROVE = "proposal.approve"
    PROPOSED_NO = "proposal.no"

    REMIND = "late.remind"  # a lead reminds the reviewers
    EXTEND = "late.extend"  # to tomorrow
    SEE_QUEUE = "late.queue"
    PAUSE_TODAY = "reminder.pause"
    HAND_OVER = "reminder.hand_over"
    HAND_OVER_TO = "hand_over.to"  # the person chosen in the form

    SEND_TO_REVIEW = "check.send"  # an ad-hoc check; the value is the check's id
    CHECK_CLAIMS = "check.claims"
    SHARE = "check.share"
    ASK_REVIEWERS = "check.ask_reviewers"
    CHECK_CHOICE = "check.choice"  # in the form of the message shortcut: check its claims, or submit it

    DECIDE_NEXT = "home.decide"  # a lead: disputes first
    PAUSE = "home.pause"
    RESUME = "home.resume"
    HOURS = "home.hours"
    HOURS_START = "hours.start"  # the three fields of "My hours"
    HOURS_END = "hours.end"
    HOURS_DAYS = "hours.days"
    DIGEST = "home.digest"
    SHOW_STATS = "stats.show"  # Show in channel

    SETUP_CHANGE = "setup.change"
    SETUP_TRY = "setup.try"
    ROUTE_JOIN = "route.join"  # Ask to be added; the value is the task's
    ROUTE_ADD = "route.add"  # a lead adds who asked
    SETUP_MATCH = "setup.match"  # which answers, in the form: naming tags asks for them
    SETUP_GATE = "setup.gate"  # held or not, in the form: held asks for how long

    NEXT = "queue.next"  # Review next, on Home and in the answer to `/whetstone queue`
    OPEN = "home.open"  # opens the claim view of one row
    HOME_MORE = "home.more"  # the next page of Home
    HOME_BACK = "home.back"

    CLAIM_MARK = "claims.mark"  # radio buttons or select in block `claim_{n}`
    PASSAGE_MARK = "claims.passage"  # the tick "beside the point" in block `passage_{n}`
    SHOW_SUPPORTED = "claims.show"  # unfolds the supported claims
    NEXT_PAGE = "claims.next"
    PREVIOUS_PAGE = "claims.back"
    WHOLE_ANSWER = "claims.verdict"  # the verdict at the end of the claim view

    CLAIM_EDIT = "claims.edit"  # one claim by itself
    EDIT_NEXT = "edit.next"  # the next page of a very long answer
    EDIT_BACK = "edit.back"
    ANSWER = "edit.answer"  # the text in block `answer_{i}`, i from 0
    REASONS = "form.reasons"
    NOTE = "form.note"
    COPY = "form.copy"  # text that could not be saved, in block `copy_{i}`: shown to be copied, never read


class BlockId(StrEnum):
    """Blocks whose state is read, or that carry a field's error. Numbered ones are prefixes."""

    CLAIM = "claim_"
    PASSAGE = "passage_"
    WHOLE_ANSWER = "verdict"
    ANSWER = "answer_"
    REASONS = "reasons"
    NOTE = "note"
    COPY = "copy_"
    HAND_OVER = "to"
    HOURS_START = "starts_at"
    HOURS_END = "ends_at"
    HOURS_DAYS = "days"
    MESSAGE = "message_"  # the message that the shortcut's form carries
    CHECK_CHOICE = "check"


class CallbackId(StrEnum):
    """Views whose submission is read."""

    CLAIMS = "claims.save"
    EDIT = "edit.preview"
    EDIT_CLAIM = "edit.claim"
    CHANGES = "edit.save"
    REJECT = "reject.save"
    RUN = "run"  # the review run has buttons, and no submit
    HOURS = "hours.save"
    SETUP = "setup.save"
    HAND_OVER = "hand_over.save"
    CHECK_MESSAGE = "check_message"  # the message shortcut, and the form that it opens
    NOTHING = "nothing.save"  # views without a submit button


class MenuChoice(StrEnum):
    """The entries of the ⋯ menus."""

    WHY = "why"
    HISTORY = "history"
    CHANGE = "change"
    FULL = "full"
    CLAIM = "claim"
    GIVE_BACK = "give_back"  # the claim
    HAND_OVER = "hand_over"
    EDIT = "edit"
    UNSURE = "unsure"
    CHECK = "check"
    SKIP = "skip"  # in the review run: the next one, this one stays open


class Show(StrEnum):
    """What a route lets reviewers see before the verdict."""

    EVIDENCE = "evidence"
    BLIND = "blind"
    ALL = "all"


VERDICT_ACTIONS = {
    ActionId.APPROVE: VerdictKind.APPROVE,
    ActionId.EDIT: VerdictKind.EDIT,
    ActionId.REJECT: VerdictKind.REJECT,
    ActionId.UNSURE: VerdictKind.UNSURE,
    ActionId.BATCH_APPROVE: VerdictKind.APPROVE,
    ActionId.BATCH_REJECT: VerdictKind.REJECT,
    ActionId.RUN_APPROVE: VerdictKind.APPROVE,
    ActionId.RUN_EDIT: VerdictKind.EDIT,
    ActionId.RUN_REJECT: VerdictKind.REJECT,
    ActionId.RUN_UNSURE: VerdictKind.UNSURE,
    ActionId.PROPOSED_APPROVE: VerdictKind.APPROVE,
    ActionId.PROPOSED_EDIT: VerdictKind.EDIT,
    ActionId.PROPOSED_REJECT: VerdictKind.REJECT,
}
VERDICT_CHOICES = {MenuChoice.EDIT: VerdictKind.EDIT, MenuChoice.UNSURE: VerdictKind.UNSURE}  # in the ⋯ of a batch
