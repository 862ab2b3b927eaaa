"""The service as a process of its own: `python -m tests.intake.server FOLDER` prints its address and a token.

Tests kill it without warning; figures are taken from it, since a caller in the same process would slow it down.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.intake.rig import service


def main() -> None:
    """Serve until the standard input ends."""
    with service(Path(sys.argv[1])) as running:
        print(running.address, running.token, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
