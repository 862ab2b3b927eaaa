"""Figures over HTTP: each number with its interval, n, method and period; and what readers are told of an output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.intake.figures import EXAMPLE, StatsAnswer
from reviewers.decisions.agreement import AllAlike
from reviewers.decisions.too_few import TooFew
from reviewers.model import Judgement, Rate, ReleaseState, Route, Stratum, VerdictKind
from reviewers.ports import UnitOfWork
from reviewers.workflow.verdicts import Ballot
from tests.builders import a_decision, a_release, a_task, an_assessment
from tests.intake.rig import Service, a_body, service
from tests.judged import ALPHA, AUROC, DIFFERENCE, ERRORS, FEW, a_judgement, a_line, some_stats

CARDS = Route(name="Card support")
RATE = Rate(value=0.08, low=0.06, high=0.10, reviewed=500, speaks_for=10000, method="model-assisted score interval")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One route, of which 44 outputs were reviewed yesterday, four of them wrong."""
    with service(tmp_path_factory.mktemp("stats"), routes=(CARDS,)) as found:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        for place in range(44):
            name = f"o-{place}"
            found.post(a_body(name))
            with found.parts.store.begin() as uow:
                _picked(uow, name, yesterday)
            kind, reasons = (VerdictKind.REJECT, ("invented",)) if place < 4 else (VerdictKind.APPROVE, ())
            ballot = Ballot(task_id=f"t-{name}", reviewer="U0MARA", kind=kind, reasons=reasons)
            found.parts.verdicts.record(ballot)
        yield found


def _picked(uow: UnitOfWork, name: str, at: datetime) -> None:
    uow.assessments.add([an_assessment(name)])
    stratum = Stratum.DRAWN  # since strata are kept, an output is in the route that its decision names
    uow.decisions.add([a_decision(name, route="Card support", decided_at=at, stratum=stratum)])
    uow.tasks.add(a_task(f"t-{name}", output_id=name, route="Card support"))


def test_rate_comes_with_interval_n_method_and_period(served: Service) -> None:
    """All of a route, by its name in any case."""
    told = served.http.get("/v1/stats", params={"route": "card SUPPORT", "days": 7}).json()
    rate = told["error_rate"]
    assert rate["value"] == pytest.approx(4 / 44)
    assert rate["low"] <= rate["value"] <= rate["high"]
    assert (rate["level"], rate["reviewed"], rate["outputs"], rate["too_few"]) == (0.95, 44, 44, None)
    assert rate["method"] == "model-assisted score interval"
    since, until = (datetime.fromisoformat(rate[name]) for name in ("since", "until"))
    assert until - since == timedelta(days=7)
    assert (told["route"], told["outputs"], told["release"]) == ("Card support", 44, None)
    (week,) = told["weeks"]
    assert datetime.fromisoformat(week["error_rate"]["since"]) >= since


def test_too_little_is_null_with_what_is_missing(served: Service) -> None:
    """Never 0; the agreement of one reviewer with nobody is none."""
    told = served.http.get("/v1/stats").json()["agreement"]
    assert (told["value"], told["low"], told["high"]) == (None, None, None)
    assert told["too_few"] == {"found": 0, "needed": 20, "of": "outputs with two verdicts"}


