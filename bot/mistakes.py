"""What a person set wrongly; on its own, so that the command line can name it without reading any settings."""

from __future__ import annotations


class SettingsMistakes(Exception):
    """The settings cannot be used; `lines` says what is wrong with each, and what to do."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
