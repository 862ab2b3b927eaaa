"""Build a correction set from what people decided: gather, decide, apply."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from importlib import metadata

from reviewers.decisions.corrections import (
    COLUMNS,
    USES,
    Corrections,
    DatasetFormat,
    inclusion,
    to_examples,
)
from reviewers.decisions.labels import LABEL_COLUMNS, LabelFormat, to_labels
from reviewers.errors import Invalid
from reviewers.model import DatasetUse, DatasetVersion, JsonValue, Outcome, TaskView
from reviewers.ports import Clock, DatasetFiles, Store

PAST = {Outcome.APPROVED: "approved", Outcome.EDITED: "edited", Outcome.REJECTED: "rejected"}
NAME_DIGITS = 12  # hexadecimal digits of the version in a file name: 48 bits tell any number of builds apart


DATA, MANIFEST = ".jsonl", ".manifest.json"
SHARED = (DatasetFormat.SFT, DatasetFormat.OPENAI)  # have approved outputs and corrections in the same column


def manifest_beside(path: str) -> str:
    """Where the manifest of a data file lies, by the data's path."""
    return f"{path.removesuffix(DATA)}{MANIFEST}"


def _tool() -> str:
    try:
        return f"whetstone {metadata.version('whetstone')}"
    except metadata.PackageNotFoundError:
        return "whetstone"  # run from a checkout that was never installed


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetBuilder:
    """Writes correction sets that trainers read as they are."""

    store: Store
    files: DatasetFiles
    clock: Clock
    tool: str = field(default_factory=_tool)  # name and version, for the manifest

    def build(
        self,
        format: str,
        out: str,
        *,
        route: str | None = None,
        until: datetime | None = None,
        approved_at_most: float | None = None,
    ) -> DatasetVersion:
        """Write `whetstone-FORMAT-VERSION.jsonl` and its manifest into the folder `out`, and remember the version.

        Formats: sft, dpo, kto, openai (see decisions.corrections), spans, retrieval (see decisions.labels). The version
        is the sha256 of the data file; the same resolutions give the same bytes, in the data and in the manifest.
        `route` keeps to the tasks of one (empty: the policy's own; None: all), `until` to what was resolved before that
        moment and stands unchanged since (None: everything). `approved_at_most` is the greatest share of rows, in
        (0, 1), that are approved outputs beside corrections (None: all of them).
        Raises Invalid (`format`) for an unknown format, for a share in a format that has not both, or when no review
        is of use for it, Invalid (`approved_at_most`) for what is no share, Invalid (`out`) for a folder
        that cannot be one, and Unavailable when the disk refuses. A build that fails leaves no file and no version; one
        that stopped between the two leaves a whole file, and building again remembers it.
        """
        wanted = _format(format)
        _check_share(wanted, approved_at_most)

        with self.store.read() as uow:
            corrections = _read(_within(uow.tasks.resolved(), route, until), wanted, approved_at_most)
        if not corrections.lines:
            raise Invalid("format", _nothing_to_build(corrections))

        version = corrections.version
        name = f"whetstone-{wanted.value}-{version[:NAME_DIGITS]}"
        account = manifest(corrections, data_name=f"{name}{DATA}", tool=self.tool, route=route, until=until)
        path = self.files.write(
            out,
            data_name=f"{name}{DATA}",
            lines=corrections.lines,
            manifest_name=f"{name}{MANIFEST}",
            manifest=json.dumps(account, ensure_ascii=False, indent=2).encode("utf-8") + b"\n",
        )
        dataset = DatasetVersion(
            version=version,
            format=wanted.value,
            path=path,
            examples=len(corrections.lines),
            policy_versions=_distinct(origin.policy_version for origin in corrections.origins),
            built_at=self.clock.now(),
        )
        with self.store.begin() as uow:
            uow.datasets.add(dataset, _uses(dataset, corrections))
        return dataset


