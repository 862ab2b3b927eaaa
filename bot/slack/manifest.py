"""The Slack app's manifest, as it is uploaded to Slack: the sandbox is set up from the same file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("manifest.yaml")


def manifest() -> dict[str, Any]:
    """The manifest, read."""
    import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

    read: dict[str, Any] = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return read
