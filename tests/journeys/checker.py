"""The official schemas' word on a journal of the stage, warnings and rates included."""

import collections
import importlib.util
import json
import warnings
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

CHECKER = Path(__file__).parents[2].parent / "shared" / "specs" / "validate_calls.py"


@lru_cache(maxsize=1)
def _checker() -> tuple[ModuleType, Any]:
    """The checker, loaded once a process: its schemas take a second to read."""
    spec = importlib.util.spec_from_file_location("validate_calls", CHECKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        # It leaves closing its schemas to the interpreter.
        warnings.simplefilter("ignore", ResourceWarning)
        spec.loader.exec_module(module)
        validator = module.Validator()
        _ = validator["telegram"], validator["discord"]
    return module, validator


def complaints(journal: Path) -> list[str]:
    """What `validate_calls.py JOURNAL --rates --warnings-as-errors` would fail for, one line each.

    Without the checker nothing: `test_good_order.py` says so.
    """
    if not CHECKER.exists():
        return []
    module, validator = _checker()
    calls = [json.loads(line) for line in journal.read_text().splitlines()]
    found = [(at, finding) for at, call in enumerate(calls) for finding in validator.check(call)]
    found += module.rates(calls)
    told = collections.Counter(
        f"{finding['level']}: {finding['where']}: {finding['msg']} ({json.dumps(calls[at])[:300]})"
        for at, finding in found
        if finding["level"] in ("error", "warning")
    )
    return sorted(told)
