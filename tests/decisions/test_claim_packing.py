"""A passage and its claims in one row: who stands where, and who sees whom."""

from __future__ import annotations

from reviewers.decisions.claim_packing import CLAIM_TOKENS, PASSAGE_TOKENS, lay_out, prompt, stack


def test_every_claim_begins_where_the_passage_ends() -> None:
    """Positions restart, blocks count, and each claim's answer is read at its last token."""
    row = lay_out([7, 8, 9], [[1, 2], [3]])
    assert row.ids == (7, 8, 9, 1, 2, 3)
    assert row.positions == (0, 1, 2, 3, 4, 3)
    assert row.blocks == (0, 0, 0, 1, 1, 2)
    assert row.ends == (4, 5)


def test_a_claim_sees_the_passage_and_itself_and_nothing_later() -> None:
    """Rows: passage, passage, claim 1, claim 1, claim 2."""
    sees = stack([lay_out([7, 8], [[1, 2], [3]])]).sees[0].astype(int).tolist()
    assert sees == [
        [1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [1, 1, 1, 0, 0],
        [1, 1, 1, 1, 0],
        [1, 1, 0, 0, 1],
    ]


def test_shorter_rows_are_filled_up_at_their_end() -> None:
    """What fills up sees something, else its attention would be over nothing, and is seen by no other place."""
    batch = stack([lay_out([7], [[1, 2]]), lay_out([7], [[1]])])
    assert batch.ids.tolist() == [[7, 1, 2], [7, 1, 0]]
    assert batch.sees[1, 2].any()
    assert not batch.sees[1, :2, 2].any()


def test_long_texts_are_cut_but_never_the_question() -> None:
    """One token a word here; the question has five words and stands behind every claim."""

    def words(text: str) -> list[int]:
        return [len(word) for word in text.split()]

    row = prompt(words, "word " * 1000, ["claim " * 1000, "short"])
    question = words("Is it supported? Answer:")
    assert row.blocks.count(0) == PASSAGE_TOKENS
    assert row.blocks.count(1) == CLAIM_TOKENS + len(question)
    assert row.blocks.count(2) == 2 + len(question)  # "Claim:" and "short"
    assert list(row.ids[-len(question) :]) == question
