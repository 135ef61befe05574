"""Each import contract of pyproject.toml breaks when somebody imports across its wall.

A copy of the house gets one wrong import after another, and the contract that holds that wall must complain.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parent.parent
ROOMS = ("bots", "config", "core")
SETUP = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["id"]: contract for contract in SETUP["tool"]["importlinter"]["contracts"]}

# wall → the wrong imports: into which module, of what. Each must break that wall.
WRONG = {
    "one-way": [
        ("core/model/coverage.py", "import bots.logs"),
        ("core/rules.py", "import config.layers"),
        ("config/layers.py", "import core.model"),
    ],
    "doors": [
        ("bots/logs.py", "import bots.cli.asked"),
        ("bots/cli/asked.py", "import bots.__main__"),
        ("bots/new_room.py", ""),
    ],
    "newsroom": [
        ("core/blocks.py", "import core.rules"),
        ("core/pacing.py", "import core.rules"),
        ("core/telling/merged.py", "import core.store"),
        ("core/markup/line.py", "import core.telling"),
        ("core/new_room.py", ""),
    ],
    "stage": [("bots/rehearsal/stage.py", "import core.model"), ("bots/rehearsal/faults.py", "import config.layers")],
    "openers": [("bots/logs.py", "import config.settings"), ("bots/logs.py", "import bots.rehearsal.stage")],
    "telegram": [("bots/discord/messages.py", "import telegram.error"), ("core/rules.py", "import orjson")],
    "discord": [("bots/telegram/outcomes.py", "import discord"), ("core/commands/forms.py", "import discord.ui")],
    "http": [("bots/telegram/sender.py", "import aiohttp"), ("core/formats/page.py", "import yarl")],
    "terminal": [("bots/logs.py", "import typer"), ("bots/app.py", "import rich.console")],
    "logs": [("core/courier/lane.py", "import structlog")],
    "metrics": [("core/courier/lane.py", "import prometheus_client"), ("bots/app.py", "import prometheus_client.core")],
    "settings": [("core/model/coverage.py", "import pydantic")],
    "sql": [("core/courier/lane.py", "import sqlalchemy"), ("core/newsroom/slugs.py", "from sqlalchemy import select")],
    "schedule": [("core/courier/lane.py", "import apscheduler.schedulers.asyncio")],
    "markup": [("bots/telegram/outcomes.py", "import markdown_it")],
    "formats": [("core/markup/clean.py", "import selectolax.parser")],
    "locales": [("core/formats/zones.py", "import babel.dates")],
    "media": [("core/newsroom/slugs.py", "import PIL.Image")],
    "likeness": [("core/commands/forms.py", "import rapidfuzz")],
    "listener": [("core/store/engines.py", "import psycopg")],
    "drivers": [("core/store/engines.py", "import sqlite3")],
    "quiet": [("core/formats/page.py", "import http.client"), ("core/formats/page.py", "import subprocess")],
    "pens": [
        ("bots/telegram/render/__init__.py", "import telegram"),
        ("bots/discord/render/__init__.py", "import asyncio"),
    ],
}

LINT = """
import json, sys
from pathlib import Path
from importlinter import api  # configures the library
from importlinter.application import use_cases

options = use_cases.read_user_options("pyproject.toml")
use_cases._register_contract_types(options)
names = {contract["name"]: contract["id"] for contract in options.contracts_options}

def broken():
    report = use_cases.create_report(options, cache_dir=sys.argv[1])
    if report.could_not_run:
        return ["could not run"]
    return [names[contract.name] for contract, check in report.get_contracts_and_checks() if not check.kept]

found = [broken()]
for name, line in json.loads(sys.argv[2]):
    module = Path(name)
    before = module.read_text(encoding="utf-8") if module.exists() else None
    module.write_text(f"{before or ''}\\n{line}\\n", encoding="utf-8")
    found.append(broken())
    module.unlink() if before is None else module.write_text(before, encoding="utf-8")
Path("broken.json").write_text(json.dumps(found), encoding="utf-8")
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """Which contracts each wrong import breaks; under None, what breaks in the house as it stands."""
    copy = tmp_path_factory.mktemp("house")
    for room in ROOMS:
        shutil.copytree(HOUSE / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HOUSE / "pyproject.toml", copy)
    cases = [case for wall in WRONG.values() for case in wall]
    told = subprocess.run(
        [sys.executable, "-c", LINT, str(copy / "cache"), json.dumps(cases)],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return dict(zip([None, *cases], json.loads((copy / "broken.json").read_text(encoding="utf-8")), strict=True))


def test_the_house_as_it_stands_keeps_every_contract(broken):
    assert broken[None] == []


def test_every_library_has_a_home():
    housed = {name for contract in CONTRACTS.values() for name in contract.get("protected_modules", ())}
    imported = {
        (name.partition(".")[0], str(file.relative_to(HOUSE)))
        for room in ROOMS
        for file in (HOUSE / room).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in names_of(node)
    }
    homeless = {(name, file) for name, file in imported if name not in {*sys.stdlib_module_names, *ROOMS, *housed}}
    assert homeless == set()


def names_of(node):
    """The modules an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module else []


def test_every_contract_has_a_wrong_import_that_shows_it_works():
    assert set(WRONG) == set(CONTRACTS)


@pytest.mark.parametrize(("wall", "case"), [(wall, case) for wall, cases in WRONG.items() for case in cases])
def test_a_wrong_import_breaks_its_wall(broken, wall, case):
    assert wall in broken[case]
