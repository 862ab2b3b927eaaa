"""Checks that every type makes of its own values."""

from __future__ import annotations

from datetime import datetime


def aware(name: str, moment: datetime | None) -> None:
    if moment is not None and moment.tzinfo is None:
        raise ValueError(f"{name} has no time zone")


def probability(name: str, value: float | None) -> None:
    if value is not None and not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} is {value}, outside [0, 1]")
