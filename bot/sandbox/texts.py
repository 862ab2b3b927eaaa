"""Rules for text objects, options, confirmations and rich text (numbers: docs.slack.dev, Block Kit reference)."""

from __future__ import annotations

from bot.sandbox.shapes import (
    Rule,
    Shape,
    allow,
    boolean,
    by_type,
    list_of,
    number,
    one_of,
    string,
)


def _text_shapes(limit: int) -> dict[str, Rule]:
    content = string(limit, least=1)
    return {
        "plain_text": Shape(fields={"type": allow, "text": content, "emoji": boolean}, required=("text",)),
        "mrkdwn": Shape(fields={"type": allow, "text": content, "verbatim": boolean}, required=("text",)),
    }


def text(limit: int) -> Rule:
    """Ask for a plain_text or mrkdwn object of 1 to `limit` characters."""
    return by_type(_text_shapes(limit))


def plain(limit: int) -> Rule:
    """Ask for a plain_text object of 1 to `limit` characters."""
    return by_type(_text_shapes(limit), among=("plain_text",))


ACTION_ID = string(255, least=1)
BLOCK_ID = string(255)

CONFIRM = Shape(
    fields={
        "title": plain(100),
        "text": text(300),
        "confirm": plain(30),
        "deny": plain(30),
        "style": one_of("primary", "danger"),
    },
    required=("title", "text", "confirm", "deny"),
)


def option(*, linked: bool = False) -> Rule:
    """Ask for an option; only those of overflow menus may be `linked`, that is, carry an address."""
    fields: dict[str, Rule] = {"text": text(75), "value": string(150, least=1), "description": text(75)}
    if linked:
        fields["url"] = string(3000)
    return Shape(fields=fields, required=("text", "value"))


OPTION = option()
OPTION_GROUP = Shape(
    fields={"label": plain(75), "options": list_of(OPTION, most=100)},
    required=("label", "options"),
)

_STYLE = Shape(
    fields=dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), boolean
    )
)
_INLINE: dict[str, Rule] = {
    "text": Shape(fields={"type": allow, "text": string(least=1), "style": _STYLE}, required=("text",)),
    "link": Shape(
        fields={"type": allow, "url": string(3000, least=1), "text": string(), "unsafe": boolean, "style": _STYLE},
        required=("url",),
    ),
    "emoji": Shape(
        fields={
            "type": allow,
            "name": string(least=1),
            "unicode": string(),
            "skin_tone": number(1, 6, whole=True),
            "style": _STYLE,
        },
        required=("name",),
    ),
    "user": Shape(fields={"type": allow, "user_id": string(least=1), "style": _STYLE}, required=("user_id",)),
    "usergroup": Shape(
        fields={"type": allow, "usergroup_id": string(least=1), "style": _STYLE}, required=("usergroup_id",)
    ),
    "channel": Shape(fields={"type": allow, "channel_id": string(least=1), "style": _STYLE}, required=("channel_id",)),
    "broadcast": Shape(
        fields={"type": allow, "range": one_of("here", "channel", "everyone"), "style": _STYLE}, required=("range",)
    ),
    "date": Shape(
        fields={
            "type": allow,
            "timestamp": number(0, whole=True),
            "format": string(least=1),
            "url": string(3000),
            "fallback": string(),
            "style": _STYLE,
        },
        required=("timestamp", "format"),
    ),
    "color": Shape(fields={"type": allow, "value": string(least=1), "style": _STYLE}, required=("value",)),
    "team": Shape(fields={"type": allow, "team_id": string(least=1), "style": _STYLE}, required=("team_id",)),
}
_INLINES = list_of(by_type(_INLINE), least=0)
_SECTION = Shape(fields={"type": allow, "elements": _INLINES}, required=("elements",))
_RICH: dict[str, Rule] = {
    "rich_text_section": _SECTION,
    "rich_text_quote": Shape(
        fields={"type": allow, "elements": _INLINES, "border": number(0, 1, whole=True)}, required=("elements",)
    ),
    "rich_text_preformatted": Shape(
        fields={
            "type": allow,
            "elements": list_of(by_type(_INLINE, among=("text", "link")), least=0),
            "border": number(0, 1, whole=True),
            "language": string(),
        },
        required=("elements",),
    ),
    "rich_text_list": Shape(
        fields={
            "type": allow,
            "style": one_of("bullet", "ordered"),
            "elements": list_of(by_type({"rich_text_section": _SECTION}), least=0),
            "indent": number(0, 8, whole=True),
            "offset": number(0, whole=True),
            "border": number(0, 1, whole=True),
        },
        required=("style", "elements"),
    ),
}
RICH_ELEMENTS = list_of(by_type(_RICH))
RICH_TEXT = Shape(
    fields={"type": one_of("rich_text"), "block_id": BLOCK_ID, "elements": RICH_ELEMENTS}, required=("type", "elements")
)

SLACK_FILE = Shape(fields={"id": string(least=1), "url": string(3000)})
