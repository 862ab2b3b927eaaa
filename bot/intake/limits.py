"""The stated limits of the API, and what an installation can set."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024

MAX_BATCH = 500  # outputs in one request
MAX_COMPLETION = 200_000  # characters
MAX_PROMPT = 400_000  # characters, all turns together
MAX_MESSAGES = 1_000
MAX_PASSAGES = 100
MAX_PASSAGE = 50_000  # characters of one passage
MAX_PASSAGES_TEXT = 1_000_000  # characters, all passages together
MAX_LOGPROBS = 200_000
MAX_SAMPLES = 20  # other answers to the same prompt
MAX_SAMPLES_TEXT = 400_000  # characters, all samples together
MAX_TAGS = 50
MAX_NAME = 200  # characters of an id, a model, a version, a tag
MAX_TITLE = 1_000  # characters of a title, a heading path or an address
MAX_METADATA_BYTES = 32_768  # as compact JSON
MAX_METADATA_DEPTH = 6
MAX_METADATA_NUMBER = 2**63  # beyond it, JSON readers round: such numbers are sent as text
MAX_KEYS = 40  # fields of one object, known or not
MAX_ERRORS = 20  # told of one output; the rest follows once these are mended
MAX_WAIT_SECONDS = 60.0  # one long poll


@dataclass(frozen=True, kw_only=True, slots=True)
class IntakeSettings:
    """What an installation can set; the defaults suit a laptop and one server alike."""

    max_body_bytes: int = 16 * MEBIBYTE  # of one request
    max_in_flight_bytes: int = 64 * MEBIBYTE  # of all requests that are being read
    body_seconds: float = 60.0  # until a body that does not end is given up
    token_cache_seconds: float = 1.0  # a revoked token stops working within this time
    watch_seconds: float = 0.02  # pause between two looks for decisions, only while somebody waits
    read_threads: int = 4
