"""The composition root of a simulated year: the program over a database of its own, on a clock that is set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.bootstrap_models import report_failure
from bot.metrics import PrometheusMetrics
from bot.simulation.clock import CountedIds, SetClock
from bot.simulation.people import NoGroups
from bot.simulation.plan import YearPlan, starts
from bot.simulation.year import Program, policy_of
from reviewers.decisions.routing import FixedPolicies
from reviewers.errors import Invalid
from reviewers.workflow.describing import Describer
from reviewers.workflow.learning import CurrentRisk
from reviewers.workflow.scoring import ScoringStep
from reviewers.workflow.services import Services, make_services

CHANNEL = "C0REVIEW"
FILE = "year.db"


@contextmanager
def simulated(plan: YearPlan, folder: Path, *, database: str = "", embeddings: bool = True) -> Iterator[Program]:
    """The program at the beginning of the year. Raises Invalid (`database`) for one that holds outputs.

    Args:
        plan: of the year.
        folder: where datasets go, and the database, if `database` names none.
        database: its address, `sqlite:///…` or `postgresql://…`; its schema is brought up to date.
        embeddings: of questions and answers, by the packaged MiniLM; without them, what is asked and said is compared
            by nothing, and a new topic is not seen.
    """
    from storage import migrations
    from storage.datasets import FolderFiles
    from storage.engine import make_engine
    from storage.unit_of_work import SqlStore

    address = database or f"sqlite:///{folder / FILE}"
    migrations.upgrade(address)
    store = SqlStore(make_engine(address))
    try:
        with store.read() as uow:
            if uow.counts().outputs:
                raise Invalid("database", "This database holds outputs. A simulated year needs an empty one.")
        clock = SetClock(starts(1))
        services = make_services(
            store=store,
            clock=clock,
            ids=CountedIds(),
            metrics=PrometheusMetrics(),
            policies=FixedPolicies(policy=policy_of(plan)),
            directory=NoGroups(),
            files=FolderFiles(),
            channel=CHANNEL,
        )
        yield Program(
            services=services, scoring=_scoring(services, plan, embeddings=embeddings), clock=clock, folder=folder
        )
    finally:
        store.close()


def _scoring(services: Services, plan: YearPlan, *, embeddings: bool) -> ScoringStep:
    """The worker's step with the machine reviewers that read words, and every passage of the application's own."""
    from reviewers.scorers.claims import SentenceClaims
    from reviewers.scorers.grounding_lexical import LexicalGrounding
    from reviewers.scorers.lexical import Contradictions, Coverage, MissingFacts
    from reviewers.scorers.reader import ClaimReader

    return ScoringStep(
        store=services.store,
        clock=services.clock,
        ids=services.ids,
        metrics=services.metrics,
        policies=services.policies,
        channel=CHANNEL,
        reader=ClaimReader(splitter=SentenceClaims()),
        scorers=(LexicalGrounding(), Coverage(), MissingFacts(), Contradictions()),
        assess=CurrentRisk(services.store).assess,
        report=report_failure,
        describe=_describer(services).describe if embeddings else None,
        worker="simulation",
        batch_size=plan.outputs_per_week,
    )


def _describer(services: Services) -> Describer:
    """With MiniLM, which remembers every text of the year."""
    from reviewers.scorers.embedder import MiniLmEmbedder
    from reviewers.scorers.languages import LanguageGuess

    embedder = MiniLmEmbedder(threads=1)
    return Describer(
        embed=embedder.embed_documents,
        embedder=embedder.name,
        language=LanguageGuess(),
        clock=services.clock,
        metrics=services.metrics,
        report=report_failure,
    )
