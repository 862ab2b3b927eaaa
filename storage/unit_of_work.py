"""The store on SQLite and PostgreSQL: transactions over the repositories, named leases, and the marker of changes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, or_
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from reviewers.errors import Conflict, Unavailable
from reviewers.ports import (
    Assessments,
    Checks,
    Counts,
    Cuts,
    Datasets,
    Decisions,
    DigestAnswers,
    DigestMessages,
    Digests,
    Events,
    Features,
    Judgements,
    Notices,
    Outbox,
    Outputs,
    Plans,
    PreferencesOf,
    Releases,
    Replies,
    RiskModels,
    SavedRoutes,
    SourceChanges,
    Tasks,
    Tokens,
    UnitOfWork,
    Verdicts,
    Watches,
    WebhookEvents,
)
from storage.engine import BUSY_SECONDS, reading
from storage.tables import leases
from storage.unit_of_work_accounts import SqlDatasets, SqlTokens, counts
from storage.unit_of_work_changes import changes_of
from storage.unit_of_work_checks import SqlChecks
from storage.unit_of_work_digests import (
    SqlDigestAnswers,
    SqlDigestMessages,
    SqlDigests,
    SqlWatches,
    SqlWebhookEvents,
)
from storage.unit_of_work_features import SqlFeatures
from storage.unit_of_work_judgement import SqlJudgements
from storage.unit_of_work_learning import SqlRiskModels
from storage.unit_of_work_outbox import SqlOutbox
from storage.unit_of_work_outputs import SqlAssessments, SqlOutputs
from storage.unit_of_work_people import SqlEvents, SqlNotices, SqlPreferences, SqlReplies, SqlRoutes
from storage.unit_of_work_selection import SqlCuts, SqlDecisions, SqlPlans
from storage.unit_of_work_sources import SqlSourceChanges
from storage.unit_of_work_statements import added
from storage.unit_of_work_tasks import SqlReleases, SqlTasks
from storage.unit_of_work_verdicts import SqlVerdicts

# Names of SQLite's errors, and SQLSTATE codes: serialization failure, deadlock, lock not available.
_MEETINGS = ("SQLITE_BUSY", "SQLITE_LOCKED", "40001", "40P01", "55P03")
# No file, no disk, no room; the classes connection exception, insufficient resources and operator intervention.
_AWAY = ("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL", "SQLITE_READONLY_", "08", "53", "57")


class SqlUnitOfWork:
    """The repositories of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.outputs: Outputs = SqlOutputs(connection)
        self.assessments: Assessments = SqlAssessments(connection)
        self.decisions: Decisions = SqlDecisions(connection)
        self.plans: Plans = SqlPlans(connection)
        self.cuts: Cuts = SqlCuts(connection)
        self.tasks: Tasks = SqlTasks(connection)
        self.verdicts: Verdicts = SqlVerdicts(connection)
        self.releases: Releases = SqlReleases(connection)
        self.outbox: Outbox = SqlOutbox(connection)
        self.tokens: Tokens = SqlTokens(connection)
        self.datasets: Datasets = SqlDatasets(connection)
        self.replies: Replies = SqlReplies(connection)
        self.notices: Notices = SqlNotices(connection)
        self.preferences: PreferencesOf = SqlPreferences(connection)
        self.routes: SavedRoutes = SqlRoutes(connection)
        self.checks: Checks = SqlChecks(connection)
        self.events: Events = SqlEvents(connection)
        self.risk_models: RiskModels = SqlRiskModels(connection)
        self.judgements: Judgements = SqlJudgements(connection)
        self.digests: Digests = SqlDigests(connection)
        self.digest_messages: DigestMessages = SqlDigestMessages(connection)
        self.digest_answers: DigestAnswers = SqlDigestAnswers(connection)
        self.watches: Watches = SqlWatches(connection)
        self.features: Features = SqlFeatures(connection)
        self.webhook_events: WebhookEvents = SqlWebhookEvents(connection)
        self.source_changes: SourceChanges = SqlSourceChanges(connection)
        self._connection = connection

    def counts(self) -> Counts:
        """How many of each there are."""
        return counts(self._connection)


class SqlStore:
    """Implements `reviewers.ports.Store`; threads may share it.

    Raises Conflict when two writers met, and Unavailable when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = reading(engine)
        self._changes = changes_of(engine)
        # SQLite has one writer at a time. The threads of this process queue here and are woken at once; without it
        # they would sleep and look again, which is what writers of other processes still have to do.
        self._turn = threading.Lock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def begin(self) -> Iterator[UnitOfWork]:
        """A transaction that may write: committed when the block ends, rolled back when it raises."""
        with _our_errors(), self._writing() as connection:
            yield SqlUnitOfWork(connection)

    @contextmanager
    def read(self) -> Iterator[UnitOfWork]:
        """A transaction on one snapshot that only reads; writing in it fails."""
        with _our_errors(), self._reading.begin() as connection:
            yield SqlUnitOfWork(connection)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self._turn is not None and not self._turn.acquire(timeout=BUSY_SECONDS):
            raise Conflict("Another writer kept the database for too long. Try again.")
        try:
            with self._engine.begin() as connection:
                yield connection
        finally:
            if self._turn is not None:
                self._turn.release()

    def lease(self, name: str, holder: str, *, now: datetime, seconds: float) -> bool:
        """Take or renew a named lease; False when another holds it."""
        values = {"name": name, "holder": holder, "expires_at": now + timedelta(seconds=seconds)}
        mine_or_free = or_(leases.c.holder == holder, leases.c.expires_at <= now)
        offered = postgresql.insert(leases)  # compiles for both databases
        statement = offered.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"holder": offered.excluded.holder, "expires_at": offered.excluded.expires_at},
            where=mine_or_free,
        )
        with _our_errors(), self._writing() as connection:
            return added(connection, statement, values)

    def change_marker(self) -> object:
        """Differs after any commit of any connection or process; compare with `==`, within one process."""
        with _our_errors():
            return self._changes.marker()

    def close(self) -> None:
        """Close all connections."""
        self._changes.close()
        self._engine.dispose()


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("All connections to the database are in use. Try again.") from error
    except DBAPIError as error:
        code = _code(error)
        if code.startswith(_MEETINGS):
            raise Conflict("Two writers met. Try again.") from error
        if code.startswith(_AWAY):
            message = f"The database does not answer ({code}). Check that it runs and that its address is right."
            raise Unavailable(message) from error
        raise


def _code(error: DBAPIError) -> str:
    """The name that the database gives to an error; one without a name is a connection that failed."""
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorname", "") or "SQLITE"
    return getattr(error.orig, "sqlstate", None) or ("08000" if isinstance(error, OperationalError) else "")