@pytest.mark.parametrize(
    ("asked", "field"), [({"route": "Loans"}, "route"), ({"days": 0}, "days"), ({"days": "many"}, "days")]
)
def test_wrong_question_is_a_problem_that_names_the_field(served: Service, asked: dict[str, str], field: str) -> None:
    """As everywhere in the API."""
    answer = served.http.get("/v1/stats", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["errors"][0]["field"] == field


def test_nobody_reads_figures_without_a_token(served: Service) -> None:
    """They are the workspace's own."""
    answer = served.http.get("/v1/stats", headers={"Authorization": ""})
    assert answer.status_code == 401


def test_whole_answer_has_every_part() -> None:
    """Weeks with their own days, slices, models, agreement, signal, and what is proven."""
    stats = some_stats(
        slices=(a_line("fees", FEW, 4),),
        agreement=ALPHA,
        signal=AUROC,
        drawn_evenly=True,
        judgement=a_judgement(),
        weeks=(a_line("2026-W47", FEW, 4),),
    )
    told = StatsAnswer.of(stats)
    assert (told.agreement.value, told.agreement.reviewed) == (0.81, 212)
    assert (told.signal.value, told.signal.high, told.drawn_evenly) == (0.78, 0.84, True)
    (week,) = told.weeks
    assert (week.error_rate.since.date().isoformat(), week.error_rate.until.date().isoformat()) == (
        "2026-11-16",
        "2026-11-23",
    )
    assert told.release is not None
    assert told.release.proof is not None
    assert (told.release.limit, told.release.proof.share, told.release.reviews_needed) == (0.05, 0.62, 1200)
    assert told.release.missed is not None
    assert told.release.missed.high == 0.061


def test_sensitivity_and_specificity_come_with_interval_n_method_and_period() -> None:
    """Of what people decided; n is what was checked."""
    told = StatsAnswer.of(some_stats(errors=ERRORS))
    for figure, about in ((told.sensitivity, (0.83, 0.72, 0.92)), (told.specificity, (0.97, 0.94, 0.99))):
        assert (figure.value, figure.low, figure.high) == pytest.approx(about, abs=0.005)
        assert (figure.reviewed, figure.level, figure.too_few, figure.note) == (42, 0.95, None, "")
        assert figure.method.startswith("Dawid and Skene's model")
        assert (figure.since, figure.until) == (told.since, told.until)


def test_what_one_person_finds_is_no_figure_of_a_route() -> None:
    """It says why there is none, and how much there is."""
    told = StatsAnswer.of(some_stats(errors=replace(ERRORS, people=1)))
    for figure in (told.sensitivity, told.specificity):
        assert (figure.value, figure.low, figure.high, figure.reviewed) == (None, None, None, 42)
        assert figure.note.startswith("One person decided")


def test_too_few_second_opinions_are_said(served: Service) -> None:
    """One person reviewed, and nobody looked again."""
    told = served.http.get("/v1/stats").json()
    for name in ("sensitivity", "specificity"):
        assert (told[name]["value"], told[name]["reviewed"]) == (None, 0)
        assert told[name]["too_few"] == {"found": 0, "needed": 20, "of": "second opinions"}
    assert told["anchoring"]["difference"]["too_few"] == {"found": 0, "needed": 20, "of": "reviews"}


def test_effect_of_the_marks_is_told_with_both_shares() -> None:
    """The difference, and what it is the difference of."""
    told = StatsAnswer.of(some_stats(anchoring=DIFFERENCE)).anchoring
    shares = [(one.value, one.low, one.high, one.reviewed) for one in (told.with_marks, told.without_marks)]
    assert shares == [(0.11, 0.08, 0.15, 200), (0.13, 0.09, 0.18, 150)]
    assert {one.method for one in (told.with_marks, told.without_marks)} == {"Wilson's score interval"}
    found = told.difference
    assert (found.value, found.low, found.high, found.reviewed) == (-0.02, -0.07, 0.03, 350)
    assert "Newcombe" in found.method


def test_document_tells_of_sensitivity_specificity_and_marks(served: Service) -> None:
    """Each as a number that always comes, in the shape and in words."""
    document = served.http.get("/openapi.json").json()
    shape = document["components"]["schemas"]["StatsAnswer"]
    assert {"sensitivity", "specificity", "anchoring"} <= set(shape["required"])
    words = document["paths"]["/v1/stats"]["get"]["description"]
    assert all(f"`{name}`" in words for name in ("sensitivity", "specificity", "anchoring"))


def test_agreement_of_equal_verdicts_has_a_reason_and_no_number() -> None:
    """Nothing tells it from chance."""
    told = StatsAnswer.of(some_stats(agreement=AllAlike(units=30, verdicts=60))).agreement
    assert (told.value, told.too_few, told.reviewed) == (None, None, 30)
    assert told.note.startswith("Every verdict said the same")


def test_example_is_an_answer() -> None:
    """It can be read as one, and says nothing else."""
    assert StatsAnswer.model_validate(EXAMPLE).model_dump(mode="json") == EXAMPLE


def test_readers_are_told_whether_a_person_checked_it(served: Service) -> None:
    """Approved: on which day. Rejected: nothing, since nobody should read it."""
    checked, rejected = (served.http.get(f"/v1/outputs/{name}").json()["notice"] for name in ("o-40", "o-0"))
    day = datetime.now(UTC)
    assert checked == f"Checked by a person on {day.day} {day:%b}."
    assert rejected == ""


def test_readers_of_what_nobody_checked_are_told_how_often_answers_here_are_wrong(tmp_path: Path) -> None:
    """And of one whose own risk lies above that, that it seems likelier to be."""
    with service(tmp_path, routes=(CARDS,)) as found:
        for name, risk in (("o-1", 0.1), ("o-2", 0.62)):
            found.post(a_body(name, hold=True))
            with found.parts.store.begin() as uow:
                uow.decisions.add([a_decision(name, route="Card support", selected=False, risk=risk)])
                uow.releases.decide(a_release(name, state=ReleaseState.RELEASED, text="It costs € 2.00."))
        with found.parts.store.begin() as uow:
            uow.judgements.add(
                Judgement(
                    route="Card support",
                    rate=RATE,
                    guarantee=None,
                    tested_at=None,
                    proof=None,
                    made_at=datetime.now(UTC),
                )
            )
        told = found.http.get("/v1/outputs/o-1/release").json()
        assert (told["state"], told["may_be_sent"], told["verified"]) == ("released", True, False)
        assert told["notice"] == (
            "Not checked by a person. Of 100 answers here about 8 are wrong (6 to 10, last 4 weeks)."
        )
        assert found.http.get("/v1/outputs/o-2").json()["notice"] == (
            "Not checked by a person. It seems likelier to be wrong than the average: "
            "of 100 answers here about 8 are wrong (6 to 10, last 4 weeks)."
        )


def test_readers_are_told_when_too_little_is_known(tmp_path: Path) -> None:
    """No number is made up; nothing is said of what still waits."""
    with service(tmp_path, routes=(CARDS,)) as found:
        found.post(a_body("o-1", hold=True))
        assert found.http.get("/v1/outputs/o-1/release").json()["notice"] == ""
        with found.parts.store.begin() as uow:
            uow.releases.decide(a_release("o-1", state=ReleaseState.RELEASED, text="It costs € 2.00."))
        assert found.http.get("/v1/outputs/o-1/release").json()["notice"] == (
            "Not checked by a person; too few checks to say how often answers here are wrong."
        )


def test_too_few_users_leave_the_number_of_reviews_as_it_is() -> None:
    """60 reviews of three users, in all and in a week; the method is the one that asks for users."""
    users = TooFew(found=3, needed=5, of="users")
    week = a_line("2026-W47", users, 60)
    told = StatsAnswer.of(some_stats(rate=users, outputs=1000, reviewed=60, weeks=(week,)))
    for figure, outputs in ((told.error_rate, 1000), (told.weeks[0].error_rate, 1200)):
        assert (figure.value, figure.reviewed, figure.outputs) == (None, 60, outputs)
        assert figure.method == "model-assisted score interval, clustered by user"
        assert figure.too_few is not None
        assert figure.too_few.model_dump() == {"found": 3, "needed": 5, "of": "users"}


def test_too_few_wrong_outputs_leave_the_number_of_reviews_as_it_is() -> None:
    """800 reviews with a risk, of which three were wrong."""
    few = TooFew(found=3, needed=5, of="wrong outputs")
    told = StatsAnswer.of(some_stats(signal=few, reviewed=810, ranked=800)).signal
    assert (told.value, told.reviewed) == (None, 800)
    assert told.too_few is not None
    assert (told.too_few.found, told.too_few.of) == (3, "wrong outputs")


def test_outputs_of_no_route_are_asked_for_by_their_name(served: Service) -> None:
    """None came, where all came to the one route."""
    told = served.http.get("/v1/stats", params={"route": "Answers of no route"}).json()
    assert (told["route"], told["outputs"]) == ("Answers of no route", 0)
    assert served.http.get("/v1/stats").json()["outputs"] == 44


def test_line_that_is_too_thin_says_so() -> None:
    """Beside one that is not."""
    told = StatsAnswer.of(some_stats(slices=(a_line("fees", TooFew(found=4, needed=40), 4),))).slices[0]
    assert told.error_rate.value is None
    assert told.error_rate.too_few is not None
    assert (told.error_rate.too_few.found, told.error_rate.outputs, told.finding) == (4, 80, False)
