"""Documents as they come from disk: what is read of them, and where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf.errors import LimitReachedError, ParseError

from storage.documents import Block, Document, Unreadable, read
from storage.passages import pieces

PAGE = """<!doctype html>
<html><head><title>Card  limits</title><link rel="canonical" href="https://help.example/limits">
<style>p { color: red }</style></head>
<body><nav><p>Menu</p></nav>
<h1>Limits</h1><p>Daily limit: <b>€ 500</b>.</p>
<h2>Young people</h2><ul><li>Under 18: € 100</li></ul>
<table><tr><th>Card</th><th>Limit</th></tr><tr><td>Gold</td><td>€ 900</td></tr></table>
<div>Ask at the desk.</div><script>track()</script></body></html>"""


def test_html_gives_its_words_without_menus_and_scripts() -> None:
    """Blocks in order, each under its headings, at its place in the file."""
    document = read(Path("limits.html"), PAGE.encode())
    assert (document.title, document.address) == ("Card limits", "https://help.example/limits")
    assert [(block.heading, block.text) for block in document.blocks] == [
        ("Limits", "Daily limit: € 500."),
        ("Limits › Young people", "Under 18: € 100"),
        ("Limits › Young people", "Card | Limit"),
        ("Limits › Young people", "Gold | € 900"),
        ("Limits › Young people", "Ask at the desk."),
    ]
    assert PAGE[document.blocks[1].position :].startswith("<li>Under 18")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<p>Fee is 2<br>500 a day</p>", ["Fee is 2 500 a day"]),
        ("<p>Fee is 2<BR/>500</br>a day</p>", ["Fee is 2 500 a day"]),
        ("<body><!-- draft: fee is 9 EUR --><p>Fee<!-- 9 --> is 2<![CDATA[9]]></p></body>", ["Fee is 2"]),
        ("<ul><li>Gold<ul><li>Silver</li></ul>3 EUR</li></ul>", ["Gold 3 EUR", "Silver"]),
        ("<div>Fee 2<nav>Menu</nav>500</div>", ["Fee 2 500"]),
        ("<table><tr><td>€ <b>3</b>.50<br>a day</td><td>A<p>B</p></td></tr></table>", ["€ 3.50 a day | A B"]),
        ("<p>€ 500<sup>1</sup> for 3 m<sup>2</sup></p>", ["€ 500 1 for 3 m2"]),
        ("<title>Fees</title>Loose words.<p>A paragraph.</p>", ["Loose words.", "A paragraph."]),
    ],
)
def test_html_keeps_apart_what_a_page_keeps_apart(page: str, said: list[str]) -> None:
    """Two numbers never become one; what is hidden is not read."""
    assert [block.text for block in read(Path("fees.html"), page.encode()).blocks] == said


def test_html_in_markdown_is_read_as_on_a_page() -> None:
    """Breaks in a line, blocks of their own, and their headings, at their place; comments are not read."""
    text = (
        "# Fees\n\nFee 2<br>500, or € 500<sup>1</sup>.\n\n<!-- 9 -->\n\n"
        "<div>Fee 3</div>\n<h2>Gold</h2>\n\n| a |\n|---|\n| 2<br/>500 |\n"
    )
    document = read(Path("fees.md"), text.encode())
    assert [(block.heading, block.text) for block in document.blocks] == [
        ("", "Fee 2 500, or € 500 1."), ("", "Fee 3"), ("Gold", "a"), ("Gold", "2 500"),
    ]  # fmt: skip
    assert text[document.blocks[1].position :].startswith("<div>Fee 3")


def test_markdown_with_any_line_ends_knows_its_places() -> None:
    """Of a Mac before 2001, of Windows, and mixed: a place is one in the file as it is."""
    text = "# H\r\rone\r\r\n\r\ntwo\n"
    document = read(Path("g.md"), text.encode())
    assert [(block.text, text[block.position :][:3]) for block in document.blocks] == [("one", "one"), ("two", "two")]


def test_a_pdf_gives_its_pages() -> None:
    """The heading is the page, the title that of the file's own data."""
    document = read(Path("terms.pdf"), a_pdf("The terms of the card.", title="Terms 2026"))
    assert document.title == "Terms 2026"
    assert [(block.heading, block.text) for block in document.blocks] == [("Page 1", "The terms of the card.")]


