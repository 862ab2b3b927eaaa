"""What is computed once of each output when it is scored, and what digests read off it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias

import numpy as np
import pytest

from reviewers.model import Message, Passage
from reviewers.model.digest import Aspect, Digest, Headline, State
from reviewers.model.features import FeatureBlock, OutputFeatures
from reviewers.model.missing import Missing
from reviewers.workflow.describing import Describer
from tests.builders import an_assessment, an_output
from tests.workflow.test_digesting import DAY, MONDAY, a_world, decided, digest_of, finding, five_weeks
from tests.workflow.worlds import World

Drawn: TypeAlias = Callable[[np.random.Generator, bool], "np.ndarray[Any, np.dtype[np.float64]]"]  # in this week

VECTORS = {"a question": [1.0, 0.0], "an answer": [0.0, 1.0], "a near passage": [0.6, 0.8], "a far one": [-1.0, 0.0]}


def embed(texts: list[str]) -> list[list[float]]:
    """Known vectors, and for any other text one that follows from its letters."""
    return [VECTORS.get(text) or _drawn(text) for text in texts]


def _drawn(text: str) -> list[float]:
    angle = int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
    return [float(np.cos(angle)), float(np.sin(angle))]


def a_describer(world: World, *, fails: bool = False) -> Describer:
    """On the clock and the counters of this world."""

    def broken(texts: list[str]) -> list[list[float]]:
        raise RuntimeError(f"{len(texts)} texts")

    return Describer(
        embed=broken if fails else embed,
        embedder="two numbers",
        language=lambda text: "en" if " " in text else "",
        clock=world.clock,
        metrics=world.metrics,
        report=lambda part, error: world.reports.append((part, error)),
    )


def test_output_is_described_by_its_vectors_and_its_nearest_passage() -> None:
    """cos between (1, 0) and (0.6, 0.8) is 0.6, and that is nearer than -1."""
    world = a_world()
    passages = tuple(Passage(passage_id=text, text=text) for text in ("a far one", "a near passage"))
    output = an_output(prompt=(Message(role="user", content="a question"),), completion="an answer", passages=passages)
    (found,) = a_describer(world).describe([output], [an_assessment()])
    assert found.question is not None
    assert found.answer is not None
    assert (found.question.tolist(), found.answer.tolist()) == ([1.0, 0.0], [0.0, 1.0])
    assert found.similarity == pytest.approx(0.6)
    assert (found.refusal, found.citation_missing, found.embedder) == (False, True, "two numbers")
    assert found.language == "en"


def test_question_without_a_passage_has_no_similarity() -> None:
    """Neither the application nor the index had one; nothing is stated, so nothing lacks a citation."""
    world = a_world()
    (found,) = a_describer(world).describe([an_output(passages=())], [an_assessment(readings=())])
    assert (found.similarity, found.citation_missing) == (None, None)


def test_model_that_fails_holds_up_no_output() -> None:
    """It is counted and reported; the outputs are decided on, and have features without vectors."""
    world = a_world()
    world.scoring = replace(world.scoring, describe=a_describer(world, fails=True).describe)
    assert world.bring(an_output(tags=("cards",)))
    assert world.metrics.of("scorer_failed", scorer="features") == 1
    assert [part for part, _ in world.reports] == ["features"]
    (block,) = _blocks(world)
    assert (block.output_ids, block.embedders) == (("o-1",), ("",))


def test_scoring_keeps_what_it_described() -> None:
    """In the transaction of the decision, once for each output."""
    world = a_world()
    world.scoring = replace(world.scoring, describe=a_describer(world).describe)
    world.bring(an_output(tags=("cards",)))
    (block,) = _blocks(world)
    assert (block.output_ids, block.embedders, block.answer.shape) == (("o-1",), ("two numbers",), (1, 2))


def test_same_kind_of_questions_is_stable() -> None:
    """Both windows are drawn from one distribution."""
    digest = _digest(lambda rng, now: rng.normal(size=6))
    assert finding(digest, Aspect.QUESTIONS).state is State.STABLE
    refusals = finding(digest, Aspect.REFUSALS)
    assert (refusals.state, refusals.now, refusals.before) == (State.STABLE, 0.02, 0.02)
    assert digest.headline is Headline.NOTHING_MOVED


def test_new_kind_of_questions_is_told_with_outputs_that_show_it() -> None:
    """A third of this week's questions lies elsewhere; no error rate moved, so retraining is not suggested."""
    digest = _digest(lambda rng, now: rng.normal(size=6) + (4.0 if now and rng.random() < 0.34 else 0.0))
    found = finding(digest, Aspect.QUESTIONS)
    assert found.state is State.DRIFT
    assert found.low is not None
    assert found.low > 0.5
    assert len(found.examples) == 3
    assert {example.quote for example in found.examples} == {"What does it cost to take out cash in Thailand?"}
    assert digest.headline is Headline.NEW_QUESTIONS
    assert not digest.suggestion.suggested


