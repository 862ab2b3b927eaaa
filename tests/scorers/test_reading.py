"""Reading outputs: claims, passages from two places, readings and word scores, without any model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from reviewers.errors import Unavailable
from reviewers.model import Passage, Reading
from reviewers.ports import Evidence
from reviewers.scorers.claims import SentenceClaims
from reviewers.scorers.lexical import Contradictions, Coverage, MissingFacts
from reviewers.scorers.reader import ClaimReader
from reviewers.scorers.token_logprob import TokenLogprob
from tests.builders import a_passage, an_output

LIMITS = a_passage("p-2", text="Daily limit for cash withdrawals: € 500.", title="Card limits", heading="Daily limits")


class ShelfIndex:
    """An index that gives the same passages to every question, and remembers how it was asked."""

    def __init__(self, *passages: Passage) -> None:
        self.passages = list(passages)
        self.asked: list[list[str]] = []

    def search(self, queries: Sequence[str], *, limit: int) -> list[list[Passage]]:
        self.asked.append(list(queries))
        return [self.passages[:limit] for _ in queries]

    def documents(self) -> int:
        return len(self.passages)


class SilentIndex:
    """An index that does not answer."""

    def search(self, queries: Sequence[str], *, limit: int) -> list[list[Passage]]:
        raise Unavailable("The index of sources does not answer.")

    def documents(self) -> int:
        raise Unavailable("The index of sources does not answer.")


class Letters:
    """Two texts are alike as far as they use the same letters."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        counts = [[text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]
        norms = [sum(count * count for count in one) ** 0.5 or 1.0 for one in counts]
        return [[count / norm for count in one] for one, norm in zip(counts, norms, strict=True)]


def evidence(**changes: Any) -> Evidence:
    reader = ClaimReader(splitter=SentenceClaims(), index=ShelfIndex(a_passage(), LIMITS), embedder=Letters())
    return reader.read([an_output(**changes)])[0]


def test_a_batch_asks_the_index_once() -> None:
    """Two outputs with the same three claims are one question of three texts."""
    index = ShelfIndex(a_passage(), LIMITS)
    read = ClaimReader(splitter=SentenceClaims(), index=index).read([an_output("o-1"), an_output("o-2")])
    assert [len(texts) for texts in index.asked] == [3]
    assert [len(one.readings) for one in read] == [3, 3]


def test_claims_are_read_against_both_kinds_of_passages() -> None:
    """The fees come from the index, the limits from the application."""
    index = ShelfIndex(a_passage())
    output = an_output(passages=(a_passage("own", text=LIMITS.text, origin="application", heading="Daily limits"),))
    found = ClaimReader(splitter=SentenceClaims(), index=index).read([output])[0]
    assert [one.reading for one in found.readings] == [Reading.CONTRADICTED, Reading.SUPPORTED, Reading.NO_SOURCE]
    assert found.readings[0].passages[0].origin == "index"
    assert found.readings[1].passages[0].origin == "application"


def test_the_same_text_from_both_places_is_shown_once_as_the_applications() -> None:
    """The model wrote from the application's copy."""
    own = a_passage("own", origin="application")
    found = ClaimReader(splitter=SentenceClaims(), index=ShelfIndex(a_passage())).read([an_output(passages=(own,))])[0]
    assert [passage.passage_id for passage in found.passages[0]] == ["own"]


def test_a_long_passage_is_cut_and_keeps_its_place() -> None:
    """The sentence that matters is found in the middle of a long text, at its own position."""
    filler = "The garden behind the branch is green and quiet today. " * 40
    text = f"{filler}The daily limit is € 500 for every card. {filler}"
    own = a_passage("long", text=text, heading="", title="", origin="application", position=1000)
    found = ClaimReader(splitter=SentenceClaims(), embedder=Letters()).read(
        [an_output(completion="The daily limit is € 500 for every card.", passages=(own,))]
    )[0]
    best = found.readings[0].passages[0]
    assert found.readings[0].reading is Reading.SUPPORTED
    assert len(best.text) <= 600
    assert text[best.position - 1000 :].startswith(best.text)
    assert best.passage_id.startswith("long#")


def test_a_silent_index_is_said_and_can_be_left_out() -> None:
    """The caller hears of it, and reads against the application's passages alone if it wants to."""
    reader = ClaimReader(splitter=SentenceClaims(), index=SilentIndex())
    output = an_output(passages=(LIMITS,))
    with pytest.raises(Unavailable):
        reader.read([output])
    assert reader.read([output], with_index=False)[0].readings[1].reading is Reading.SUPPORTED


def test_word_scores_say_the_worst_claim() -> None:
    """Claims by hand against both passages, titles and headings.

    1: cash, withdrawal, abroad | costs, € 2.00 -> 3 of 5, one number missing, contradicted.
    2: daily, limit, € 500 -> 3 of 3.
    3: card (title "Card fees") | works, ATM, Thailand -> 1 of 4, two names missing.
    """
    one = evidence()
    coverage, missing, against = (scorer.score([one])[0] for scorer in (Coverage(), MissingFacts(), Contradictions()))
    assert coverage is not None
    assert missing is not None
    assert against is not None
    assert coverage.claim_values == pytest.approx((3 / 5, 1.0, 1 / 4))
    assert coverage.value == pytest.approx(1 / 4)
    assert missing.claim_values == (1.0, 0.0, 2.0)
    assert against.claim_values == (1.0, 0.0, 0.0)
    assert coverage.explanation == "Of the 4 words of the least covered claim, 1 are in one passage."
    assert missing.explanation == "3 numbers and names of 3 claims are in no passage."
    assert against.explanation == "A passage says another thing than 1 claim in the same place."


def test_an_output_without_claims_has_no_word_scores() -> None:
    """Nothing to read is no score, never a default."""
    one = evidence(completion="Hello! How can I help you?")
    assert [scorer.score([one]) for scorer in (Coverage(), MissingFacts(), Contradictions())] == [[None]] * 3


def test_an_installation_without_sources_has_no_word_scores() -> None:
    """Without a passage every answer would look invented."""
    one = ClaimReader(splitter=SentenceClaims()).read([an_output()])[0]
    assert [reading.reading for reading in one.readings] == [Reading.NO_SOURCE] * 3
    assert Coverage().score([one]) == [None]


def test_token_logprob_is_the_mean() -> None:
    """(-0.1 - 0.3 - 0.5) / 3 = -0.3, and exp(-0.3) = 0.74."""
    score, none = TokenLogprob().score([evidence(token_logprobs=(-0.1, -0.3, -0.5)), evidence()])
    assert none is None
    assert score is not None
    assert score.value == pytest.approx(-0.3)
    assert "0.74" in score.explanation
