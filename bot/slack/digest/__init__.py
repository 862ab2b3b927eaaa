"""The weekly digest as Slack messages: digest in, JSON out. Pure.

`digest_message` draws one route's week, `calm_message` several in which nothing moved, `thread_messages` what stands
below, `retraining_message` the suggestion.
"""

from __future__ import annotations

from bot.slack.digest.answers import alert_message, drift_message, no_digest_message, noted_message, snoozed_message
from bot.slack.digest.calm import Apart, apart, calm_message
from bot.slack.digest.forms import on_page, wrong_outputs_view
from bot.slack.digest.message import digest_message
from bot.slack.digest.options import DigestOptions, Muted, Picture
from bot.slack.digest.suggestion import closed_message, retraining_message, started_message
from bot.slack.digest.thread import thread_messages
from bot.slack.digest.why import WhyAnswer, parse_why, why_view

__all__ = [
    "Apart",
    "DigestOptions",
    "Muted",
    "Picture",
    "WhyAnswer",
    "alert_message",
    "apart",
    "calm_message",
    "closed_message",
    "digest_message",
    "drift_message",
    "no_digest_message",
    "noted_message",
    "on_page",
    "parse_why",
    "retraining_message",
    "snoozed_message",
    "started_message",
    "thread_messages",
    "why_view",
    "wrong_outputs_view",
]
