"""Reads documents from disk: their title, address, and text in blocks that know their heading and place.

Markdown, plain text, HTML and PDF. What a person would not read (markup, scripts, menus) is left out, so that a
passage is the source's own words as they stand on the page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import Tag
    from markdown_it.token import Token

LARGEST = 50 * 1024 * 1024  # bytes: a longer file is more likely a mistake than a document
READERS = {
    ".md": "markdown", ".markdown": "markdown", ".txt": "text", ".text": "text",
    ".html": "html", ".htm": "html", ".pdf": "pdf",
}  # fmt: skip
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(title|address|url|source)[ \t]*:[ \t]*(.+?)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CONTAINERS = ("body", "main", "article", "section", "div")  # for words that stand in no paragraph
_BLOCKS = (*_HEADINGS, *_CONTAINERS, "p", "li", "dt", "dd", "tr", "pre", "blockquote", "figcaption", "caption")
_UNREAD = ("script", "style", "noscript", "template", "nav", "footer", "form", "aside", "svg", "iframe", "button")


class Unreadable(Exception):
    """A document cannot be read; the message says why, in words for the person who added it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A paragraph, list item or row of a table."""

    text: str
    heading: str = ""  # "A › B"
    position: int = 0  # character offset in the file's text (in the extracted text of a PDF)


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """One document, read."""

    title: str
    address: str  # as the document says itself; empty where it does not
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A file that was named, or that lies in a folder that was named."""

    path: Path  # absolute
    name: str  # the path below the folder that was named, with "/"; what people read


def find(paths: Sequence[str]) -> Iterator[Found]:
    """Files to read, by name inside each path. In folders: those with a known ending, none that is hidden.

    A path that was named itself is always yielded, whether it can be read or not.
    """
    seen: set[Path] = set()
    for given in paths:
        root = Path(given).expanduser().absolute()
        inside = sorted(_inside(root)) if root.is_dir() else [root]
        for path in inside:
            resolved = path.resolve()
            if resolved not in seen:
                seen.add(resolved)
                yield Found(path=resolved, name=path.relative_to(root).as_posix() if root.is_dir() else path.name)


