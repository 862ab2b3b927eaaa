"""Forms: a task as a modal, and what people hand in with it. Pure: JSON goes in and out, nothing is stored or sent."""

from __future__ import annotations

from bot.slack.forms.changes import ChangesForm, changes_view, parse_changes
from bot.slack.forms.claims import KEEP, claim_view
from bot.slack.forms.edit import (
    EditForm,
    Remarked,
    begun,
    edit_view,
    fingerprint,
    from_draft,
    is_unsaved,
    parse_edit,
    turned,
)
from bot.slack.forms.fields import carrying
from bot.slack.forms.hand_over import hand_over_view, handed_over, parse_hand_over
from bot.slack.forms.history import history_view
from bot.slack.forms.marks import ClaimsForm, merged, parse_claims
from bot.slack.forms.notices import (
    card_late,
    claimed,
    decided_before,
    decided_meanwhile_view,
    expired,
    loading_view,
    may_be_added,
    not_a_reviewer,
    not_saved,
    nothing_to_review,
    notice,
    notice_view,
    old_card,
    own_output,
)
from bot.slack.forms.one_claim import claim_edit_view, parse_claim_edit
from bot.slack.forms.proposal import as_typed, reaction_proposal, reply_proposal
from bot.slack.forms.reject import RejectForm, parse_reject, reject_view
from bot.slack.forms.run import LastOne, RunState, finished_view, run_view
from bot.slack.forms.state import FieldErrors
from bot.slack.forms.why import why_view
from bot.slack.values import FormContext

__all__ = [
    "KEEP",
    "ChangesForm",
    "ClaimsForm",
    "EditForm",
    "FieldErrors",
    "FormContext",
    "LastOne",
    "RejectForm",
    "Remarked",
    "RunState",
    "as_typed",
    "begun",
    "card_late",
    "carrying",
    "changes_view",
    "claim_edit_view",
    "claim_view",
    "claimed",
    "decided_before",
    "decided_meanwhile_view",
    "edit_view",
    "expired",
    "fingerprint",
    "finished_view",
    "from_draft",
    "hand_over_view",
    "handed_over",
    "history_view",
    "is_unsaved",
    "loading_view",
    "may_be_added",
    "merged",
    "not_a_reviewer",
    "not_saved",
    "nothing_to_review",
    "notice",
    "notice_view",
    "old_card",
    "own_output",
    "parse_changes",
    "parse_claim_edit",
    "parse_claims",
    "parse_edit",
    "parse_hand_over",
    "parse_reject",
    "reaction_proposal",
    "reject_view",
    "reply_proposal",
    "run_view",
    "turned",
    "why_view",
]
