"""Text is drawn as Slack draws it: what is escaped stays text, what is live is seen to be live."""

import pytest
from playwright.sync_api import Page

from tests.sandbox.page_server import Json, PageServer
from tests.sandbox.page_tools import OpenPage, Seen

pytestmark = pytest.mark.browser

DRAW = """async ([text, options]) => {
  const { mrkdwn } = await import("/page/mrkdwn.js");
  const node = document.createElement("div");
  node.append(...mrkdwn(text, options));
  for (const one of node.querySelectorAll("*")) {
    const kept = { href: one.getAttribute("href"), m: one.dataset.mention };
    for (const { name } of [...one.attributes]) one.removeAttribute(name);
    if (kept.href) one.setAttribute("href", kept.href);
    if (kept.m) one.setAttribute("m", kept.m);
  }
  return node.innerHTML;
}"""

RULES = [
    ("*bold* _italic_ ~strike~ `code`", "<strong>bold</strong> <em>italic</em> <s>strike</s> <code>code</code>"),
    ("*_both_*", "<strong><em>both</em></strong>"),
    ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
    ("* not bold * and *not bold *", "* not bold * and *not bold *"),
    ("*one\ntwo*", "*one<br>two*"),
    ("`*not bold*`", "<code>*not bold*</code>"),
    ("```a\n*b*```", "<pre>a\n*b*</pre>"),
    ("> quoted\nplain", "<blockquote>quoted</blockquote>plain"),
    ("<https://a.example/x|the *label*>", '<a href="https://a.example/x">the *label*</a>'),
    ("<https://a.example/?a=1&amp;b=2>", '<a href="https://a.example/?a=1&amp;b=2">https://a.example/?a=1&amp;b=2</a>'),
    ("see https://a.example/b_c_d.", 'see <a href="https://a.example/b_c_d">https://a.example/b_c_d</a>.'),
    ("<mailto:a@b.example|write>", '<a href="mailto:a@b.example">write</a>'),
    ("<@U01MARA> <#C01CARDS>", '<span m="U01MARA">@Mara Lindqvist</span> <button m="C01CARDS">#review-cards</button>'),
    ("<!subteam^S01LEADS>", '<span m="S01LEADS">@leads</span>'),
    ("<!channel> now", '<span m="channel">@channel</span> now'),
    ("due <!date^1795453200^{time}|17:00>", "due <time>17:00</time>"),
    (":x: and :no_such_thing:", "<span>❌</span> and :no_such_thing:"),
    # 1795443120 s = 23 November 2026, 14:12 UTC: 20,780 days (1,795,392,000 s) and 51,120 s = 14 h 12 min after 1970.
    ("<!date^1795443120^{date_num} {time}|x>", "<time>2026-11-23 14:12</time>"),
]

ATTACKS = [
    ("&lt;!channel&gt;", "&lt;!channel&gt;"),
    ("&amp;lt;!channel&amp;gt;", "&amp;lt;!channel&amp;gt;"),
    ("&lt;@U01MARA&gt; &lt;https://evil.example|bank&gt;", "&lt;@U01MARA&gt; &lt;https://evil.example|bank&gt;"),
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
    ("<javascript:alert(1)|click>", "&lt;javascript:alert(1)|click&gt;"),
    ("<data:text/html,x|click>", "&lt;data:text/html,x|click&gt;"),
    ("\U000f0000 and <@U01MARA>", '\U000f0000 and <span m="U01MARA">@Mara Lindqvist</span>'),
    ("`a<b`", "<code>a&lt;b</code>"),
]


@pytest.fixture
def page(stand_in: PageServer, open_page: OpenPage) -> Page:
    """A page with nothing in its channel."""
    return open_page(stand_in.address)


def test_mrkdwn_follows_slacks_rules(page: Page) -> None:
    """Each rule of the formatting guide, one line of text and the markup it becomes."""
    drawn = {text: page.evaluate(DRAW, [text, {}]) for text, _ in RULES}
    assert drawn == dict(RULES)


def test_escaped_and_forged_text_stays_text(page: Page) -> None:
    """Entities are never read twice, and only http, https and mailto become links."""
    drawn = {text: page.evaluate(DRAW, [text, {"verbatim": True}]) for text, _ in ATTACKS}
    assert drawn == dict(ATTACKS)


def test_verbatim_leaves_bare_addresses_alone(page: Page) -> None:
    """With `verbatim` an address that nobody marked as a link is plain text."""
    assert page.evaluate(DRAW, ["go to https://a.example", {"verbatim": True}]) == "go to https://a.example"


