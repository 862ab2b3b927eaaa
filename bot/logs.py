"""Logs: one line an event, past tense, ids bound; never a token, a prompt, a completion or a reviewer's words."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

# Names under which text of people and models, or a secret, could slip into a line.
NEVER_LOGGED = frozenset({"token", "prompt", "completion", "text", "note", "correction", "secret", "authorization"})


def _without_private_text(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for name in NEVER_LOGGED & event.keys():
        event[name] = "…"
    return event


def set_up(level: str, *, as_json: bool) -> None:
    """Configure structlog and the standard library's loggers once a process, writing to standard error."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # These log whole requests at DEBUG and INFO, tokens and texts among them.
    for noisy in ("slack_bolt", "slack_sdk", "httpx", "chromadb", "apscheduler", "sqlalchemy"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_private_text,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