def _inside(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (
            Path(folder, name) for name in files if not name.startswith(".") and Path(name).suffix.lower() in READERS
        )


def load(path: Path) -> bytes:
    """The bytes of a file. Raises Unreadable."""
    if path.suffix.lower() not in READERS:
        raise Unreadable(f"Files that end in {path.suffix or 'nothing'} are not read; these are: {', '.join(READERS)}.")
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise Unreadable(f"It is larger than {LARGEST // 1024**2} MB.")
        return path.read_bytes()
    except FileNotFoundError:
        raise Unreadable("There is no such file or folder.") from None
    except OSError as error:
        raise Unreadable(f"It cannot be opened: {error.strerror or type(error).__name__}.") from error


def read(path: Path, content: bytes) -> Document:
    """Read a document by the ending of its name. Raises Unreadable."""
    match READERS[path.suffix.lower()]:
        case "html":
            document = _read_html(content)
        case "pdf":
            document = _read_pdf(content)
        case "markdown":
            document = _read_markdown(_decode(content))
        case _:
            document = _read_text(_decode(content))
    if not any(any(sign.isalnum() for sign in block.text) for block in document.blocks):
        raise Unreadable("It has no text. A scanned document needs text recognition first.")
    return Document(title=document.title or path.stem, address=document.address, blocks=document.blocks)


def _decode(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("It is not UTF-8 text. Save it as UTF-8.") from None
    if "\0" in text:
        raise Unreadable("It is not text.")
    return text


def _front_matter(text: str) -> tuple[dict[str, str], int]:
    """The fields that we know, and where the text begins."""
    found = _FRONT_MATTER.match(text)
    if found is None:
        return {}, 0
    fields = {name.lower(): value.strip("\"'") for name, value in _FIELD.findall(found[1])}
    return fields, found.end()


def _address(fields: dict[str, str]) -> str:
    return fields.get("address") or fields.get("url") or fields.get("source") or ""


def _read_text(text: str) -> Document:
    fields, begin = _front_matter(text)
    blocks = tuple(
        Block(text=found.group().strip(), position=begin + found.start())
        for found in re.finditer(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*", text[begin:])
    )
    return Document(title=fields.get("title", ""), address=_address(fields), blocks=blocks)


def _read_markdown(text: str) -> Document:
    """Blocks of a Markdown text without its markup; the first heading is the title if the front matter has none."""
    from markdown_it import MarkdownIt

    fields, begin = _front_matter(text)
    body = text[begin:]
    lines = [0, *(found.end() for found in re.finditer("\n", body))]
    title, path, blocks = fields.get("title", ""), [""] * 6, []
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    for at, token in enumerate(tokens):
        position = begin + lines[token.map[0]] if token.map else 0
        if token.type in {"fence", "code_block"}:
            blocks.append(Block(text=token.content.strip(), heading=_joined(path, title), position=position))
        if token.type != "inline":
            continue
        words = _inline(token)
        if tokens[at - 1].type == "heading_open":
            level = int(tokens[at - 1].tag[1])
            path[level - 1 :] = [words, *[""] * (6 - level)]
            title = title or words
        elif tokens[at - 1].type in {"td_open", "th_open"} and blocks and blocks[-1].position == position:
            row = blocks.pop()
            blocks.append(Block(text=f"{row.text} | {words}", heading=row.heading, position=position))
        elif words:
            blocks.append(Block(text=words, heading=_joined(path, title), position=position))
    return Document(title=title, address=_address(fields), blocks=tuple(block for block in blocks if block.text))


def _joined(path: Sequence[str], title: str) -> str:
    """The heading path; a first heading that is the title is not said twice."""
    parts = [part for part in path if part]
    return " › ".join(parts[1:] if parts and parts[0] == title else parts)


def _inline(token: Token) -> str:
    """What a reader sees of a line: words of links and pictures, code without its ticks, no tags."""
    said = []
    for child in token.children or ():
        if child.type in {"text", "code_inline", "image"}:
            said.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            said.append(" ")
    return " ".join("".join(said).split())


def _read_html(content: bytes) -> Document:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(content, "html.parser")
    text = content.decode(soup.original_encoding or "utf-8", errors="replace")
    lines = [0, *(found.end() for found in re.finditer("\n", text))]
    canonical = soup.find("link", rel="canonical")
    address = str(canonical.get("href") or "") if canonical else ""
    title = " ".join(soup.title.get_text().split()) if soup.title else ""
    for unread in soup.find_all(_UNREAD):
        unread.decompose()
    path, blocks = [""] * 6, []
    for tag in soup.find_all(_BLOCKS):
        words = _own_words(tag)
        if tag.name in _HEADINGS:
            level = int(tag.name[1])
            path[level - 1 :] = [words, *[""] * (6 - level)]
            title = title or words
        elif words:
            line = lines[tag.sourceline - 1] if tag.sourceline and tag.sourceline <= len(lines) else 0
            blocks.append(Block(text=words, heading=_joined(path, title), position=line + (tag.sourcepos or 0)))
    if not blocks:  # a page without paragraphs
        blocks = [Block(text=" ".join(soup.get_text(" ").split()))]
    return Document(title=title, address=address, blocks=tuple(blocks))


def _own_words(tag: Tag) -> str:
    """The words of a block without those of blocks inside it; cells of a row are parted by a bar."""
    if tag.name == "tr":
        cells = [" ".join(cell.get_text(" ").split()) for cell in tag.find_all(["td", "th"], recursive=False)]
        return " | ".join(cell for cell in cells if cell)
    if tag.find_parent("tr"):
        return ""
    pieces = [
        str(piece)
        for piece in tag.find_all(string=True)
        if next((parent for parent in piece.parents if parent.name in _BLOCKS), None) is tag
    ]
    return " ".join("".join(pieces).split())


def _read_pdf(content: bytes) -> Document:
    """Pages as blocks; the heading is the page, since that is how people find a place in a PDF."""
    import io
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PdfReadError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every bent file that it reads all the same
    blocks, offset = [], 0
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("It is locked with a password.")
        title = str((reader.metadata and reader.metadata.title) or "").strip()
        for number, page in enumerate(reader.pages, start=1):
            text = page.extract_text()
            for found in re.finditer(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*", text):
                words = " ".join(found.group().split())
                blocks.append(Block(text=words, heading=f"Page {number}", position=offset + found.start()))
            offset += len(text) + 1
    except Unreadable:
        raise
    except (PdfReadError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise Unreadable(f"It is not a PDF that can be read ({type(error).__name__}).") from error
    return Document(title=title, address="", blocks=tuple(blocks))
