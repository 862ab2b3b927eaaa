"""A year of digests on stable traffic: how often any of the 52 speaks, by the rules that digests are made with.

Each week brings 400 outputs of four slices and two models, a quarter of them reviewed, the risky ones more often; and
everything else that a digest compares: risks, lengths, times, tokens, confidence, languages, refusals, citations,
similarity, embeddings and topics. All are drawn from what never changes. The reference of each week is the four weeks
before it, so that the weeks of a year hang together as they do in truth. By default few years; `--repetitions 1200`
draws 150 and prints the share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import binom

from reviewers.decisions import digest_rates, digest_values, embedding_drift, topics, word_drift
from reviewers.decisions.digest_rates import Windows
from reviewers.decisions.digest_values import Columns
from reviewers.decisions.e_values import FALSE_YEARS
from reviewers.decisions.findings import of_embeddings, of_topic, settled
from reviewers.decisions.stamps import stamp
from reviewers.decisions.watching import Past
from reviewers.decisions.word_drift import Words
from reviewers.model import PeriodOutputs
from reviewers.model.digest import Aspect, Finding, State
from reviewers.model.missing import Missing

Floats = NDArray[np.float64]

DEFAULT = 3  # years, some five seconds each; of fewer no bound could fail
SURE = 0.999  # of the Monte-Carlo bound: one of a thousand right programs fails it
WEEKS, LEARNED, REFERENCE = 52, 6, 4  # of digests; of reviews before the first; of the window before
OUTPUTS, REVIEWED = 400, 100  # a week, the second in the mean
EMBEDDED = 100  # outputs a week with an embedding: fewer are faster, and the test is exact at any size
SLICES, MODELS, TOPICS = ("abroad", "at home", "limits", "fees"), ("helpdesk 1", "helpdesk 2"), 6
WORDS = ("cash", "transfer", "card", "pin", "fee", "loan")
START = stamp(datetime(2026, 1, 5, tzinfo=UTC))


@dataclass(frozen=True, kw_only=True)
class Week:
    """What one week brings, one place an output."""

    at: NDArray[np.datetime64]
    risk: Floats  # the true chance of being wrong
    chance: Floats  # of a review
    slice: NDArray[np.int32]
    model: NDArray[np.int32]
    reviewed: NDArray[np.intp]
    wrong: NDArray[np.bool_]  # of these
    columns: Columns
    words: Words
    questions: NDArray[np.float32]  # unit vectors
    answers: NDArray[np.float32]
    texts: tuple[str, ...]


def a_week(rng: np.random.Generator, number: int) -> Week:
    """Drawn from what never changes."""
    risk = expit(rng.normal(-2.4, 1.0, OUTPUTS))
    worth = np.sqrt(risk * (1.0 - risk))
    chance = np.clip(REVIEWED * (0.8 * worth / worth.sum() + 0.2 / OUTPUTS), 0.0, 1.0)
    reviewed = np.flatnonzero(rng.random(OUTPUTS) < chance)
    model = rng.integers(0, len(MODELS), OUTPUTS).astype(np.int32)
    about = rng.integers(0, TOPICS, EMBEDDED)
    return Week(
        at=START + np.timedelta64(1, "W") * number + np.timedelta64(20, "m") * np.arange(OUTPUTS),
        risk=risk,
        chance=chance,
        slice=rng.integers(0, len(SLICES), OUTPUTS).astype(np.int32),
        model=model,
        reviewed=reviewed,
        wrong=rng.random(len(reviewed)) < risk[reviewed],
        columns=Columns(
            risk=risk,
            characters=rng.lognormal(5.0, 0.6, OUTPUTS),
            latency_ms=rng.gamma(2.0, 700.0, OUTPUTS),
            tokens=rng.poisson(180.0, OUTPUTS).astype(np.float64),
            prompt_tokens=np.full(OUTPUTS, np.nan),
            confidence=rng.beta(8.0, 2.0, OUTPUTS),
            model=model,
            models=MODELS,
        ),
        words=Words(
            language=["en" if one < 0.8 else "de" for one in rng.random(OUTPUTS)],
            refusal=["refused" if one < 0.03 else "answered" for one in rng.random(OUTPUTS)],
            citation=["missing" if one < 0.1 else "cited" for one in rng.random(OUTPUTS)],
            similarity=rng.beta(6.0, 4.0, OUTPUTS),
        ),
        questions=vectors(rng, about),
        answers=vectors(rng, about),
        texts=tuple(f"What about my {WORDS[place]}?" for place in about),
    )


def vectors(rng: np.random.Generator, about: NDArray[np.int64]) -> NDArray[np.float32]:
    """Around one direction a topic."""
    found = 2.0 * np.eye(8)[about] + rng.standard_normal((len(about), 8))
    return np.asarray(found / np.linalg.norm(found, axis=1)[:, None], dtype=np.float32)


def outputs_of(weeks: Sequence[Week]) -> PeriodOutputs:
    """As they are read of the store."""
    starts = np.cumsum([0] + [len(week.risk) for week in weeks])[:-1]
    reviewed = np.concatenate([start + week.reviewed for start, week in zip(starts, weeks, strict=True)])
    count = sum(len(week.risk) for week in weeks)
    return PeriodOutputs(
        decided_at=np.concatenate([week.at for week in weeks]),
        risk=np.concatenate([week.risk for week in weeks]),
        chance=np.concatenate([week.chance for week in weeks]),
        stratum=np.zeros(count, np.int32),
        route=np.zeros(count, np.int32),
        slice=np.concatenate([week.slice for week in weeks]),
        model=np.concatenate([week.model for week in weeks]),
        cluster=np.zeros(count, np.int64),
        strata=("drawn",),
        routes=("",),
        slices=SLICES,
        models=MODELS,
        reviewed=reviewed,
        wrong=np.concatenate([week.wrong for week in weeks]),
        task_ids=tuple(str(place) for place in reviewed),
    )


def past_of(weeks: Sequence[Week]) -> Past:
    """All reviews since the beginning."""
    return Past(
        route="",
        at=np.concatenate([week.at[week.reviewed] for week in weeks]),
        wrong=np.concatenate([week.wrong for week in weeks]).astype(np.float64),
        risks={"v1": np.concatenate([week.risk[week.reviewed] for week in weeks])},
        fresh="v1",
        slices=tuple(SLICES[place] for week in weeks for place in week.slice[week.reviewed]),
        models=tuple(MODELS[place] for week in weeks for place in week.model[week.reviewed]),
    )


def columns_of(weeks: Sequence[Week]) -> Columns:
    """Those of some weeks together."""
    parts = [week.columns for week in weeks]
    return Columns(
        risk=np.concatenate([one.risk for one in parts]),
        characters=np.concatenate([one.characters for one in parts]),
        latency_ms=np.concatenate([one.latency_ms for one in parts]),
        tokens=np.concatenate([one.tokens for one in parts]),
        prompt_tokens=np.concatenate([one.prompt_tokens for one in parts]),
        confidence=np.concatenate([one.confidence for one in parts]),
        model=np.concatenate([one.model for one in parts]),
        models=MODELS,
    )


def words_of(weeks: Sequence[Week]) -> Words:
    """Those of some weeks together."""
    return Words(
        language=[one for week in weeks for one in week.words.language],
        refusal=[one for week in weeks for one in week.words.refusal],
        citation=[one for week in weeks for one in week.words.citation],
        similarity=np.concatenate([week.words.similarity for week in weeks]),
    )


def embedded(before: Sequence[Week], now: Week, rng: np.random.Generator, seed: int) -> list[Finding]:
    """Questions, answers and topics."""
    asked = np.concatenate([week.questions for week in before])
    answered = np.concatenate([week.answers for week in before])
    found = topics.find(
        asked, now.questions, ([one for week in before for one in week.texts], list(now.texts)), seed=seed
    )
    assert not isinstance(found, Missing)
    return [
        of_embeddings(Aspect.QUESTIONS, embedding_drift.compare_closely(asked, now.questions, rng)),
        of_embeddings(Aspect.ANSWERS, embedding_drift.compare_closely(answered, now.answers, rng)),
        *[of_topic(topic, len(now.questions), len(asked)) for topic in found.topics if topic.name],
    ]


def a_digest_speaks(weeks: Sequence[Week], rng: np.random.Generator) -> bool:
    """Whether the digest of the last of these weeks has a finding."""
    *before, now = weeks[-REFERENCE - 1 :]
    outputs, past = outputs_of([*before, now]), past_of(weeks)
    is_now = outputs.decided_at >= now.at[0]
    windows = Windows(outputs=outputs, now=is_now, before=~is_now)
    whole, _ = digest_rates.whole(windows, past, {}, None)
    rates = [one.finding for one in (whole, *digest_rates.parts(windows, past, {}, None))]
    values = digest_values.findings(columns_of(before), now.columns)
    words = word_drift.findings(words_of(before), now.words)
    found = settled([*rates, *values, *words, *embedded(before, now, rng, len(weeks))])
    assert len(found) >= 7 + 5 + 4 + 2
    return any(finding.state is State.DRIFT for finding in found)


def a_year_speaks(rng: np.random.Generator) -> bool:
    """Whether any of 52 digests says that something moved."""
    weeks = [a_week(rng, number) for number in range(LEARNED)]
    for number in range(WEEKS):
        weeks.append(a_week(rng, LEARNED + number))
        if a_digest_speaks(weeks, rng):
            return True
    return False


@pytest.fixture
def repetitions(request: pytest.FixtureRequest) -> int:
    """How many years are drawn: a year is 52 digests, so an eighth of what is asked for."""
    return max(DEFAULT, int(request.config.getoption("repetitions", default=None) or 0) // 8)


def test_a_stable_year_seldom_speaks(repetitions: int) -> None:
    """In at most 7 of 100 years any digest has a finding."""
    rng = np.random.default_rng(20261204)
    spoke = sum(a_year_speaks(rng) for _ in range(repetitions))
    print(f"a digest spoke in {spoke / repetitions:.3f} of {repetitions} stable years")

    assert spoke <= binom.ppf(SURE, repetitions, FALSE_YEARS)


def test_a_rise_in_one_slice_is_told_within_four_digests() -> None:
    """From 12 to 40 of 100 in a quarter of the traffic, some 25 reviews of it a week, while all else stays."""
    rng = np.random.default_rng(20261205)
    weeks = [a_week(rng, number) for number in range(LEARNED)]
    for number in range(4):
        calm = a_week(rng, LEARNED + number)
        hit = calm.slice[calm.reviewed] == 0
        worse = calm.wrong | (hit & (rng.random(len(hit)) < 0.4))
        weeks.append(Week(**{**vars(calm), "wrong": worse}))
    *before, now = weeks[-REFERENCE - 1 :]
    outputs, past = outputs_of([*before, now]), past_of(weeks)
    is_now = outputs.decided_at >= now.at[0]
    found = digest_rates.parts(Windows(outputs=outputs, now=is_now, before=~is_now), past, {}, None)

    assert [one.finding.name for one in found if one.more] == [SLICES[0]]
