"""Cutting, counting and taming text: what a reader sees is whole words, and nothing untrusted is alive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.slack import clock
from bot.slack.cutting import cut, pieces, reach, size
from bot.slack.text import (
    circled,
    counted,
    escape,
    host,
    isolated,
    letter,
    link_address,
    mention,
    numbers,
    quiet,
    shortened,
    title_link,
    visible,
)

MIXED = st.text(alphabet=st.sampled_from("ab .\n1,。漢é\u0301👩\u200d👧🇹🇭!”\r€"), max_size=120)


def test_a_cut_ends_at_a_sentence_when_one_lies_past_the_half() -> None:
    """700 characters may show fewer: whole sentences."""
    parts = cut("One two three. Four five six. Seven eight", 33, sentence=True)
    assert (parts.shown, parts.rest) == ("One two three. Four five six.", " Seven eight")


def test_a_cut_without_a_near_sentence_ends_at_a_word() -> None:
    """A sentence that ends before the half would hide too much."""
    assert cut("Yes. One very long sentence without an end", 30, sentence=True).shown == "Yes. One very long sentence"


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("It costs 1,369.50 today", 12, "It costs"),
        ("It costs € 3.50 today", 12, "It costs"),
        ("It costs 1.75 % today", 14, "It costs"),
        ("In all 10 000 francs", 11, "In all"),
        ("See https://help.example/a/b?c=d now", 20, "See"),
    ],
)
def test_a_cut_is_never_inside_a_number_or_a_link(text: str, limit: int, shown: str) -> None:
    """Half a number is another number, half a link leads elsewhere."""
    assert cut(text, limit).shown == shown


def test_writing_without_blanks_is_cut_between_its_letters() -> None:
    """Chinese and Japanese have no blanks, and stops that need none after them."""
    assert cut("出金の手数料は三百円です", 6).shown == "出金の手数料"
    assert cut("三百円です。上限は一日五万円です。", 8, sentence=True).shown == "三百円です。"


@example(text="11。\u03011", limit=4)
@settings(deadline=None)
@given(MIXED, st.integers(1, 60))
def test_a_cut_loses_nothing_and_never_splits_a_grapheme(text: str, limit: int) -> None:
    """Shown and rest are the text; the place is a grapheme's edge unless one grapheme alone is too long."""
    parts = cut(text, limit, sentence=True)
    assert parts.shown + parts.rest == text
    assert size(parts.shown) <= max(limit, 2)  # 2: one character outside the first plane when the limit is 1
    edges = {match.start() for match in regex.finditer(r"\X", text)} | {len(text)}
    first = regex.match(r"\X", text)
    assert len(parts.shown) in edges or (first and size(first.group()) > limit)


@settings(deadline=None)
@given(MIXED, st.integers(1, 60))
def test_the_longest_reach_is_found_from_the_end_as_from_the_start(text: str, limit: int) -> None:
    """The quick way backwards finds what counting all graphemes finds."""
    total, expected = 0, 0
    for match in regex.finditer(r"\X", text):
        total += size(match.group())
        if total > limit:
            break
        expected = match.end()
    assert reach(text, limit) == expected or expected == 0


@settings(deadline=None)
@given(MIXED, st.integers(2, 40))
def test_pieces_joined_are_the_text(text: str, limit: int) -> None:
    """Whole texts in several blocks lose no character."""
    found = list(pieces(text, limit))
    assert "".join(found) == text
    assert all(0 < size(piece) <= limit for piece in found)


def test_an_emoji_counts_two_as_in_slacks_clients() -> None:
    """UTF-16 units; Python's count is never larger."""
    assert (size("a"), size("é"), size("漢"), size("👍"), size("🇹🇭")) == (1, 1, 1, 2, 4)


