"""With very many rows every query that is asked often uses an index: shown by the plans, not by the time it takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from reviewers.model import ClaimMark, Draft, Mark, Outcome, ReleaseState, Resolution, TaskState
from reviewers.ports import OutboxItem, OutboxKind, UnitOfWork
from storage import migrations
from storage.engine import make_engine
from storage.rows_selection import plan_row
from storage.unit_of_work import SqlStore
from tests.builders import NOON, a_cut, a_decision, a_made_plan, a_release, a_task, a_verdict, an_assessment, an_output

OUTPUTS = {"sqlite": 200_000, "postgresql": 20_000}
# Of n outputs: every second one is assessed and decided on, every twentieth has a task, most of those are done.
FILL = (
    """INSERT INTO outputs (number, output_id, body_hash, model, model_version, hold, created_at, received_at, body)
       SELECT n, 'o-' || n, 'h', '"m"', '"1"', n % 50 = 0, :noon, :noon, :body FROM ({numbers}) AS numbers""",
    """INSERT INTO scoring_queue (number, priority, free_at, worker)
       SELECT number, CASE WHEN hold THEN 0 ELSE 1 END, received_at, '' FROM outputs WHERE number % 2 = 1""",
    """INSERT INTO assessments (output_id, risk, assessed_at, body)
       SELECT output_id, 0.1, :noon, :assessment FROM outputs WHERE number % 2 = 0""",
    """INSERT INTO scores (output_id, scorer, version, value, explanation, claim_values, duration_ms)
       SELECT output_id, 'coverage', '1', 0.5, '""', '[]', 1.0 FROM outputs WHERE number % 2 = 0""",
    """INSERT INTO sampling_decisions (output_id, selected, inclusion_probability, reason, rule, channel,
           policy_version, draw, decided_at)
       SELECT output_id, number % 20 = 0, 0.05, 'uniform', '""', '', 'p', 0.5, :noon FROM outputs
       WHERE number % 2 = 0""",
    """INSERT INTO review_tasks (task_id, output_id, number, channel, hold, state, created_at, due_at, posted_channel,
           posted_ts, handed_on_by, priority, due_order)
       SELECT 't-' || number, output_id, number, 'C', hold, CASE WHEN number % 400 = 0 THEN 'open' ELSE 'resolved' END,
           :noon, :noon, 'C', '1', '', CASE WHEN hold THEN 0 ELSE 1 END, :noon
       FROM outputs WHERE number % 20 = 0""",
    """INSERT INTO selection_plans (version, route, policy_version, body, made_at)
       SELECT 'plan-' || number, CASE WHEN number % 2 = 0 THEN '"Cards"' ELSE '""' END, 'p', :plan, :noon FROM outputs
       WHERE number % 100 = 0""",
    """INSERT INTO selection_cuts (output_id, route, keep_probability, kept_so_far, draw, kept, reaches_from, cut_at)
       SELECT output_id, '"Cards"', 0.5, 0.5, 0.1, 1 = 1, :noon, :noon FROM review_tasks WHERE state = 'open'""",
    """INSERT INTO verdicts (verdict_id, task_id, reviewer, revision, kind, reasons, note, marks, seen, recorded_at)
       SELECT 'v-' || number, task_id, 'U0MARA', 1, 'approve', '[]', '""', '[]', 'evidence', :noon FROM review_tasks
       WHERE state = 'resolved'""",
    """INSERT INTO resolutions (task_id, revision, outcome, verdict_id, resolved_by, reasons, note, resolved_at)
       SELECT task_id, 1, 'approved', 'v-' || number, 'U0MARA', '[]', '""', :noon FROM review_tasks
       WHERE state = 'resolved'""",
    """INSERT INTO releases (output_id, state, held_since, deadline, on_timeout, reasons)
       SELECT output_id, CASE WHEN number % 500 = 0 THEN 'held' ELSE 'approved' END, :noon, :noon, 'refuse', '[]'
       FROM outputs WHERE hold""",
    """INSERT INTO outbox (key, kind, task_id, channel, state, due_at, free_at, leased, worker, attempts,
           outcome_unknown, last_error)
       SELECT 'post:' || task_id, 'post_card', task_id, 'C', CASE WHEN state = 'open' THEN 'waiting' ELSE 'done' END,
           :noon, :noon, 1 = 0, '', 0, 1 = 0, '""' FROM review_tasks""",
)
BODY = (
    '{"prompt":[],"completion":"Text.","tags":[],"passages":[],"token_logprobs":null,"confidence":null,'
    '"latency_ms":null,"usage":null,"metadata":{},"submitted_by":""}'
)
ASSESSMENT = '{"readings":[],"risk":["prior-2",0,[]],"failure":"","documents_searched":0}'

PLAN = json.dumps(plan_row(a_made_plan())["body"])


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def full_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStore]:
    """A database with very many outputs, and with the statistics that its planner keeps."""
    engine = make_engine(_full_url(request, tmp_path_factory.mktemp("full")))
    amount = OUTPUTS[engine.dialect.name]
    numbers = f"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < {amount}) SELECT n FROM t"
    noon = NOON.strftime("%Y-%m-%d %H:%M:%S.%f") if engine.dialect.name == "sqlite" else NOON
    values = {"noon": noon, "body": BODY, "assessment": ASSESSMENT, "plan": PLAN}
    with engine.begin() as connection:
        for statement in FILL:
            _fill(connection, statement.format(numbers=numbers), values)
    if engine.dialect.name == "postgresql":
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("SELECT setval('outputs_number_seq', :amount)"), {"amount": amount})
            connection.execute(text("VACUUM ANALYZE"))
    store = SqlStore(engine)
    yield store
    store.close()


def _full_url(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'full.db'}"
        migrations.upgrade(url)
        return url
    create = request.getfixturevalue("create_postgres")
    return str(create(request.getfixturevalue("migrated_postgres")))


def _fill(connection: Any, statement: str, values: dict[str, Any]) -> None:
    used = {name: value for name, value in values.items() if f":{name}" in statement}
    connection.execute(text(statement), used)


@contextmanager
def statements(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """What is sent to the database inside the block."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")):
            sent.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def plan(engine: Engine, statement: str, parameters: Any) -> list[str]:
    """The lines of the plan."""
    explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":  # a few rows it reads whole and sorts by choice: is there another way?
            connection.execute(text("SET LOCAL enable_seqscan = off"))
            connection.execute(text("SET LOCAL enable_sort = off"))
        return [str(row[-1]) for row in connection.exec_driver_sql(explain + statement, parameters)]


