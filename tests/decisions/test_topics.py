"""Topics of two windows: what grew, what is new, how they are named, and what is too rare to say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import fisher_exact

from reviewers.decisions import topics
from reviewers.decisions.topics import Topic, Topics
from reviewers.model.digest import State
from reviewers.model.missing import Missing

KINDS = {
    "cash": "Can I take out cash in Thailand?",
    "limit": "What is my daily limit?",
    "pin": "I forgot the PIN of my card",
    "transfer": "When does my transfer arrive?",
}


def window(counts: dict[str, int], seed: int) -> tuple[np.ndarray, list[str]]:
    """So many questions of each kind, each kind around a direction of its own."""
    rng = np.random.default_rng(seed)
    rows, texts = [], []
    for place, (kind, count) in enumerate(counts.items()):
        rows.append(np.eye(8)[place] + rng.normal(0.0, 0.05, (count, 8)))
        texts += [KINDS[kind]] * count
    vectors = np.concatenate(rows)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), texts


def found(before: dict[str, int], now: dict[str, int], seed: int = 1) -> Topics:
    """Enough was there."""
    reference, current = window(before, 2), window(now, 3)
    result = topics.find(reference[0], current[0], (reference[1], current[1]), seed=seed)
    assert isinstance(result, Topics)
    return result


def share(result: Topics, texts: Sequence[str], word: str) -> list[Topic]:
    """The topics whose first example says this word."""
    return [topic for topic in result.topics if topic.examples and word in texts[topic.examples[0]]]


def test_a_topic_that_was_not_there_is_new() -> None:
    """Cash abroad: none of 600 before, 60 of 300 now."""
    before = {"cash": 0, "limit": 300, "pin": 200, "transfer": 100}
    now = {"cash": 60, "limit": 120, "pin": 80, "transfer": 40}
    result = found(before, now)
    texts = window(now, 3)[1]

    grown = [topic for topic in result.topics if topic.state is State.DRIFT and topic.effect > 0.0]
    assert grown
    assert all(topic.new and "cash" in texts[topic.examples[0]] for topic in grown)
    assert sum(topic.now for topic in grown) > 0.08  # it fell into several, of which some are too rare to say
    assert sum(topic.now for topic in share(result, texts, "cash")) == pytest.approx(0.2)


def test_a_topic_is_named_by_what_the_others_do_not_say() -> None:
    """Names keep their capitals, and words of grammar name nothing."""
    result = found(dict.fromkeys(KINDS, 100), dict.fromkeys(KINDS, 100))
    names = {topic.name for topic in result.topics}

    assert any(set(name.split(", ")) == {"take", "cash", "Thailand"} for name in names)
    assert all("the" not in name.split(", ") for name in names)


def test_like_windows_have_no_finding() -> None:
    """Nothing grew, shrank, or is new."""
    counts = {"cash": 150, "limit": 150, "pin": 150, "transfer": 150}
    result = found(counts, counts)

    assert {topic.state for topic in result.topics} <= {State.STABLE, State.INSUFFICIENT}
    assert not any(topic.new for topic in result.topics)


def test_the_shares_of_all_topics_are_the_whole() -> None:
    """In both windows; the codes say the same."""
    result = found({"cash": 40, "limit": 300, "pin": 200, "transfer": 100}, dict.fromkeys(KINDS, 60))

    assert sum(topic.now for topic in result.topics) == pytest.approx(1.0)
    assert sum(topic.before for topic in result.topics) == pytest.approx(1.0)
    for topic in result.topics:
        assert (result.current == topic.place).mean() == pytest.approx(topic.now)
        assert (result.reference == topic.place).mean() == pytest.approx(topic.before)
        assert topic.low <= topic.effect <= topic.high


def test_rare_topics_say_how_many_they_lack() -> None:
    """In windows of 600 and 300, a topic needs 30 questions in all for 10 to be expected in the smaller one."""
    before = {"cash": 4, "limit": 296, "pin": 200, "transfer": 100}
    now = {"cash": 2, "limit": 148, "pin": 100, "transfer": 50}
    few = [topic for topic in found(before, now).topics if topic.state is State.INSUFFICIENT]

    assert few
    assert all(topic.missing is not None and topic.missing.found < topic.missing.needed == 30 for topic in few)
    assert all(topic.p_value is None and not topic.new for topic in few)


def test_the_same_seed_gives_the_same_topics() -> None:
    """A digest can be made again."""
    counts = {"cash": 60, "limit": 120, "pin": 80, "transfer": 40}

    assert found(counts, counts, seed=4).topics == found(counts, counts, seed=4).topics


def test_other_outputs_belong_to_the_nearest_centre() -> None:
    """Those that made the topics fall where they were."""
    counts = {"cash": 60, "limit": 120, "pin": 80, "transfer": 40}
    result = found(counts, counts)

    assert (topics.assign(window(counts, 3)[0], result.centres) == result.current).mean() > 0.97


def test_too_few_questions_have_no_topics() -> None:
    """A window of 99 says nothing."""
    few, enough = window({"cash": 99}, 1), window({"cash": 200}, 2)

    missing = topics.find(enough[0], few[0], (enough[1], few[1]), seed=1)
    assert missing == Missing(found=99, needed=100, of="questions")


def test_words_that_only_few_say_name_nothing() -> None:
    """One person's words stay out of the digest."""
    texts = ["My name is Agathe"] * 2 + ["What is my daily limit?"] * 10
    names = topics._names(texts, np.array([0] * 2 + [1] * 10, np.int32), 2)

    assert names == ["", "daily, limit"]


def test_topic_that_a_small_window_happens_to_lack_is_told_apart_from_chance_exactly() -> None:
    """None of 100 after 33 of 400: by chance in 1 of 1,000 weeks, as scipy's exact test says. The normal approximation,
    in which the error of the first is 0, would call it 1 in 50 million.
    """
    exact = fisher_exact([[0, 100], [33, 367]], alternative="less").pvalue
    assert topics._p_value(0, 100, 33, 400) == pytest.approx(2.0 * exact)
    assert topics._p_value(0, 100, 33, 400) > 1e-4
    # Of many outputs half a point is no change, however sure it is.
    assert topics._p_value(10_400, 100_000, 10_000, 100_000) == 1.0
    assert fisher_exact([[10_400, 89_600], [10_000, 90_000]]).pvalue < 0.01
