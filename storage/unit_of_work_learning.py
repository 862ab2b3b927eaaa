"""Risk models: only ever appended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from reviewers.model import RiskModel
from storage.rows_learning import risk_model_row, to_risk_model
from storage.tables_learning import risk_models
from storage.unit_of_work_statements import EVER, every, first

_ADD = risk_models.insert()
_ALL = (
    select(risk_models)
    .where(risk_models.c.fitted_at <= bindparam("as_of", type_=risk_models.c.fitted_at.type))
    .order_by(risk_models.c.position)
)
_NEWEST = select(risk_models).order_by(risk_models.c.position.desc()).limit(1)


class SqlRiskModels:
    """Implements `reviewers.ports.RiskModels`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, model: RiskModel, *, at: datetime) -> None:
        """Append."""
        self._connection.execute(_ADD, risk_model_row(model, at))

    def newest(self) -> RiskModel | None:
        """The one that was appended last."""
        row = first(self._connection, _NEWEST)
        return to_risk_model(row) if row else None

    def all(self, *, as_of: datetime | None = None) -> list[RiskModel]:
        """The oldest first; what was stored later is left out."""
        return [to_risk_model(row) for row in every(self._connection, _ALL, as_of=as_of or EVER)]