# Read from their start in the order that is asked for, until there is enough: that is what they are for.
IN_ORDER = ("ix_outbox_due", "ix_outbox_dead", "ix_review_tasks_open", "ix_scoring_queue_next", "risk_models")


def whole_tables(lines: list[str]) -> list[str]:
    """The lines that say that a whole table or a whole index is read."""
    found = [line for line in lines if line.lstrip().startswith("SCAN ") or "Seq Scan" in line]
    return [line for line in found if not any(name in line for name in (*IN_ORDER, "CONSTANT ROW"))]


def sorting(lines: list[str]) -> list[str]:
    """The lines that say that all rows are found first, and then sorted."""
    return [line for line in lines if "USE TEMP B-TREE" in line or line.lstrip(" ->").startswith("Sort ")]


AN_ITEM = OutboxItem(key="new", kind=OutboxKind.POST_CARD, task_id="t-400", channel="C0REVIEW", due_at=NOON)
A_MARK = ClaimMark(claim_number=1, mark=Mark.WRONG)
A_DRAFT = Draft(task_id="t-400", reviewer="U0MARA", text="…", kept_at=NOON)
A_RESOLUTION = Resolution(
    task_id="t-400", revision=1, outcome=Outcome.APPROVED, verdict_id="", resolved_by="U0MARA", resolved_at=NOON
)
POLLS = (
    "claiming unscored outputs",
    "listing open tasks",
    "listing more open tasks",
    "claiming what is due",
    "asking when something is due",
    "looking at dead items",
    "reading features",
    "reading what an hour's outputs tell",
)


def open_task(uow: UnitOfWork) -> None:
    """As after scoring."""
    uow.decisions.add([a_decision("o-1")])
    uow.tasks.add(a_task("new", output_id="o-1"))
    uow.outbox.add(replace(AN_ITEM, task_id="new"))


