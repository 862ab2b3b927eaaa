"""The pictures of a digest: their size, the same bytes for the same figures, nothing where nothing is known."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from bot.pictures.drawing import DOTS, WIDTH
from bot.pictures.error_rate import HEIGHT, error_rate_picture
from bot.pictures.lettering import lettered
from bot.pictures.moved import REST, ROW, moved_picture
from bot.pictures.reliability import reliability_picture
from bot.pictures.weekly import digest_pictures
from bot.slack.digest import Picture
from bot.slack.digest.alt import alt_of
from reviewers.model.digest import Digest
from reviewers.model.digest_parts import Reliability, ReliabilityGroup, WeekRate
from reviewers.model.missing import Missing
from tests.digests import a_digest, a_rate
from tests.slack.injection import CORPUS

FEW = Missing(found=3, needed=40)


@pytest.fixture(scope="module")
def drawn() -> dict[Picture, bytes]:
    """The pictures of the drift week."""
    return digest_pictures(a_digest())


def size(picture: bytes | None) -> tuple[int, int]:
    """Width and height in dots, as the PNG's own header says."""
    assert picture is not None
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def dots(inches: float) -> int:
    """Inches in dots."""
    return round(inches * DOTS)


def test_all_pictures_of_a_digest_are_as_wide_as_the_design_says(drawn: dict[Picture, bytes]) -> None:
    """6.2 inches of 150 dots, so that letters of 15 points stay readable on a phone."""
    assert set(drawn) == set(Picture)
    assert {size(picture)[0] for picture in drawn.values()} == {dots(WIDTH)} == {930}


def test_same_figures_give_the_same_bytes(drawn: dict[Picture, bytes]) -> None:
    """A digest that is built again is the same, picture by picture."""
    assert digest_pictures(a_digest()) == drawn


def test_other_figures_give_another_picture(drawn: dict[Picture, bytes]) -> None:
    """What is drawn comes from the digest."""
    known = a_digest()
    weeks = (*known.weeks[:-1], WeekRate(week="2026-W47", rate=a_rate(0.05, 0.03, 0.09)))
    assert error_rate_picture(weeks, known.before, pooled=4, target=0.05) != drawn[Picture.ERROR_RATE]
    assert error_rate_picture(known.weeks, known.before, pooled=4, target=0.05) == drawn[Picture.ERROR_RATE]


def test_picture_of_weeks_takes_weeks_without_a_rate_and_without_a_target() -> None:
    """A week with too few reviews leaves its place empty, and only the last eight are drawn."""
    weeks = [WeekRate(week="2026-W39", rate=FEW), *a_digest().weeks]
    many = error_rate_picture(weeks, FEW, pooled=4, target=None)
    assert size(many) == (dots(WIDTH), dots(HEIGHT))
    assert many == error_rate_picture(weeks[1:], FEW, pooled=4, target=None)
    gap = [*weeks[1:4], WeekRate(week="2026-W43", rate=FEW), *weeks[5:]]
    assert error_rate_picture(gap, FEW, pooled=4, target=None) != many


def test_target_far_above_all_weeks_is_in_the_picture() -> None:
    """And one week alone has no bracket below it."""
    alone = a_digest().weeks[-1:]
    assert size(error_rate_picture(alone, a_rate(0.08, 0.06, 0.1), pooled=4, target=0.6)) == (930, dots(HEIGHT))


@pytest.mark.parametrize("weeks", [(), (WeekRate(week="2026-W47", rate=FEW),)])
def test_no_picture_of_a_week_without_a_rate(weeks: tuple[WeekRate, ...]) -> None:
    """Never a point for it."""
    assert error_rate_picture(weeks, FEW, pooled=4, target=0.05) is None


def test_picture_of_changes_has_a_row_for_each_part() -> None:
    """Parts with too few reviews have none."""
    lines = a_digest().lines
    assert size(moved_picture(lines))[1] == dots(REST + 2 * ROW)
    assert moved_picture(lines[2:]) is None
    fell = replace(lines[0], change=-0.3, low=None, high=None)
    assert size(moved_picture([fell, *lines]))[1] == dots(REST + 3 * ROW)


def test_picture_of_reliability_takes_many_groups() -> None:
    """Up to a risk of 100 of 100, where figures would cover each other."""
    groups = tuple(
        ReliabilityGroup(
            said=place / 10, found=place / 10, low=max(0.0, place / 10 - 0.1), high=1.0, reviewed=1000 + place
        )
        for place in range(11)
    )
    known = a_digest().reliability
    assert isinstance(known, Reliability)
    assert size(reliability_picture(replace(known, groups=groups)))[0] == dots(WIDTH)
    assert reliability_picture(replace(known, groups=())) is None


@pytest.mark.parametrize(
    "name", ["formats", "right_to_left", "zero_width", "surrogate", "edge_pairs", "edge_words", "table"]
)
def test_words_of_others_are_drawn_as_letters_and_never_as_formulas(name: str) -> None:
    """Warnings are errors here: a letter that the font lacks would raise one."""
    line = replace(a_digest().lines[0], name=CORPUS[name])
    assert size(moved_picture([line]))[1] == dots(REST + ROW)
    formula = replace(line, name="$\\frac{1}{$")
    assert size(moved_picture([formula]))[1] == dots(REST + ROW)


def test_names_are_one_short_line_of_known_letters() -> None:
    """Eight characters with the sign that something is missing; a box for what cannot be drawn."""
    assert lettered("fees\nabroad", 18) == "fees abroad"
    assert lettered("fees abroad", 8) == "fees ab…"
    assert lettered("费用 fees", 18) == "□□ fees"


def test_every_picture_has_words_and_the_other_way_round() -> None:
    """What is drawn is told, and what is told as a picture is drawn."""
    known = a_digest()
    bare = replace(known, weeks=(), lines=(), reliability=FEW)
    for digest in (bare, replace(bare, weeks=known.weeks), replace(bare, lines=known.lines)):
        assert _told(digest) == set(digest_pictures(digest))


def _told(digest: Digest) -> set[Picture]:
    return {picture for picture in Picture if alt_of(picture, digest)}
