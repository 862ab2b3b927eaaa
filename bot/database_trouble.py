"""A database that cannot be used, told in a line that says what to do and holds no password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reviewers.errors import Unavailable

MEND = "See that it runs, and that WHETSTONE_DATABASE_URL (or DATABASE_URL) names it."
OTHER_FOLDER = "Set WHETSTONE_DATA_DIR to another folder."
OTHER_FILE = "Let WHETSTONE_DATABASE_URL (or DATABASE_URL) name a file in another folder."


@contextmanager
def told(url: str, *, in_data_dir: bool = False) -> Iterator[None]:
    """Use the database of this URL inside. Raises Unavailable where it does not answer, or refuses.

    Args:
        url: of the database.
        in_data_dir: whether it stands in the data folder because no URL was given.
    """
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        raise Unavailable(f"The database cannot be used: {_reason(error, url)}. {MEND}") from error
    except OSError as error:  # of an SQLite database: its folder is made where there is none
        why = f"{error.strerror or type(error).__name__}{f': {error.filename}' if error.filename else ''}"
        mend = OTHER_FOLDER if in_data_dir else OTHER_FILE
        raise Unavailable(f"The database cannot be opened: {why}. {mend}") from error


def _reason(error: Exception, url: str) -> str:
    """The first line of what the driver says, which names host and user, and no password whatever it quotes."""
    from sqlalchemy import make_url

    cause = getattr(error, "orig", None)
    said = next(iter(str(cause or "").strip().splitlines()), "") or type(cause or error).__name__
    parsed = make_url(url)
    hidden: list[str | tuple[str, ...] | None] = [parsed.password]
    hidden += [value for key, value in parsed.query.items() if "pass" in key.lower()]
    for secret in hidden:
        for text in [secret] if isinstance(secret, str) else secret or ():
            said = said.replace(text, "***") if text else said
    return said.rstrip(".")
