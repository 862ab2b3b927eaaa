"""Forms: a task as a modal, and what people hand in with it. Pure: JSON goes in and out, nothing is stored or sent."""

from __future__ import annotations

from bot.slack.forms.changes import ChangesForm, changes_view, fingerprint, parse_changes
from bot.slack.forms.claims import KEEP, claim_view
from bot.slack.forms.edit import EditForm, edit_view, parse_edit
from bot.slack.forms.history import history_view
from bot.slack.forms.marks import ClaimsForm, merged, parse_claims
from bot.slack.forms.notices import (
    card_late,
    decided_before,
    decided_meanwhile_view,
    expired,
    loading_view,
    not_a_reviewer,
    not_saved,
    notice,
    notice_view,
    old_card,
    own_output,
)
from bot.slack.forms.reject import RejectForm, parse_reject, reject_view
from bot.slack.forms.state import FieldErrors
from bot.slack.forms.why import why_view
from bot.slack.ids import FormContext

__all__ = [
    "KEEP",
    "ChangesForm",
    "ClaimsForm",
    "EditForm",
    "FieldErrors",
    "FormContext",
    "RejectForm",
    "card_late",
    "changes_view",
    "claim_view",
    "decided_before",
    "decided_meanwhile_view",
    "edit_view",
    "expired",
    "fingerprint",
    "history_view",
    "loading_view",
    "merged",
    "not_a_reviewer",
    "not_saved",
    "notice",
    "notice_view",
    "old_card",
    "own_output",
    "parse_changes",
    "parse_claims",
    "parse_edit",
    "parse_reject",
    "reject_view",
    "why_view",
]
