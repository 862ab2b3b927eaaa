"""Reads documents from disk: their title, address, and text in blocks that know their heading and place.

Markdown, plain text, HTML and PDF. What a person would not read (markup, scripts, menus) is left out, so that a
passage is the source's own words as they stand on the page.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from storage import html_words

if TYPE_CHECKING:
    from markdown_it.token import Token

LARGEST = 50 * 1024 * 1024  # bytes: a longer file is more likely a mistake than a document
READERS = {
    ".md": "markdown", ".markdown": "markdown", ".txt": "text", ".text": "text",
    ".html": "html", ".htm": "html", ".pdf": "pdf",
}  # fmt: skip
_KINDS = {"markdown": "Markdown", "text": "text", "html": "HTML", "pdf": "a PDF"}
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(title|address|url|source)[ \t]*:[ \t]*(.+?)[ \t]*$", re.MULTILINE | re.IGNORECASE)


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
    kind = READERS[path.suffix.lower()]
    try:
        document = _read(kind, content)
    except Unreadable:
        raise
    except Exception as error:  # whatever a reader makes of a bent file: it must not keep the others out
        raise Unreadable(f"It is not {_KINDS[kind]} that can be read ({type(error).__name__}).") from error
    if not any(any(sign.isalnum() for sign in block.text) for block in document.blocks):
        raise Unreadable("It has no text. A scanned document needs text recognition first.")
    return Document(title=document.title or path.stem, address=document.address, blocks=document.blocks)


def _read(kind: str, content: bytes) -> Document:
    match kind:
        case "html":
            return _read_html(content)
        case "pdf":
            return _read_pdf(content)
        case "markdown":
            return _read_markdown(_decode(content))
        case _:
            return _read_text(_decode(content))


class _Outline:
    """The blocks of a document as they are found, each under the headings before it."""

    def __init__(self, title: str) -> None:
        self.title = title  # the first heading, if there is none yet
        self.blocks: list[Block] = []
        self._path = [""] * 6

    def heading(self, level: int, words: str) -> None:
        self._path[level - 1 :] = [words, *[""] * (6 - level)]
        self.title = self.title or words

    def block(self, words: str, position: int) -> None:
        if words:
            self.blocks.append(Block(text=words, heading=_joined(self._path, self.title), position=position))

    def lines(self, found: Sequence[html_words.Line], begin: int = 0) -> None:
        """Of HTML that begins at a place of the document."""
        for line in found:
            if line.level:
                self.heading(line.level, line.words)
            else:
                self.block(line.words, begin + line.position)

    def document(self, address: str) -> Document:
        return Document(title=self.title, address=address, blocks=tuple(self.blocks))


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
    lines = [0, *(found.end() for found in re.finditer("\r\n?|\n", body))]  # all that the parser takes for line ends
    outline = _Outline(fields.get("title", ""))
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    for at, token in enumerate(tokens):
        position = begin + lines[token.map[0]] if token.map else 0
        if token.type in {"fence", "code_block"}:
            outline.block(token.content.strip(), position)
        if token.type == "html_block":
            outline.lines(html_words.fragment(token.content), position)
        if token.type != "inline":
            continue
        words, blocks = _inline(token), outline.blocks
        if tokens[at - 1].type == "heading_open":
            outline.heading(int(tokens[at - 1].tag[1]), words)
        elif tokens[at - 1].type in {"td_open", "th_open"} and blocks and blocks[-1].position == position:
            blocks[-1] = replace(blocks[-1], text=f"{blocks[-1].text} | {words}")
        else:
            outline.block(words, position)
    return outline.document(_address(fields))


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
        elif child.type == "html_inline":
            said.append(html_words.gap(child.content))
    return html_words.plain("".join(said))


def _read_html(content: bytes) -> Document:
    page = html_words.page(content)
    outline = _Outline(page.title)
    outline.lines(page.lines)
    return outline.document(page.address)


def _read_pdf(content: bytes) -> Document:
    """Pages as blocks; the heading is the page, since that is how people find a place in a PDF."""
    import io
    import logging

    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every bent file that it reads all the same
    blocks, offset = [], 0
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("It is locked with a password.")
        title = _characters(str((reader.metadata and reader.metadata.title) or "")).strip()
        for number, page in enumerate(reader.pages, start=1):
            text = _characters(page.extract_text())
            for found in re.finditer(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*", text):
                words = " ".join(found.group().split())
                blocks.append(Block(text=words, heading=f"Page {number}", position=offset + found.start()))
            offset += len(text) + 1
    except DependencyError as error:  # pypdf takes AES apart only with a library that we do without
        raise Unreadable("It is encrypted. Save it without encryption.") from error
    return Document(title=title, address="", blocks=tuple(blocks))


def _characters(text: str) -> str:
    """Without halves of surrogate pairs and NULs, which bent fonts give: no index or database takes them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", " ")
