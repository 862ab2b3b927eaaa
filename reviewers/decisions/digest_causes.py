"""The wrong outputs of a week: what shows them, what kind of wrong they are, and which change came with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from reviewers.decisions.digest_rates import Compared, Windows
from reviewers.decisions.retraining import Wrongs
from reviewers.decisions.stamps import moment
from reviewers.model import Outcome, Reading, TaskView
from reviewers.model.digest import Example, Finding
from reviewers.model.digest_parts import PartKind
from reviewers.model.suggestion import Upstream, UpstreamChange

EXAMPLES = 3  # of each finding: as many as a message shows
QUOTED = 300  # characters that are kept of a quote; surfaces show fewer
MANNER = frozenset({"style", "off_topic"})  # reasons of Reject that no source and no training data cures


def examples(views: Sequence[TaskView]) -> tuple[Example, ...]:
    """The first of these outputs; those that people corrected first, since they say what was wrong."""
    corrected_first = sorted(views, key=lambda view: (_outcome(view) is not Outcome.EDITED, view.task.number))
    return tuple(_example(view) for view in corrected_first[:EXAMPLES])


def of_part(views: Sequence[TaskView], finding: Finding) -> list[TaskView]:
    """The outputs that the finding speaks of."""
    if finding.part is PartKind.SLICE:
        return [view for view in views if view.decision.slice == finding.name]
    if finding.part is PartKind.MODEL:
        return [view for view in views if view.decision.model == finding.name]
    return list(views)


def failing(whole: Compared, parts: Sequence[Compared]) -> Compared | None:
    """The part that got worse by more than all outputs did, beyond chance, the worst first; None: none stands out.

    Where the whole did not get worse, each part that did stands out.
    """
    least = (whole.finding.effect or 0.0) if whole.more else 0.0
    worse = [one for one in parts if one.more and (not whole.more or (one.finding.low or 0.0) > least)]
    return max(worse, key=lambda one: (one.finding.effect or 0.0, one.finding.n_now)) if worse else None


def kinds(views: Sequence[TaskView]) -> Wrongs:
    """Of these wrong outputs: how many have nothing to cite, cite beside the point, or fail in their manner alone."""
    return Wrongs(
        of=len(views),
        without_source=sum(map(_without_source, views)),
        beside_the_point=sum(map(_beside_the_point, views)),
        manner=sum(map(_in_manner, views)),
    )


def new_models(windows: Windows, views: Sequence[TaskView]) -> tuple[UpstreamChange, ...]:
    """Models and versions of the week that are new in the two windows, with the wrong outputs that are theirs.

    One is new where no output before the reference is its own: so it explains the weeks after its first one too, until
    the reference is made of it. Where nothing came before the reference, it is new that did not write in the reference.

    Args:
        windows: where nothing came before the week, no model counts as new.
        views: the wrong outputs of the failing part.
    """
    outputs = windows.outputs
    earlier = ~(windows.now | windows.before)
    known = earlier if earlier.any() else windows.before
    before = {outputs.models[code] for code in np.unique(outputs.model[known])}
    now = {outputs.models[code] for code in np.unique(outputs.model[windows.now])}
    return tuple(
        UpstreamChange(
            kind=Upstream.MODEL,
            name=name,
            changed_at=_first(windows, name),
            wrong=sum(view.decision.model == name for view in views),
            of=len(views),
        )
        for name in sorted(now - before)
        if before and name
    )


def in_part(
    tasks: Sequence[str], part: Compared | None, slices: Mapping[str, str], models: Mapping[str, str]
) -> int | None:
    """How many of these tasks belong to the failing part; None: none stands out."""
    if part is None:
        return None
    names = slices if part.finding.part is PartKind.SLICE else models
    return sum(names.get(task) == part.finding.name for task in tasks)


def _example(view: TaskView) -> Example:
    readings = view.assessment.readings if view.assessment else ()
    against = next((one for one in readings if one.reading is Reading.CONTRADICTED and one.passages), None)
    said = against.passages[0].text if against else ""
    differing = " … ".join(said[span.start : span.end] for span in against.differing) if against else ""
    return Example(
        output_id=view.output.output_id,
        number=view.task.number,
        quote=(against.claim.text if against else view.output.completion)[:QUOTED],
        source=(differing or said)[:QUOTED],
    )


def _outcome(view: TaskView) -> Outcome | None:
    return view.resolution.outcome if view.resolution else None


def _without_source(view: TaskView) -> bool:
    readings = view.assessment.readings if view.assessment else ()
    return bool(readings) and all(one.reading is Reading.NO_SOURCE for one in readings)


def _beside_the_point(view: TaskView) -> bool:
    return any(mark.passage_beside_the_point for verdict in view.verdicts for mark in verdict.marks)


def _in_manner(view: TaskView) -> bool:
    reasons = view.resolution.reasons if view.resolution else ()
    return bool(reasons) and set(reasons) <= MANNER


def _first(windows: Windows, name: str) -> datetime:
    outputs = windows.outputs
    mine = (windows.now | windows.before) & (outputs.model == outputs.models.index(name))
    return moment(outputs.decided_at[mine].min())
