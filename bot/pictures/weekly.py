"""All pictures of a digest, by name."""

from __future__ import annotations

from bot.pictures.error_rate import error_rate_picture
from bot.pictures.moved import moved_picture
from bot.pictures.reliability import reliability_picture
from bot.slack.digest import Picture
from bot.slack.digest.alt import shown_parts
from bot.slack.digest.numbers import weeks_before
from reviewers.model.digest import Digest
from reviewers.model.digest_parts import Reliability


def digest_pictures(digest: Digest) -> dict[Picture, bytes]:
    """Those that have something to show, as PNG; the same digest gives the same bytes."""
    known = digest.reliability if isinstance(digest.reliability, Reliability) else None
    drawn = {
        Picture.ERROR_RATE: error_rate_picture(
            digest.weeks, digest.before, pooled=weeks_before(digest), target=digest.target
        ),
        Picture.MOVED: moved_picture(shown_parts(digest.lines)),
        Picture.RELIABILITY: reliability_picture(known) if known else None,
    }
    return {name: content for name, content in drawn.items() if content is not None}
