"""What a language model made of sentences: kept where it surely says the same, or surely something else."""

from __future__ import annotations

import pytest

from reviewers.trainers.claims.make_retold import AROUND, MOST_OF_ONE, chosen
from reviewers.trainers.claims.retelling import Retold, invents, retellings, retold, says_the_same
from reviewers.trainers.claims.texts import SourceText, read_texts

OF = "In 1911, Ida Lovell opened the large mill in Harton, which most workers did not like."


@pytest.mark.parametrize(
    "said",
    [
        "Ida Lovell opened the big mill in Harton in 1911, which most workers did not like.",  # a synonym, and moved
        "Ida Lovell opened the large Harton mill in 1911, which most of the workers didn't like.",
    ],
)
def test_other_words_for_the_same_are_true(said: str) -> None:
    """Names, numbers, negations and measures are all there, and most of the words."""
    assert says_the_same(OF, said)


@pytest.mark.parametrize(
    "said",
    [
        "Ida Lovell opened the large mill in Harton, which most workers did not like.",  # part of it, as it stands
        "In 1912, Ida Lovell opened the big mill in Harton, which most workers did not like.",  # another year
        "In 1911, Ida opened the big mill in Harton, which most workers did not like.",  # half of a name
        "In 1911, Ida Lovell opened the big mill in Harton, which most workers did like.",  # no negation
        "In 1911, Ida Lovell opened the big mill in Harton, which all workers did not like.",  # another measure
        "In 1911, Ida Lovell opened Harton, which most did not.",  # little of it
        "In 1911, Ida Lovell opened the big mill in Harton with friends and brothers, which most workers did not like.",
        "This sentence says that in 1911, Ida Lovell opened the mill in Harton, which most workers did not like.",
        "In 1911, Ida Lovell opened the big mill in Harton, which most workers did, which most workers did not like.",
    ],
)
def test_what_may_say_something_else_is_not_taken_for_true(said: str) -> None:
    """Strict, since what is taken for true teaches the detector; the last one goes round in a circle."""
    assert not says_the_same(OF, said)


def test_only_a_name_or_number_that_stands_nowhere_is_surely_invented() -> None:
    """Other words may say the same, and America is everywhere in these texts."""
    assert invents("Ida Lovell opened the mill in 1912.", OF)
    assert invents("The mill was opened by Ida Berger.", OF)
    assert not invents("The mill was founded by a pioneering person.", OF)
    assert not invents("The mill was the largest in America in 1911.", OF)


def test_a_retelling_counts_where_all_that_it_retells_is_evidence() -> None:
    """One of two sentences is not enough."""
    first, told = next((first, one) for first, of_one in retold().items() for one in of_one if len(one.of) == 2)
    assert told in retellings(told.of, supported=told.supported)
    assert told not in retellings([first], supported=told.supported)
    assert told not in retellings(told.of, supported=not told.supported)


def test_what_ships_is_of_the_shipped_texts_and_passes_the_rules() -> None:
    """A changed rule must be put to what was kept by the older one."""
    texts = read_texts()
    kept = [one for of_one in retold().values() for one in of_one]
    assert len(kept) > 400
    assert set(chosen(texts, [(one.of, one.said) for one in kept])) == set(kept)


def test_of_one_text_few_retellings_are_kept_and_neighbours_are_asked_what_is_invented() -> None:
    """A year of the passage before is no invention: it may stand in the evidence."""
    of = ("Ida Lovell opened the large mill in Harton.",)
    texts = [
        SourceText(source="town", sentences=("It was in 1911.",)),
        SourceText(source="town", sentences=of),
        *(SourceText(source="town", sentences=("It rained.",)) for _ in range(AROUND)),
        SourceText(source="town", sentences=("It burned in 1930.",)),
    ]
    said = [f"Ida Lovell opened the mill in Harton in {year}." for year in (1911, 1930, 1931, 1932)]
    kept = list(chosen(texts, [(of, one) for one in said]))
    assert kept == [Retold(of=of, said=one, supported=False) for one in said[1 : 1 + MOST_OF_ONE]]