def test_claims_have_numbers_and_sources_letters() -> None:
    """① to ⑩, then (11); A to Z, then AA."""
    assert [circled(n) for n in (1, 10, 11, 46)] == ["①", "⑩", "(11)", "(46)"]
    assert [letter(n) for n in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_long_runs_of_claims_are_said_as_a_range() -> None:
    """ "⑥ to (14)"; gaps are listed."""
    assert numbers([2, 3]) == "② ③"
    assert numbers([6, 7, 8, 9, 10, 11, 12, 13, 14]) == "⑥ to (14)"
    assert numbers([1, 3, 5, 7, 9]) == "① ③ ⑤ ⑦ ⑨"


def test_counts_are_said_in_words() -> None:
    """One and many, thousands with a comma."""
    assert (counted(1, "claim"), counted(0, "claim"), counted(1369, "character")) == (
        "1 claim",
        "0 claims",
        "1,369 characters",
    )


def test_only_three_signs_are_escaped_and_each_once() -> None:
    """The ampersand first, or it would be escaped twice."""
    assert escape("<a> & &lt;b") == "&lt;a&gt; &amp; &amp;lt;b"


@pytest.mark.parametrize(
    ("text", "tamed"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<https://evil.example|https://bank.example>", "&lt;https://evil.example¦https://bank.example&gt;"),
        ("*bold* _it_ ~no~ `code`", "∗bold∗ ˍitˍ ∼no∼ ˋcodeˋ"),
        (":rotating_light:", "∶rotatingˍlight:"),
        ("a\n> quote", "a &gt; quote"),
        ("safe\u202eexe.txt\u200b", "safeexe.txt"),
    ],
)
def test_untrusted_words_in_mrkdwn_cannot_mention_link_or_format(text: str, tamed: str) -> None:
    """What Slack would read becomes what it looks like."""
    assert quiet(text) == tamed


def test_hidden_characters_go_and_joiners_stay() -> None:
    """Without joiners a family falls apart, and Persian words run together."""
    assert visible("a\u200bb\u2060c\ufeffd\x00e\u202ef\U000e0041g") == "abcdefg"
    assert visible("👩\u200d👧 می\u200cخواهم") == "👩\u200d👧 می\u200cخواهم"
    assert visible("a\r\nb\rc") == "a\nb\nc"
    assert visible("\ud800").encode() == "\ufffd".encode()


def test_right_to_left_words_in_our_sentence_are_isolated() -> None:
    """Others are left as they are, so that mocks and searches stay exact."""
    assert isolated("500 يورو") == "\u2068500 يورو\u2069"
    assert isolated("500 euro") == "500 euro"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://help.meridian.example/fees", "help.meridian.example"),
        ("HTTP://Help.Example:8080/a?b=c#d", "help.example"),
        ("https://bänk.example/", "xn--bnk-qla.example"),
        ("https://bank.example@evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//evil.example", ""),
        ("https://evil.example\\@bank.example", ""),
        ("https://evil.example\n|x", ""),
        ("https://ba nk.example", ""),
        ("https://", ""),
        ("https://[::1", ""),
        ("", ""),
        ("docs/fees.md", ""),
    ],
)
def test_only_web_addresses_lead_somewhere_and_say_where(address: str, name: str) -> None:
    """The host in plain letters; everything else is no link."""
    assert host(address) == name
    assert bool(link_address(address)) == bool(name)


def test_an_address_cannot_break_out_of_its_link() -> None:
    """The signs that end a link are percent-encoded; a host in other letters becomes its punycode."""
    assert link_address("https://a.example/<b>|c") == "https://a.example/%3Cb%3E%7Cc"
    assert link_address("https://bänk.example/ä") == "https://xn--bnk-qla.example/%C3%A4"
    assert title_link("x|y*<z>", "https://a.example/?a=1&b=2") == "<https://a.example/?a=1&amp;b=2|xyz>"


def test_a_title_without_a_good_address_is_no_link() -> None:
    """It is only named."""
    assert title_link("Fees", "javascript:alert(1)") == "Fees"
    assert title_link("T" * 100, "") == f"{'T' * 58} …"


def test_only_a_user_id_becomes_a_mention() -> None:
    """A name from elsewhere is only said."""
    assert mention("U0MARA") == "<@U0MARA>"
    assert mention("!channel") == "!channel"
    assert mention("U1> <!here") == "U1&gt; &lt;!here"


def test_a_shortened_text_says_that_something_is_missing() -> None:
    """At most so many characters, the sign included."""
    assert shortened("one two three", 13) == "one two three"
    assert shortened("one two three", 12) == "one two …"


def test_clock_times_are_tokens_with_words_in_them() -> None:
    """The day stands before the time when it is another day in the reader's zone."""
    seen = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert clock.token(seen, UTC, seen_on=seen) == "<!date^1795435200^{time}|12:00>"
    late = seen + timedelta(hours=12, minutes=5)
    assert clock.token(late, UTC, seen_on=seen) == "<!date^1795478700^{date_short_pretty} {time}|24 Nov 00:05>"
    assert clock.words(late, timezone(timedelta(hours=-5)), seen_on=seen) == "19:05"
    assert clock.element(seen, UTC)._resolve() == {
        "type": "date",
        "timestamp": 1795435200,
        "format": "{time}",
        "fallback": "12:00",
    }
