"""A digest that one person asked for: it has no thread, so it names none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.slack.digest import DigestOptions, digest_message
from reviewers.model.digest import Digest
from tests.digests import a_quiet_digest
from tests.slack.digests import OPTIONS, drawn_digest
from tests.slack.drawn import said


@pytest.mark.parametrize(
    ("digest", "options"),
    [(drawn_digest(), OPTIONS), (drawn_digest(), replace(OPTIONS, short=True)), (a_quiet_digest(), OPTIONS)],
    ids=["drift", "short", "quiet"],
)
def test_private_answer_sends_nobody_to_a_thread(digest: Digest, options: DigestOptions) -> None:
    """The same digest in a channel does; all else is the same there."""
    posted = digest_message(digest, options)
    private = digest_message(digest, replace(options, threaded=False))
    assert "etails in the thread" in str(posted.blocks)
    assert "thread" not in str(private.blocks)
    assert len(private.blocks) == len(posted.blocks)
    assert all(said(block).strip() for block in private.blocks if block["type"] in ("section", "context"))