LATER, HOUR = NOON + timedelta(hours=1), timedelta(hours=1)
TASKS = [f"t-{number}" for number in range(400, 2400, 20)]
ASKED: dict[str, Callable[[UnitOfWork], object]] = {
    "receiving a batch": lambda uow: uow.outputs.add([an_output(f"new-{n}") for n in range(100)]),
    "receiving what is known": lambda uow: uow.outputs.add([an_output(f"o-{n}") for n in range(1, 101)]),
    "claiming unscored outputs": lambda uow: uow.outputs.claim_unscored(
        limit=32, now=NOON, lease_seconds=60, worker="w"
    ),
    "finding an output": lambda uow: uow.outputs.get("o-777"),
    "storing assessments": lambda uow: uow.assessments.add([an_assessment(f"o-{n}") for n in range(1, 65, 2)]),
    "finding an assessment": lambda uow: uow.assessments.get("o-778"),
    "reading the scores of reviewed outputs": lambda uow: uow.assessments.scores([f"o-{n}" for n in range(2, 300, 2)]),
    "asking for the newest risk model": lambda uow: uow.risk_models.newest(),
    "storing decisions": lambda uow: uow.decisions.add([a_decision(f"o-{n}") for n in range(1, 65, 2)]),
    "finding a decision": lambda uow: uow.decisions.get("o-400"),
    "finding the newest plan": lambda uow: uow.plans.newest("Cards"),
    "finding the cuts of an output": lambda uow: uow.cuts.of("o-400"),
    "cutting": lambda uow: uow.cuts.add([a_cut("o-400")]),
    "reading an hour's outputs": lambda uow: uow.decisions.sample(LATER, LATER + HOUR),
    "reading an hour's outputs of a route": lambda uow: uow.decisions.sample(LATER, LATER + HOUR, route="Cards"),
    "counting an hour's traffic": lambda uow: uow.decisions.traffic(LATER, LATER + HOUR, route="Cards"),
    "reading what was reviewed in an hour": lambda uow: uow.tasks.reviewed(LATER, LATER + HOUR),
    "counting verdicts on reopened answers": lambda uow: uow.tasks.verdicts_on_reopened(
        LATER, LATER + HOUR, route="Cards"
    ),
    "listing the queue of a route": lambda uow: uow.tasks.in_queue("Cards"),
    "opening a task": open_task,
    "finding the task of an output": lambda uow: uow.tasks.for_output("o-400"),
    "finding every task of an output": lambda uow: uow.tasks.of_output("o-400"),
    "listing second looks": lambda uow: uow.tasks.looks(LATER),
    "noting that claims were opened": lambda uow: uow.verdicts.note_opening("t-400", "U0MARA", NOON),
    "finding a task by its number": lambda uow: uow.tasks.by_number(400),
    "locking a task": lambda uow: uow.tasks.lock("t-400"),
    "changing a task": lambda uow: uow.tasks.set_state("t-400", TaskState.OPEN),
    "listing open tasks": lambda uow: uow.tasks.open(limit=50),
    "listing more open tasks": lambda uow: uow.tasks.open(limit=50, after="t-2400"),
    "showing a hundred tasks": lambda uow: uow.tasks.views(TASKS),
    "reading verdicts": lambda uow: uow.verdicts.for_task("t-420"),
    "recording a verdict": lambda uow: uow.verdicts.append(a_verdict("new", task_id="t-400")),
    "resolving": lambda uow: uow.verdicts.resolve(replace(A_RESOLUTION, verdict_id="v-420")),
    "keeping marks": lambda uow: uow.verdicts.keep_marks("t-400", "U0MARA", [A_MARK], NOON),
    "keeping a draft": lambda uow: uow.verdicts.keep_draft(A_DRAFT),
    "reading the resolution": lambda uow: uow.verdicts.resolution("t-420"),
    "reading marks": lambda uow: uow.verdicts.marks("t-420", "U0MARA"),
    "reading a draft": lambda uow: uow.verdicts.draft("t-420", "U0MARA"),
    "finding overdue releases": lambda uow: uow.releases.overdue(NOON, 200),
    "deciding a release": lambda uow: uow.releases.decide(
        a_release("o-500", state=ReleaseState.APPROVED, decided_at=NOON)
    ),
    "claiming what is due": lambda uow: uow.outbox.claim_due(limit=20, now=NOON, lease_seconds=60, worker="w"),
    "asking when something is due": lambda uow: uow.outbox.next_due(),
    "putting an item off": lambda uow: uow.outbox.put_off("post:t-400", NOON),
    "finishing an item": lambda uow: uow.outbox.done("post:t-400"),
    "looking at dead items": lambda uow: uow.outbox.dead(),
    "streaming resolved tasks": lambda uow: next(uow.tasks.resolved()),
    "streaming a route's resolved tasks as of a moment": lambda uow: next(
        uow.tasks.resolved(route="", since=NOON - HOUR, as_of=LATER)
    ),
    "showing a hundred tasks as of a moment": lambda uow: uow.tasks.views(TASKS, as_of=LATER),
    "counting how an hour's tasks stood": lambda uow: uow.tasks.standing(
        LATER, LATER + HOUR, route="Cards", as_of=NOON
    ),
    "reading features as of a moment": lambda uow: list(
        uow.features.blocks(LATER, LATER + HOUR, route="Cards", as_of=LATER)
    ),
    "finding a digest": lambda uow: uow.digests.get("Cards", "2026-W47"),
    "finding the digests of a week": lambda uow: uow.digests.of_week("2026-W47"),
    "finding a message of a digest": lambda uow: uow.digest_messages.get("calm"),
    "remembering a picture": lambda uow: uow.digest_messages.set_file("calm", "rate", "F1"),
    "finding the messages of a digest": lambda uow: uow.digest_messages.of("2026-W47", "Cards"),
    "finding answers to digests": lambda uow: uow.digest_answers.of("Cards"),
    "finding the answers of a period": lambda uow: uow.digest_answers.between(LATER, LATER + HOUR),
    "finding where watches begin": lambda uow: uow.watches.of("Cards", until=NOON),
    "finding an event for others": lambda uow: uow.webhook_events.get("e-1"),
    "reading features": lambda uow: list(uow.features.blocks(LATER, LATER + HOUR, route="Cards")),
    "reading what an hour's outputs tell": lambda uow: list(uow.decisions.columns(LATER, LATER + HOUR, route="Cards")),
    "reading questions": lambda uow: uow.features.questions(["o-400"]),
}


