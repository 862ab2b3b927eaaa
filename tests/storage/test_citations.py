"""The index of sources, on a real Chroma in a folder of the test."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from langchain_core.embeddings import Embeddings

from reviewers.errors import Unavailable
from reviewers.ports import SourceChange
from storage.citations import ChromaSources
from tests.storage.test_citations_documents import AES, a_pdf

FEES = """---
title: "Card fees 2026"
url: https://help.meridian.example/fees
---
# Card fees 2026

All fees of the cards.

## Cash

### Abroad

Cash withdrawal outside the euro area: **€ 3.50** per [withdrawal](https://x.example).

| Card | Price |
|------|-------|
| Gold | € 90  |
"""
LIMITS = "# Card limits\n\nDaily limit for cash withdrawals: € 500.\n"


class Letters(Embeddings):
    """Two texts are near as far as they use the same letters; counts what it is asked to embed."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.batches.append(len(texts))
        return [
            [0.1 + text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz0123456789"] for text in texts
        ]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


@pytest.fixture
def embedder() -> Letters:
    return Letters()


@pytest.fixture
def index(tmp_path: Path, embedder: Letters) -> Iterator[ChromaSources]:
    sources = ChromaSources(tmp_path / "chroma", embedder)
    yield sources
    sources.close()


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "cards").mkdir(parents=True)
    (folder / "cards" / "fees.md").write_text(FEES, encoding="utf-8")
    (folder / "limits.md").write_text(LIMITS, encoding="utf-8")
    return folder


def add(index: ChromaSources, folder: Path, *, prune: bool = False, base_address: str = "") -> dict[str, SourceChange]:
    changes = index.add_paths([str(folder)], prune=prune, base_address=base_address)
    return {change.document: change for change in changes}


def statuses(changes: dict[str, SourceChange]) -> dict[str, str]:
    return {name: change.status for name, change in changes.items()}


def texts(index: ChromaSources, query: str) -> list[str]:
    return [passage.text for passage in index.search([query], limit=50)[0]]


def test_a_passage_keeps_title_heading_address_and_place(index: ChromaSources, docs: Path) -> None:
    """What a citation needs, in the source's own words without its markup."""
    assert statuses(add(index, docs)) == {"cards/fees.md": "added", "limits.md": "added"}
    found = index.search(["Cash withdrawal outside the euro area: € 3.50 per withdrawal."], limit=1)[0][0]
    assert found.text == ("Cash withdrawal outside the euro area: € 3.50 per withdrawal.\nCard | Price\nGold | € 90")
    assert (found.title, found.heading) == ("Card fees 2026", "Cash › Abroad")
    assert (found.address, found.origin) == ("https://help.meridian.example/fees", "index")
    assert FEES[found.position :].startswith("Cash withdrawal outside")


def test_each_query_of_a_batch_has_its_own_passages(index: ChromaSources, docs: Path, embedder: Letters) -> None:
    """Three questions are one embedding and one query; the nearest comes first."""
    add(index, docs)
    embedder.batches.clear()
    found = index.search(["All fees of the cards.", "Daily limit for cash withdrawals: € 500.", "fees"], limit=2)
    assert embedder.batches == [3]
    assert [len(passages) for passages in found] == [2, 2, 2]
    assert [passages[0].title for passages in found[:2]] == ["Card fees 2026", "Card limits"]


def test_an_empty_index_finds_nothing(index: ChromaSources) -> None:
    """No documents, no passages, no error."""
    assert index.search(["anything"], limit=3) == [[]]
    assert index.documents() == 0


def test_unchanged_documents_are_skipped(index: ChromaSources, docs: Path, embedder: Letters) -> None:
    """The second run embeds nothing."""
    add(index, docs)
    embedder.batches.clear()
    assert statuses(add(index, docs)) == {"cards/fees.md": "unchanged", "limits.md": "unchanged"}
    assert embedder.batches == []
    assert index.documents() == 2


def test_a_changed_document_replaces_its_passages(index: ChromaSources, docs: Path) -> None:
    """The old limit is gone, the new one is found, and the count of documents stays."""
    add(index, docs)
    (docs / "limits.md").write_text(LIMITS.replace("500", "900"), encoding="utf-8")
    assert statuses(add(index, docs)) == {"cards/fees.md": "unchanged", "limits.md": "replaced"}
    assert [text for text in texts(index, "limit") if "Daily limit" in text] == [
        "Daily limit for cash withdrawals: € 900."
    ]
    assert index.documents() == 2


def test_another_base_address_gives_other_links(index: ChromaSources, docs: Path) -> None:
    """The documents' own addresses stay; the others lie below the base."""
    add(index, docs)
    assert statuses(add(index, docs, base_address="https://h.example/help/"))["limits.md"] == "replaced"
    addresses = {passage.address for passage in index.search(["limit"], limit=50)[0]}
    assert addresses == {"https://help.meridian.example/fees", "https://h.example/help/limits.md"}


def test_removed_documents_go_only_with_prune_and_only_below_the_paths(
    index: ChromaSources, docs: Path, tmp_path: Path
) -> None:
    """Another folder's documents are none of this run's affair."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "terms.txt").write_text("The terms of the bank.", encoding="utf-8")
    add(index, docs)
    add(index, other)
    (docs / "limits.md").unlink()
    assert statuses(add(index, docs)) == {"cards/fees.md": "unchanged"}
    assert index.documents() == 3
    assert statuses(add(index, docs, prune=True)) == {"cards/fees.md": "unchanged", "limits.md": "removed"}
    assert index.documents() == 2
    assert not any("Daily limit" in text for text in texts(index, "limit"))


def test_a_folder_that_is_gone_is_removed_with_prune_and_failed_without(index: ChromaSources, docs: Path) -> None:
    """Without prune a missing path is more likely a slip of the hand."""
    add(index, docs)
    for path in (docs / "cards" / "fees.md", docs / "limits.md"):
        path.unlink()
    (docs / "cards").rmdir()
    docs.rmdir()
    assert statuses(add(index, docs)) == {"docs": "failed"}
    assert statuses(add(index, docs, prune=True)) == {"cards/fees.md": "removed", "limits.md": "removed"}
    assert index.documents() == 0


def test_bad_files_are_reported_and_the_rest_goes_on(index: ChromaSources, docs: Path) -> None:
    """Each says what is wrong with it; what is no document at all is passed over in a folder."""
    (docs / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    (docs / "empty.md").write_text("---\ntitle: x\n---\n", encoding="utf-8")
    (docs / "latin.txt").write_bytes("Gebühr für Ausländer".encode("latin-1"))
    (docs / "locked.pdf").write_bytes(a_pdf("The terms of the card.", title="Terms", trailer=AES))
    (docs / "picture.png").write_bytes(b"\x89PNG")
    (docs / ".hidden.md").write_text("secret", encoding="utf-8")
    changes = add(index, docs)
    assert statuses(changes) == {
        "broken.pdf": "failed", "cards/fees.md": "added", "empty.md": "failed", "latin.txt": "failed",
        "limits.md": "added", "locked.pdf": "failed",
    }  # fmt: skip
    assert "UTF-8" in changes["latin.txt"].problem
    assert "no text" in changes["empty.md"].problem
    assert "PDF" in changes["broken.pdf"].problem


def test_a_document_that_turns_unreadable_keeps_what_the_index_has(index: ChromaSources, docs: Path) -> None:
    """A half-saved file must not take its passages away, not even with prune."""
    add(index, docs)
    (docs / "limits.md").write_bytes(b"\xff\xff\xff")
    assert statuses(add(index, docs, prune=True))["limits.md"] == "failed"
    assert any("Daily limit" in text for text in texts(index, "limit"))


def test_copies_of_a_text_are_found_once(index: ChromaSources, docs: Path) -> None:
    """Two files with the same words are one passage to a reader."""
    (docs / "copy.md").write_text(LIMITS, encoding="utf-8")
    add(index, docs)
    assert sum("Daily limit" in text for text in texts(index, "Daily limit for cash withdrawals")) == 1
    assert index.documents() == 3


class Interrupted(Letters):
    """Stops like a person's Ctrl-C at the second batch."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if len(self.batches) == 1:
            raise KeyboardInterrupt
        return super().embed_documents(texts)


def test_an_interrupted_run_is_completed_by_the_next(tmp_path: Path, embedder: Letters) -> None:
    """A long document was half added; the next run finds that it is not whole, and makes it whole."""
    folder = tmp_path / "docs"
    folder.mkdir()
    long = "\n\n".join(f"## Rule {number}\n\nRule number {number} holds for every card." for number in range(100))
    (folder / "rules.md").write_text(long, encoding="utf-8")
    broken = ChromaSources(tmp_path / "chroma", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        add(broken, folder)
    broken.close()
    index = ChromaSources(tmp_path / "chroma", embedder)
    assert len(set(texts(index, "rule"))) == 50
    changes = add(index, folder)
    assert changes["rules.md"].status == "replaced"
    assert changes["rules.md"].passages == 100
    assert statuses(add(index, folder)) == {"rules.md": "unchanged"}
    assert len(index.search(["rule"], limit=500)[0]) == 100
    index.close()


def test_what_another_process_adds_is_found(index: ChromaSources, docs: Path, tmp_path: Path) -> None:
    """`sources add` runs beside the worker; Chroma alone would never show the worker the new passages."""
    add(index, docs)
    assert not any("Parking" in text for text in texts(index, "Parking is free."))
    (docs / "parking.txt").write_text("Parking is free.", encoding="utf-8")
    script = (
        "import sys; from tests.storage.test_citations import Letters; from storage.citations import ChromaSources\n"
        "ChromaSources(sys.argv[1], Letters()).add_paths([sys.argv[2]], prune=False)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "chroma"), str(docs)], check=True)
    assert texts(index, "Parking is free.")[0] == "Parking is free."


def test_progress_counts_documents(index: ChromaSources, docs: Path) -> None:
    """(1, 2), (2, 2)."""
    seen: list[tuple[int, int]] = []
    index.add_paths([str(docs)], prune=False, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_a_folder_that_cannot_be_opened_is_unavailable(tmp_path: Path, embedder: Letters) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(Unavailable):
        ChromaSources(tmp_path / "file", embedder).search(["x"], limit=1)


class Remembering(Letters):
    """Keeps what the index gives it."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, list[float]] = {}

    def remember(self, vectors: Mapping[str, list[float]]) -> None:
        self.kept.update(vectors)


def test_vectors_of_found_passages_are_not_computed_again(tmp_path: Path, docs: Path) -> None:
    """The index has them; the embedder is given the very ones that it made."""
    embedder = Remembering()
    index = ChromaSources(tmp_path / "chroma", embedder)
    add(index, docs)
    found = index.search(["limit"], limit=1)[0][0]
    assert embedder.kept[found.text] == pytest.approx(embedder.embed_query(found.text))
    index.close()


@pytest.mark.models
def test_a_question_in_other_words_finds_its_passage(tmp_path: Path, docs: Path) -> None:
    """With the packaged model: no content word in common, yet the right document comes first."""
    from reviewers.scorers.embedder import MiniLmEmbedder

    index = ChromaSources(tmp_path / "chroma", MiniLmEmbedder())
    add(index, docs)
    found = index.search(["How much money may I take out of the ATM each 24 hours?"], limit=2)[0]
    assert found[0].text == "Daily limit for cash withdrawals: € 500."
    index.close()


def test_document_that_says_something_else_is_told_before_its_old_text_is_gone(
    index: ChromaSources, docs: Path
) -> None:
    """With what it said and says; a file that is only written anew says what it said, and nothing is told."""
    add(index, docs)
    told: list[tuple[SourceChange, int]] = []

    def tell(change: SourceChange) -> None:
        told.append((change, len(index.search(["€ 3.50 per withdrawal"], limit=9)[0])))

    fees = docs / "cards" / "fees.md"
    fees.write_text(FEES.replace("€ 90 ", "€ 90"), encoding="utf-8")
    index.add_paths([str(docs)], prune=False, tell=tell)
    assert told == []

    fees.write_text(FEES.replace("**€ 3.50**", "**€ 5.00**"), encoding="utf-8")
    index.add_paths([str(docs)], prune=False, tell=tell)
    ((change, passages),) = told
    assert (change.document, change.status, change.title) == ("cards/fees.md", "replaced", "Card fees 2026")
    assert change.address == "https://help.meridian.example/fees"
    assert [(one.was, one.now) for one in change.sentences] == [
        (
            "Cash withdrawal outside the euro area: € 3.50 per withdrawal.",
            "Cash withdrawal outside the euro area: € 5.00 per withdrawal.",
        )
    ]
    assert passages > len(index.search(["€ 3.50 per withdrawal"], limit=9)[0])


def test_removed_document_is_told_with_all_that_it_said(index: ChromaSources, docs: Path) -> None:
    """It says nothing any more."""
    add(index, docs)
    (docs / "limits.md").unlink()
    told: list[SourceChange] = []
    index.add_paths([str(docs)], prune=True, tell=told.append)
    (change,) = told
    assert (change.document, change.status) == ("limits.md", "removed")
    assert [(one.was, one.now) for one in change.sentences] == [("Daily limit for cash withdrawals: € 500.", "")]


def test_change_that_could_not_be_noted_is_told_again(index: ChromaSources, docs: Path) -> None:
    """The old text stays until it is, and the change is the same one."""
    add(index, docs)
    limits, told = docs / "limits.md", []
    limits.write_text(LIMITS.replace("500", "600"), encoding="utf-8")

    def fail(change: SourceChange) -> None:
        told.append(change)
        raise Unavailable("The database does not answer.")

    with pytest.raises(Unavailable):
        index.add_paths([str(docs)], prune=False, tell=fail)
    index.add_paths([str(docs)], prune=False, tell=told.append)
    assert told[0].change_id == told[1].change_id != ""
    assert told[0].sentences == told[1].sentences
    index.add_paths([str(docs)], prune=False, tell=told.append)
    assert len(told) == 2


def test_change_that_comes_again_is_another_change(index: ChromaSources, docs: Path) -> None:
    """The fee rose, fell, and rose again: each time there may be answers that rest on what is gone."""
    limits = docs / "limits.md"
    told: list[SourceChange] = []
    add(index, docs)
    for amount in ("600", "500", "600"):
        limits.write_text(LIMITS.replace("500", amount), encoding="utf-8")
        index.add_paths([str(docs)], prune=False, tell=told.append)
    assert told[0].sentences == told[2].sentences
    assert len({change.change_id for change in told}) == 3


def test_document_that_is_removed_again_is_told_again(index: ChromaSources, docs: Path) -> None:
    """It was there in between, with the same words."""
    limits = docs / "limits.md"
    told: list[SourceChange] = []
    for _ in range(2):
        limits.write_text(LIMITS, encoding="utf-8")
        add(index, docs)
        limits.unlink()
        index.add_paths([str(docs)], prune=True, tell=told.append)
    assert told[0].sentences == told[1].sentences
    assert told[0].change_id != told[1].change_id


def test_document_that_is_only_read_better_has_not_changed(
    index: ChromaSources, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is cut anew, and its old text was ours, not its own; what changes in it later is told."""
    fees = docs / "fees.html"
    told: list[SourceChange] = []
    fees.write_text("<p>The fee of this card is 2<br>500 a day.</p>", encoding="utf-8")
    with monkeypatch.context() as before:
        before.setattr("storage.citations.SPLITTING", "headings-1")
        before.setattr("storage.citations.EARLIER", ())
        before.setattr("storage.html_words._clear", lambda _: None)
        add(index, docs)
    assert "The fee of this card is 2500 a day." in texts(index, "fee")
    changes = index.add_paths([str(docs)], prune=False, tell=told.append)
    assert [change.status for change in changes] == ["replaced"] * 3
    assert told == []
    assert "The fee of this card is 2 500 a day." in texts(index, "fee")
    assert "The fee of this card is 2500 a day." not in texts(index, "fee")

    fees.write_text("<p>The fee of this card is 3<br>500 a day.</p>", encoding="utf-8")
    index.add_paths([str(docs)], prune=False, tell=told.append)
    assert [one.was for change in told for one in change.sentences] == ["The fee of this card is 2 500 a day."]
