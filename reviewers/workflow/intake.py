"""Receive outputs, and tell all that is known of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reviewers.decisions import gate, routing
from reviewers.errors import UnknownOutput
from reviewers.model import Assessment, Output, Release, SamplingDecision, TaskView
from reviewers.ports import Metrics, Policies, Receipt, Received, Store


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputStory:
    """All that is known of one output; a part that has not happened yet is None."""

    output: Output
    assessment: Assessment | None
    decision: SamplingDecision | None
    release: Release | None
    view: TaskView | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """Outputs come in here, and nothing is acknowledged before it is committed."""

    store: Store
    policies: Policies
    metrics: Metrics

    def receive(self, outputs: Sequence[Output]) -> list[Receipt]:
        """Commit the new ones and answer one receipt each, in order; held ones get their release with them.

        Where the route holds nothing, an output that was sent with hold is stored as one that nobody waits for.
        """
        policy = self.policies.current()
        routes = [routing.route_of(output, None, policy) if output.hold else None for output in outputs]
        kept = [
            replace(output, hold=False) if route and not route.hold else output
            for output, route in zip(outputs, routes, strict=True)
        ]
        with self.store.begin() as uow:
            receipts = uow.outputs.add(kept)
            for output, route, receipt in zip(outputs, routes, receipts, strict=True):
                if route is not None and receipt.status is Received.NEW:
                    uow.releases.add(gate.hold(output, route))

        for status, number in Counter(receipt.status for receipt in receipts).items():
            self.metrics.count("outputs_received", number, status=status.value)
        return receipts

    def story(self, output_id: str) -> OutputStory:
        """All that is known of this output. Raises UnknownOutput."""
        with self.store.read() as uow:
            output = uow.outputs.get(output_id)
            if output is None:
                raise UnknownOutput(output_id)
            task = uow.tasks.for_output(output_id)
            views = uow.tasks.views([task.task_id]) if task else []
            return OutputStory(
                output=output,
                assessment=uow.assessments.get(output_id),
                decision=uow.decisions.get(output_id),
                release=uow.releases.get(output_id),
                view=views[0] if views else None,
            )