def manifest(
    corrections: Corrections,
    *,
    data_name: str,
    tool: str,
    route: str | None = None,
    until: datetime | None = None,
) -> dict[str, JsonValue]:
    """The account beside a data file: what is in it, what is not and why, and how its outputs were selected.

    It follows from the resolutions and from what was asked for alone, so that it repeats with the data.
    """
    origins = corrections.origins
    chances = inclusion(origins)
    assert chances is not None, "a dataset without rows has no manifest"
    models = _distinct(origin.risk_model for origin in origins if origin.risk_model)
    return {
        "data": data_name,
        "sha256": corrections.version,
        "bytes": sum(len(line) + 1 for line in corrections.lines),
        "format": corrections.format.value,
        "columns": list(_columns(corrections.format)),
        "route": route,
        "until": until.isoformat() if until else None,
        "rows": len(corrections.lines),
        "rows_from": dict(sorted(Counter(origin.outcome.value for origin in origins).items())),
        "approved_at_most": corrections.approved_at_most,
        "reviewed": corrections.read,
        "outcomes": dict(corrections.outcomes),
        "left_out": dict(corrections.left_out),
        "resolved_from": min(origin.resolved_at for origin in origins).isoformat(),
        "resolved_to": max(origin.resolved_at for origin in origins).isoformat(),
        "policy_versions": list(_distinct(origin.policy_version for origin in origins)),
        "inclusion_probability": {
            "min": chances.least,
            "mean": chances.mean,
            "max": chances.greatest,
            "certain": chances.certain,
            "reasons": dict(chances.reasons),
        },
        "risk_models": list(models),
        "without_risk": sum(not origin.risk_model for origin in origins),
        "tool": tool,
    }


def _uses(dataset: DatasetVersion, corrections: Corrections) -> list[DatasetUse]:
    """Which resolutions stand in the file: whoever changes one of them later recalls it."""
    return [
        DatasetUse(
            version=dataset.version,
            format=dataset.format,
            path=dataset.path,
            task_id=origin.task_id,
            revision=origin.revision,
            built_at=dataset.built_at,
        )
        for origin in corrections.origins
    ]


def _within(views: Iterable[TaskView], route: str | None, until: datetime | None) -> Iterator[TaskView]:
    """Those of this route whose resolution is from before this moment; None: of all, of any time."""
    for view in views:
        late = until is not None and view.resolution is not None and view.resolution.resolved_at >= until
        if not late and route in (None, view.task.route):
            yield view


def _read(views: Iterable[TaskView], format: DatasetFormat | LabelFormat, share: float | None) -> Corrections:
    if isinstance(format, LabelFormat):
        return to_labels(views, format)
    return to_examples(views, format, approved_at_most=share)


def _check_share(format: DatasetFormat | LabelFormat, share: float | None) -> None:
    if share is None:
        return
    if format not in SHARED:
        names = " and ".join(one.value for one in SHARED)
        raise Invalid("format", f"Only {names} have approved outputs beside corrections; leave their share out.")
    if not 0.0 < share < 1.0:
        raise Invalid("approved_at_most", "The share of approved outputs lies between 0 and 1, such as 0.3.")


def _columns(format: StrEnum) -> tuple[str, ...]:
    return LABEL_COLUMNS[format] if isinstance(format, LabelFormat) else COLUMNS[DatasetFormat(format)]


def _format(name: str) -> DatasetFormat | LabelFormat:
    if name in set(LabelFormat):
        return LabelFormat(name)
    try:
        return DatasetFormat(name)
    except ValueError:
        known = ", ".join(format.value for format in (*DatasetFormat, *LabelFormat))
        raise Invalid("format", f"There is no dataset format {name!r}. Choose one of {known}.") from None


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _nothing_to_build(corrections: Corrections) -> str:
    """What is missing, in a sentence that a person can act on."""
    if isinstance(corrections.format, LabelFormat):
        needed = "claims that people marked, in decided"
    else:
        uses = USES[DatasetFormat(corrections.format)]
        needed = " or ".join(PAST[outcome] for outcome in Outcome if outcome in uses)
    wanted = f"The format {corrections.format.value} needs {needed} outputs"
    if not corrections.read:
        return f"{wanted}, and nothing has been reviewed yet. No dataset was written."
    seen = ", ".join(f"{count} {outcome}" for outcome, count in corrections.outcomes.items())
    why = ", ".join(f"{reason.replace('_', ' ')} {count}" for reason, count in corrections.left_out.items())
    return f"{wanted}. None of the {corrections.read} reviewed ({seen}) gave a row: {why}. No dataset was written."