def test_a_pdf_without_text_says_so() -> None:
    """A scan is all picture."""
    with pytest.raises(Unreadable, match="text recognition"):
        read(Path("scan.pdf"), a_pdf("", title=""))


def test_a_pdf_that_is_encrypted_says_so() -> None:
    """Also where no password is asked for: what takes it apart is no dependency of ours."""
    with pytest.raises(Unreadable, match=r"^It is encrypted\. Save it without encryption\.$"):
        read(Path("locked.pdf"), a_pdf("The terms of the card.", title="Terms", trailer=AES))


@pytest.mark.parametrize("error", [LimitReachedError, ParseError, NotImplementedError, RecursionError])
def test_whatever_a_reader_makes_of_a_bent_file_is_told(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the problem of this one document, so that the others are read."""

    def fail(*_: object) -> None:
        raise error("bent")

    monkeypatch.setattr("pypdf.PdfReader", fail)
    with pytest.raises(Unreadable, match=rf"^It is not a PDF that can be read \({error.__name__}\)\.$"):
        read(Path("bent.pdf"), b"%PDF-1.7")


def test_a_pdf_gives_only_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bent fonts give halves of surrogate pairs and NULs, which no database takes; two halves are one character."""
    monkeypatch.setattr("pypdf.PageObject.extract_text", lambda _: "Fee\x003 \ud835 \ud83d\ude00")
    assert read(Path("a.pdf"), a_pdf("x", title="t")).blocks[0].text == "Fee 3 \ufffd 😀"


def test_plain_text_is_cut_at_empty_lines() -> None:
    """Lines of a paragraph stay together; the file's name is its title."""
    document = read(Path("notes.txt"), b"One line\nand its second.\n\nAnother paragraph.\n")
    assert document.title == "notes"
    assert [(block.text, block.position) for block in document.blocks] == [
        ("One line\nand its second.", 0),
        ("Another paragraph.", 26),
    ]


def test_markdown_headings_make_a_path() -> None:
    """A deeper heading is added, a higher one takes its place; the title is not said again."""
    text = "# Guide\n\nStart.\n\n## Cash\n\nA.\n\n### Abroad\n\nB.\n\n## Cards\n\nC.\n"
    document = read(Path("g.md"), text.encode())
    assert [(block.heading, block.text) for block in document.blocks] == [
        ("", "Start."), ("Cash", "A."), ("Cash › Abroad", "B."), ("Cards", "C."),
    ]  # fmt: skip


def test_long_sections_are_cut_at_sentences_and_know_their_place() -> None:
    """20 sentences of 29 characters and a blank fill 600; the second passage starts where the first one ended."""
    sentence = "This sentence has 30 letters. "
    document = Document(title="t", address="", blocks=(Block(text=(sentence * 40).strip(), heading="h", position=100),))
    found = list(pieces(document))
    assert [(piece.position, piece.heading) for piece in found] == [(100, "h"), (700, "h")]
    assert " ".join(piece.text for piece in found) == (sentence * 40).strip()


def test_short_blocks_of_one_heading_share_a_passage() -> None:
    """A list is one passage, and another heading begins another."""
    blocks = (
        Block(text="One.", heading="a"),
        Block(text="Two.", heading="a", position=9),
        Block(text="Three.", heading="b"),
    )
    assert [piece.text for piece in pieces(Document(title="t", address="", blocks=blocks))] == ["One.\nTwo.", "Three."]


AES = (
    "/ID [<00> <00>] /Encrypt << /Filter /Standard /V 5 /R 6 /Length 256 /P -4"
    f" /O <{'00' * 48}> /U <{'00' * 48}> /OE <{'00' * 32}> /UE <{'00' * 32}> /Perms <{'00' * 16}>"
    " /CF << /StdCF << /AuthEvent /DocOpen /CFM /AESV3 /Length 32 >> >> /StmF /StdCF /StrF /StdCF >>"
)


def a_pdf(text: str, *, title: str, trailer: str = "") -> bytes:
    """The smallest PDF with one line of text."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode() if text else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        f"<< /Title ({title}) >>".encode(),
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size 6 /Root 1 0 R /Info 5 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (trailer.encode(), start)
    return bytes(out)
