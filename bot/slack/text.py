"""Words on their way to Slack: making untrusted text harmless, and the signs of our own sentences.

Untrusted is whatever a model, a source, an application or a person wrote. In rich text and plain text Slack shows it as
it stands, so only `visible` is needed; where Slack reads mrkdwn, `quiet` takes every sign away that could mention, link
or format; in the fallback text, `escape` is enough, which is never drawn as blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

import regex

from bot.slack.cutting import cut

TITLE_LENGTH = 60  # characters of a source's title in a grey line (surfaces, section 0, rule 9)
ADDRESS_LENGTH = 2000  # longer addresses are shown as their host only

# Marks that turn the direction of what follows (LRE RLE PDF LRO RLO, LRI RLI FSI PDI): with them a text can be drawn
# in another order than it is stored, and spill over our own words.
_DIRECTION = "\u202a-\u202e\u2066-\u2069"
# Marks without width that only hide things: zero-width space, word joiner, byte order mark, soft hyphen, invisible
# operators, tags. The joiners U+200C and U+200D stay: Persian, the scripts of India and emoji need them.
_HIDDEN = "\u200b\u2060-\u2065\u206a-\u206f\ufeff\u00ad\u180e\U000e0000-\U000e0fff"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_UNSEEN = regex.compile(f"[{_DIRECTION}{_HIDDEN}{_CONTROLS}]")
_SURROGATE = regex.compile("[\ud800-\udfff]")
_BLANKS = regex.compile(r"\s+")
_SHORTCODE = regex.compile(r":(?=[\p{L}\p{N}_+'-]+:)")
_RIGHT_TO_LEFT = regex.compile(r"[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]")
# Letters that look alike and mean nothing to mrkdwn.
_LOOKALIKES = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", "|": "¦"})
_TITLE_SIGNS = regex.compile(r"[<>|*_~`]")

FIRST_STRONG_ISOLATE = "\u2068"
POP_ISOLATE = "\u2069"


def visible(text: str) -> str:
    """The text as a reader sees it: without controls, direction marks and hidden characters, with plain line ends."""
    whole: str = _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    seen: str = _UNSEEN.sub("", whole)
    return seen


def one_line(text: str) -> str:
    """`visible`, with every run of blanks and line ends as one space."""
    line: str = _BLANKS.sub(" ", visible(text))
    return line.strip()


def escape(text: str) -> str:
    """Escape the three signs that Slack reads, `&` first."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quiet(text: str, limit: int | None = None) -> str:
    """Untrusted text for a place that knows only mrkdwn: one line, no mention, link, format or emoji left in it."""
    line = one_line(text)
    if limit is not None:
        line = shortened(line, limit)
    return escape(_SHORTCODE.sub("∶", line.translate(_LOOKALIKES)))


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word and ended with "…" where something is missing."""
    if len(text) <= limit:
        return text
    return f"{cut(text, limit - 2).shown.rstrip()} …"


def isolates(text: str) -> tuple[str, str]:
    """What goes around a quote inside our sentence, so that right-to-left writing cannot reorder our words."""
    return (FIRST_STRONG_ISOLATE, POP_ISOLATE) if _RIGHT_TO_LEFT.search(text) else ("", "")


def isolated(text: str) -> str:
    """The quote with its isolates, if it needs any."""
    return text.join(isolates(text))


def quoted(text: str) -> str:
    """The text in the quotation marks of the surfaces."""
    return f"“{isolated(text)}”"


def circled(number: int) -> str:
    """① to ⑩, then (11): beyond ten the glyphs are missing in common fonts."""
    return chr(0x2460 + number - 1) if 1 <= number <= 10 else f"({number})"


def numbers(values: Sequence[int]) -> str:
    """Claim numbers in a line: "② ③", or "① to (14)" for a long unbroken run."""
    run = list(values)
    if len(run) > 4 and run == list(range(run[0], run[-1] + 1)):
        return f"{circled(run[0])} to {circled(run[-1])}"
    return " ".join(circled(value) for value in run)


def letter(index: int) -> str:
    """The letter of a source: A to Z, then AA, AB; index from 0."""
    name = ""
    rest = index + 1
    while rest:
        rest, place = divmod(rest - 1, 26)
        name = chr(ord("A") + place) + name
    return name


def counted(count: int, one: str, many: str | None = None) -> str:
    """ "1 claim", "4 claims", "1,369 characters"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def host(address: str) -> str:
    """The host that an http or https address leads to, in the plain letters of DNS; empty for anything else.

    A name in other letters is shown in punycode, so that a look-alike cannot pass for a known name; an address with a
    user name in it ("https://bank.example@evil.example") is refused, since only forgers write such.
    """
    if len(address) > 10_000 or regex.search(r"[\s\x00-\x1f\x7f\\]", address):
        return ""
    try:
        parts = urlsplit(address)
        name = parts.hostname or ""
        ascii_name = name if name.isascii() else name.encode("idna").decode("ascii")
    except ValueError:  # UnicodeError is one
        return ""
    if parts.scheme.lower() not in {"http", "https"} or "@" in parts.netloc:
        return ""
    return ascii_name if regex.fullmatch(r"[a-z0-9._:-]{1,253}", ascii_name) else ""


def link_address(address: str) -> str:
    """The address as it may stand behind a link: http or https only, nothing in it that ends a link; else empty."""
    name = host(address)
    if not name:
        return ""
    raw = urlsplit(address).hostname or ""
    whole = address if raw.isascii() else regex.sub(regex.escape(raw), name, address, count=1, flags=regex.IGNORECASE)
    safe = quote(visible(whole), safe="!#$%&'()*+,/:;=?@[]~._-")
    return safe if len(safe) <= ADDRESS_LENGTH else ""


def title_link(title: str, address: str) -> str:
    """A source in a grey line: the title, linked when the address allows it."""
    name = _TITLE_SIGNS.sub("", one_line(title))
    name = escape(_SHORTCODE.sub("∶", shortened(name, TITLE_LENGTH)))
    target = link_address(address)
    return f"<{escape(target)}|{name}>" if target and name else name or escape(host(address))


def mention(user: str) -> str:
    """The person as Slack shows them; what is no user id is only named."""
    return f"<@{user}>" if is_user(user) else quiet(user, 60)


def channel_link(channel: str) -> str:
    """The channel as Slack shows it; what is no channel id is only named."""
    return f"<#{channel}>" if regex.fullmatch(r"[CGD][A-Z0-9]{2,20}", channel) else quiet(channel, 60)


def is_user(user: str) -> bool:
    """Whether this is a Slack user id, and nothing that only looks like a mention."""
    return regex.fullmatch(r"[UW][A-Z0-9]{2,20}", user) is not None
