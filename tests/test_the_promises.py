"""docs/promises.md keeps its word: every promise is there, and every test it names exists and proves something.

Read, not run: a test that is named, is not skipped and holds an assertion of its own or of what it calls.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from bots.health import metrics

HOUSE = Path(__file__).resolve().parent.parent
PROMISES = (HOUSE / "docs" / "promises.md").read_text(encoding="utf-8")
ROWS = {
    cells[0].split()[0]: cells
    for line in PROMISES.splitlines()
    if re.match(r"\| P\d+ ", line)
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}
NAMED = [
    (promise, file, name)
    for promise, cells in ROWS.items()
    for file, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", cells[2])
]


@cache
def parsed(file):
    return ast.parse((HOUSE / file).read_text(encoding="utf-8"))


def definition(file, name):
    """The function or class of this name at the top of a file."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return next((node for node in parsed(file).body if isinstance(node, kinds) and node.name == name), None)


def imported(file):
    """What a file takes from the tests' own rooms: name → (file, name there; None for a whole module)."""
    found = {}
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tests"):
            room = node.module.replace(".", "/")
            for alias in node.names:
                whole = HOUSE / room / f"{alias.name}.py"
                there = (f"{room}/{alias.name}.py", None) if whole.exists() else (f"{room}.py", alias.name)
                found[alias.asname or alias.name] = there
    return found


def asserts(node):
    """Whether something is asserted in a piece of code itself."""
    return any(
        isinstance(one, ast.Assert) or (isinstance(one, ast.Attribute) and one.attr == "raises")
        for one in ast.walk(node)
    )


def proves(file, node, depth=0):
    """Whether a piece of code asserts something, itself or by what it calls in the tests' own rooms."""
    if asserts(node):
        return True
    if depth == 4:
        return False
    rooms = imported(file)
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and (here := definition(file, one.id)) is not None and here is not node:
            if proves(file, here, depth + 1):
                return True
        elif isinstance(one, ast.Name) and one.id in rooms:
            there, name = rooms[one.id]
            code = parsed(there) if name is None else definition(there, name)
            if code is not None and proves(there, code, depth + 1):
                return True
    return False


def test_every_promise_is_there_once_and_in_order():
    assert list(ROWS) == [f"P{number}" for number in range(1, 19)]
    assert {len(cells) for cells in ROWS.values()} == {4}


def test_the_promises_are_those_of_the_design():
    design = HOUSE.parent / "shared" / "design.md"
    if not design.exists():
        pytest.skip("the design does not lie beside this checkout")
    given = re.findall(r"^\| (P\d+ \w[\w ]*?) \|", design.read_text(encoding="utf-8"), re.MULTILINE)
    assert [cells[0] for cells in ROWS.values()] == given


@pytest.mark.parametrize("promise", ROWS)
def test_a_promise_is_proven_or_says_what_is_missing(promise):
    _, sentence, proof, measured = ROWS[promise]
    assert sentence.endswith(".")
    missing = re.search(r"\*\*Not yet\*\*: (.+)", proof)
    assert missing or re.search(r"::test_", proof)
    assert missing is None or len(missing[1]) > 20
    assert measured


@pytest.mark.parametrize(("promise", "file", "name"), NAMED)
def test_a_named_test_is_there_and_proves_something(promise, file, name):
    node = definition(file, name)
    assert name.startswith("test_")
    assert node is not None, f"{promise} names {file}::{name}, which is not there"
    assert not re.search(r"skip|xfail", " ".join(ast.unparse(mark) for mark in node.decorator_list))
    assert proves(file, node), f"{promise}: {file}::{name} asserts nothing"


def test_nothing_in_the_table_is_written_as_a_test_and_then_not_looked_at():
    assert PROMISES.count("::") == len(NAMED)
    assert len(NAMED) > 18


def test_what_a_promise_is_measured_with_is_there():
    makefile = (HOUSE / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`make (\w+)`", PROMISES)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    known = {f"livedesk_{name}" for name in metrics.HELP} | {f"livedesk_{name}_total" for name in metrics.HELP}
    assert set(re.findall(r"`(livedesk_\w+)`", PROMISES)) <= known


def test_an_empty_test_would_be_seen():
    empty = ast.parse("async def test_nothing():\n    '''Says much.'''\n    await something()\n").body[0]
    full = ast.parse("def test_all():\n    async def story():\n        assert True\n    live(story())\n").body[0]
    here = str(Path(__file__).relative_to(HOUSE))
    assert (proves(here, empty), proves(here, full)) == (False, True)
