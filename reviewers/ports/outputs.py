"""What the use cases need of the store: outputs, what the machine said of them, and what was selected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from reviewers.model import Assessment, HourCount, Output, PastOutput, PeriodOutputs, SamplingDecision, Score
from reviewers.model.output_block import OutputBlock


class Received(StrEnum):
    """What became of an output that was handed in."""

    NEW = "new"
    SAME = "same"  # the same body under the same id, received before
    CONFLICT = "conflict"  # another body under the same id: not stored


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The store's answer for one output of a batch."""

    output_id: str
    status: Received
    number: int  # the running number of the stored output (0 on CONFLICT)
    received_at: datetime  # when the stored output was received first


class Outputs(Protocol):
    """Outputs as received, and the queue of those that wait for the machine reviewers."""

    def add(self, outputs: Sequence[Output]) -> list[Receipt]:
        """Store new outputs; one receipt each, in order. Also decides duplicates inside the batch."""

    def get(self, output_id: str) -> Output | None: ...

    def claim_unscored(self, *, limit: int, now: datetime, lease_seconds: float, worker: str) -> list[Output]:
        """Lease the oldest outputs that have no assessment; held ones first. An expired lease is free again."""

    def waiting(self) -> int:
        """How many outputs have no assessment yet."""


class Assessments(Protocol):
    """Scores, claims and risk, one assessment an output."""

    def add(self, assessments: Sequence[Assessment]) -> None:
        """Store assessments and end the leases; a second one for the same output is ignored (scored twice)."""

    def get(self, output_id: str) -> Assessment | None: ...

    def scores(self, output_ids: Sequence[str]) -> dict[str, tuple[Score, ...]]:
        """The scores of those of the outputs that have a risk, in the order of storing; may be empty for one."""


class Decisions(Protocol):
    """Sampling decisions, for chosen and unchosen outputs."""

    def add(self, decisions: Sequence[SamplingDecision]) -> None:
        """Store; a second one for the same output is ignored."""

    def get(self, output_id: str) -> SamplingDecision | None:
        """With the cuts of the queue in its inclusion probability."""

    def sample(
        self,
        since: datetime,
        until: datetime,
        *,
        route: str | None = None,
        selected_only: bool = False,
        as_of: datetime | None = None,
    ) -> PeriodOutputs:
        """Every output decided on in [since, until), selected or not, with what people found; in no order.

        Args:
            route: only this one; empty: the policy's own; None: all. An output that was decided before routes were
                kept with decisions is in no route.
            selected_only: leave out what was not selected: a small part of the whole, and quickly read.
            as_of: resolutions and cuts that came later are unseen; None: all are seen.

        Chances have the cuts of the queue in them: a selected output's own ones; any other output has those that it
        would have met, had it waited in the queue.
        """

    def past(self, since: datetime, until: datetime) -> Iterator[PastOutput]:
        """Every output decided on in [since, until) with its decision and what the draw brought people to say.

        By the time of the decision, in pieces that fit in memory; known answers are left out. The texts are read too.
        """

    def columns(self, since: datetime, until: datetime, *, route: str) -> Iterator[OutputBlock]:
        """What every output of this route decided on in [since, until) tells, in pieces that fit in memory.

        By the time of the decision; known answers, and what was decided before routes were kept, are left out.
        """

    def traffic(self, since: datetime, until: datetime, *, route: str | None = None) -> list[HourCount]:
        """How many outputs were decided on in each hour of [since, until), by hour; hours without any are left out."""