def test_topic_that_came_anew_is_named_by_its_words() -> None:
    """50 of this week's 150 questions ask what nobody asked before; the rest ask as ever."""
    world = a_world()
    before, after = "How do I block a stolen card?", "Where is my parcel with the new router?"
    for week in range(4):
        decided(world, MONDAY - timedelta(weeks=4 - week), 100, 0, prompt=(Message(role="user", content=before),))
    decided(world, MONDAY, 100, 0, prompt=(Message(role="user", content=before),))
    decided(world, MONDAY + DAY, 50, 0, prompt=(Message(role="user", content=after),))
    world.clock.advance((MONDAY + 7 * DAY - world.clock.now()).total_seconds())
    rng = np.random.default_rng(3)
    far = np.array([-1.0, 0.0, 0.0, 0.0, 0.0, 0.0])  # one point, so that they are one topic
    _keep(world, lambda place: far if place >= 500 else rng.normal(size=6) - 5.0 * far)
    digest = digest_of(world)
    grown = [one for one in digest.of(State.DRIFT) if one.aspect is Aspect.TOPIC and one.new]
    assert grown
    assert sum(one.now or 0.0 for one in grown) == pytest.approx(50 / 150)
    assert {one.before for one in grown} == {0.0}
    assert all("router" in one.name or "parcel" in one.name for one in grown)
    assert {example.quote for one in grown for example in one.examples} == {after}
    assert not [one for one in digest.findings if one.aspect is Aspect.TOPIC and one.state is not State.DRIFT]


def test_vectors_of_another_model_are_never_compared() -> None:
    """The embedder changed with the week, so nothing before it can be held against it."""
    digest = _digest(lambda rng, now: rng.normal(size=6), embedders=("before", "now"))
    found = finding(digest, Aspect.ANSWERS)
    assert found.state is State.INSUFFICIENT
    assert found.missing == Missing(found=0, needed=100, of="outputs with a stored embedding")


def test_more_refusals_are_told_as_a_share() -> None:
    """2 of 100 before, 40 of 100 now."""
    digest = _digest(lambda rng, now: rng.normal(size=6), refused=(0.02, 0.40))
    found = finding(digest, Aspect.REFUSALS)
    assert found.state is State.DRIFT
    assert (found.before, found.now) == pytest.approx((0.02, 0.40))
    assert digest.headline is Headline.CHANGED_ANSWERS


def test_another_language_is_told_by_its_name() -> None:
    """All in English before, every fourth answer in German now."""
    digest = _digest(lambda rng, now: rng.normal(size=6), german=(0.0, 0.25))
    (found,) = [one for one in digest.findings if one.aspect is Aspect.LANGUAGE]
    assert found.state is State.DRIFT
    assert found.name in ("en", "de")  # both moved as far
    assert found.effect == pytest.approx(0.25 if found.name == "de" else -0.25)


def test_same_store_gives_the_same_findings() -> None:
    """Every draw follows from the route and the week."""
    world = _world(lambda rng, now: rng.normal(size=6))
    assert digest_of(world) == digest_of(world)


def _blocks(world: World) -> list[FeatureBlock]:
    with world.store.read() as uow:
        return list(
            uow.features.blocks(
                world.clock.now() - timedelta(1), world.clock.now() + timedelta(1), route="Card support"
            )
        )


def _digest(vector: Drawn, **more: Any) -> Digest:
    return digest_of(_world(vector, **more))


def _world(
    vector: Drawn,
    *,
    embedders: tuple[str, str] = ("one", "one"),
    refused: tuple[float, float] = (0.02, 0.02),
    german: tuple[float, float] = (0.0, 0.0),
) -> World:
    """Five calm weeks of 100 outputs with such vectors; of each hundred that share refuses."""
    world = a_world()
    five_weeks(world, this_week=10)
    rng = np.random.default_rng(5)
    _keep(world, lambda place: vector(rng, place >= 400), embedders=embedders, refused=refused, german=german)
    return world


def _keep(
    world: World,
    vector: Callable[[int], np.ndarray[Any, np.dtype[np.float64]]],
    *,
    embedders: tuple[str, str] = ("one", "one"),
    refused: tuple[float, float] = (0.02, 0.02),
    german: tuple[float, float] = (0.0, 0.0),
) -> None:
    """Features of all outputs in their order; the first 400 are those of the four weeks before."""
    with world.store.begin() as uow:
        blocks = uow.decisions.columns(MONDAY - timedelta(weeks=5), MONDAY + timedelta(7), route="Card support")
        ids = [output_id for block in blocks for output_id in block.output_ids]
        rng = np.random.default_rng(7)
        uow.features.add(
            [
                OutputFeatures(
                    output_id=output_id,
                    embedder=embedders[place >= 400],
                    question=_unit(vector(place)),
                    answer=_unit(rng.normal(size=6)),
                    language="de" if place % 100 < round(100 * german[place >= 400]) else "en",
                    refusal=place % 100 < round(100 * refused[place >= 400]),
                    citation_missing=None,
                    similarity=None,
                    made_at=world.clock.now(),
                )
                for place, output_id in enumerate(ids)
            ]
        )


def _unit(vector: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float16]]:
    return (vector / np.linalg.norm(vector)).astype(np.float16)