class Undo(Exception):
    """The next case finds the database as this one did."""


def plans_of(store: SqlStore, asked: str) -> dict[str, list[str]]:
    """The plan of every statement that a case sends, with the values that it was sent with."""
    engine = store._engine
    with statements(engine) as sent:
        try:
            with store.begin() as uow:
                ASKED[asked](uow)
                raise Undo
        except Undo:
            pass
    assert sent
    return {statement: plan(engine, statement, parameters) for statement, parameters in sent}


@pytest.mark.parametrize("asked", ASKED)
def test_no_query_that_is_asked_often_reads_a_whole_table(full_store: SqlStore, asked: str) -> None:
    """Nor does a statement that writes: a foreign key without an index makes SQLite read all children."""
    plans = plans_of(full_store, asked)

    assert {statement: lines for statement, lines in plans.items() if whole_tables(lines)} == {}


@pytest.mark.parametrize("asked", POLLS)
def test_what_is_polled_for_is_read_in_the_order_of_its_index(full_store: SqlStore, asked: str) -> None:
    """A hundred thousand outputs may wait: the first ones are found without a look at the rest."""
    plans = plans_of(full_store, asked)

    assert {statement: lines for statement, lines in plans.items() if sorting(lines)} == {}


@pytest.mark.parametrize("amount", [1, 100])
def test_views_of_many_tasks_are_as_many_queries_as_of_one(full_store: SqlStore, amount: int) -> None:
    """Ten: tasks, outputs, decisions, assessments, scores, verdicts, resolutions, releases, replies, dataset rows."""
    with statements(full_store._engine) as sent, full_store.read() as uow:
        assert len(uow.tasks.views(TASKS[:amount])) == amount

    assert len(sent) == 10
