"""The official schemas' word on a journal of the stage."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHECKER = Path(__file__).parents[3].parent / "shared" / "specs" / "validate_calls.py"


def complaints(journal: Path) -> list[Any]:
    """What the checker finds wrong, its warnings and the rates included."""
    if not CHECKER.exists():
        pytest.skip("the checker and its schemas lie beside the project, in ../shared/specs")
    command = [sys.executable, str(CHECKER), str(journal), "--rates", "--warnings-as-errors", "--json"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert " calls, " in checked.stderr, checked.stderr
    return [json.loads(line) for line in checked.stdout.splitlines()]