CORPUS = [
    "<!channel> <!here> <@U01MARA>",
    "<b>bold</b><script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 1'>",
    "javascript:alert(1) [a](javascript:alert(1))",
    "\u202etxt.exe \u2066abc\u2069 שלום עולם",
    "*x* _y_ ~z~ `c` :x: &lt;!channel&gt;",
    "${window.hit = 1} {{7*7}} \u0000 \ud7ff",
]


def _in_every_place(text: str) -> list[Json]:
    plain = {"type": "plain_text", "text": text, "emoji": False}
    rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    button = {"type": "button", "action_id": "a", "text": plain, "accessibility_label": text}
    more = {"type": "overflow", "action_id": "o", "options": [{"text": plain, "value": text}]}
    return [
        {"type": "rich_text", "elements": [rich, {**rich, "type": "rich_text_quote"}]},
        {"type": "section", "text": plain, "accessory": more},
        {"type": "actions", "elements": [button]},
        {"type": "table", "rows": [[{"type": "raw_text", "text": text}], [{"type": "rich_text", "elements": [rich]}]]},
    ]


def test_untrusted_text_in_every_place_is_drawn_letter_by_letter(stand_in: PageServer, open_page: OpenPage) -> None:
    """Rich text, plain text, button labels and table cells show the text itself and run nothing."""
    shown = {stand_in.post(_in_every_place(text), text=text): text for text in CORPUS}
    page = open_page(stand_in.address)
    for ts, text in shown.items():
        message = page.locator(f'article[data-ts="{ts}"]')
        for place in (".rt-section", "blockquote", ".section-body .text", "[data-action-id=a]", "th", "td .rt-section"):
            assert message.locator(place).first.text_content() == text, place
        message.locator("[data-action-id=o]").click()
        assert page.get_by_role("menuitem").text_content() == text
        page.keyboard.press("Escape")
        assert message.locator("a, .mention, script, img, .emoji:not(.toolbar *)").count() == 0
    assert page.evaluate("window.hit") is None


def test_markdown_block_makes_no_markup_and_no_foreign_links(stand_in: PageServer, open_page: OpenPage) -> None:
    """The markdown block knows emphasis, lists and web links; HTML and script links stay letters."""
    source = "# Head\n**b** and *i* <b>x</b>\n- one\n- two\n\n[ok](https://a.example) [no](javascript:alert(1))"
    ts = stand_in.post([{"type": "markdown", "text": source}])
    block = open_page(stand_in.address).locator(f'article[data-ts="{ts}"] .b-markdown')
    assert block.locator("strong").all_inner_texts() == ["b"]
    assert block.locator("li").all_inner_texts() == ["one", "two"]
    assert [link.get_attribute("href") for link in block.locator("a").all()] == ["https://a.example/"]
    assert "<b>x</b>" in block.inner_text()


def test_a_live_mention_is_highlighted(stand_in: PageServer, open_page: OpenPage) -> None:
    """A `<!channel>` that leaks is yellow and reads as @channel, so nobody overlooks it."""
    ts = stand_in.post([{"type": "section", "text": {"type": "mrkdwn", "text": "hello <!channel>"}}])
    mention = open_page(stand_in.address).locator(f'article[data-ts="{ts}"] .mention-broadcast')
    assert mention.inner_text() == "@channel"


def test_the_page_asks_nothing_of_the_network(stand_in: PageServer, open_page: OpenPage, seen: Seen) -> None:
    """Pictures of other hosts are named, not loaded; every request goes to the stand-in."""
    image = {"type": "image", "image_url": "https://a.example/x.png", "alt_text": "A rising line"}
    ts = stand_in.post([image, {"type": "context", "elements": [image, {"type": "mrkdwn", "text": "x"}]}])
    page = open_page(stand_in.address)
    assert "A rising line" in page.locator(f'article[data-ts="{ts}"] .no-picture').first.inner_text()
    assert [url for url in seen.addresses if not url.startswith(stand_in.address)] == []


def test_circled_digits_are_in_the_font_that_ships(page: Page) -> None:
    """① to ⑩ are drawn by the page's own font: each is as wide with it as with it and a fallback, and not a box."""
    widths = page.evaluate(
        """async () => {
          await document.fonts.load('15px "Whetstone Sans"', "①");
          const pen = document.createElement("canvas").getContext("2d");
          const wide = (font, text) => { pen.font = font; return pen.measureText(text).width; };
          return [..."①②③④⑤⑥⑦⑧⑨⑩"].map((one) => [
            wide('15px "Whetstone Sans", monospace', one), wide('15px "Whetstone Sans", serif', one)]);
        }"""
    )
    assert all(mono == serif > 0 for mono, serif in widths)
    assert page.evaluate("""document.fonts.check('15px "Whetstone Sans"', "①⑩")""")
