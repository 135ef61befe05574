"""What an operator reads in the logs, and what nobody may read there (promise P14)."""

import ast
import asyncio
import contextvars
import errno
import io
import json
import logging
import re
import sys
from pathlib import Path

import pytest

from bots import logs
from core import about
from core.platform import Gone, Rejected
from tests.doubles.made_up_time import live
from tests.doubles.town import town

HOUSE = Path(__file__).resolve().parents[2]
TELEGRAM = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
# Put together here so that no scanner takes it for a real one.
DISCORD = "MTk4NjIyNDgzNDcxOTI1MjQ4" + ".Cl2FMQ." + "ZnCjm1XVW7vRze4b7Cq4se7kKWs"
CANARY = "correct-horse-battery"


@pytest.fixture
def written(monkeypatch):
    """Start logs on a stream of ours and hand back what is on it; the process's own logging returns afterwards."""
    stream = io.StringIO()
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    level = root.level

    def start(**how):
        logs.start(stream=stream, **how)
        return stream

    yield start
    root.setLevel(level)


def test_a_line_for_machines_is_one_json_object_with_its_ids(written):
    stream = written(form="json")
    logging.getLogger("core.courier").info("delivered", extra={"bulletin": 7, "destination": 42})
    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"], line["logger"]) == ("delivered", "info", "core.courier")
    assert (line["bulletin"], line["destination"]) == (7, 42)
    assert line["timestamp"].endswith("Z")


async def test_every_line_written_while_a_bulletin_is_carried_names_it(written):
    stream = written(form="json")

    async def carry(number, destination):
        about.say(lambda: {"entry": f"storm#{number}", "bulletin": number, "destination": destination})
        await asyncio.sleep(0)
        # A room that knows nothing of deliveries, and one that says the same itself.
        logging.getLogger("telegram.ext").error("the platform said no")
        logging.getLogger("core.courier").warning("not delivered", extra={"destination": -destination})

    await asyncio.gather(carry(17, 4), carry(18, 5))
    logging.getLogger("core.schedule").info("housekeeping")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    told = {(line["event"], line.get("entry"), line.get("destination")) for line in lines}
    assert told == {
        ("the platform said no", "storm#17", 4),
        ("not delivered", "storm#17", -4),
        ("the platform said no", "storm#18", 5),
        ("not delivered", "storm#18", -5),
        ("housekeeping", None, None),
    }


def test_one_of_several_that_share_a_message_is_not_given_anothers_entry(written):
    stream = written(form="json")
    context = contextvars.copy_context()
    context.run(about.say, lambda: {"entry": "storm#17", "bulletin": 17, "destination": 4})
    context.run(logging.getLogger("core").warning, "not delivered", extra={"bulletin": 18})
    line = json.loads(stream.getvalue())
    assert (line["bulletin"], line["destination"], line.get("entry")) == (18, 4, None)


def test_what_happens_to_a_delivery_is_logged_with_its_entry_and_place_and_without_its_words(written, store):
    stream = written(form="json")

    async def story():
        async with town(store) as it:
            refused, paused, broken = [await it.follows(chat) for chat in (11, 12, 13)]
            it.sender.will_answer(11, Rejected("can't parse entities"))
            it.sender.will_answer(12, Gone("blocked"))
            it.sender.will_answer(13, RuntimeError("a mistake"))
            await it.publishes("Ferries stopped for good")
            await it.everything_is_carried()
            return refused.id, paused.id, broken.id

    refused, paused, broken = live(story())
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    told = {(line["event"], line.get("destination")): line for line in lines}
    for place, event in (
        (refused, "not delivered"),
        (paused, "destination paused"),
        (broken, "a bulletin could not be carried"),
    ):
        line = told[event, place]
        assert re.fullmatch(r"[a-z-]+#1", line["entry"])
        assert (line["account"], type(line["bulletin"])) == ("desk-storm", int)
    assert "Ferries" not in stream.getvalue()


def test_a_line_for_machines_keeps_its_shape(written):
    stream = written(form="json")
    log = logging.getLogger("core.courier.lane")
    log.info("plain")
    try:
        {}["mistake"]
    except KeyError:
        log.exception("with a trace", extra={"bulletin": 7})
    plain, traced = map(json.loads, stream.getvalue().splitlines())
    assert set(plain) == {"event", "level", "logger", "timestamp"}
    assert set(traced) == {"event", "level", "logger", "timestamp", "bulletin", "exception"}
    assert traced["exception"].splitlines()[-1] == "KeyError: 'mistake'"
    explained = set(re.findall(r"^\| `(\w+)` \| always", operate(), re.MULTILINE))
    assert explained == set(plain)


def operate():
    (section,) = re.findall(
        r"^## Log lines$(.*?)^## ",
        (HOUSE / "docs" / "operate.md").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    return section


def facts_of_our_lines():
    """Every name that a line of ours puts beside what happened, whichever way it is written."""
    for room in ("bots", "core"):
        for file in (HOUSE / room).rglob("*.py"):
            if "rehearsal" in file.relative_to(HOUSE).parts[:2]:
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.keyword) and node.arg == "extra" and isinstance(node.value, ast.Dict):
                    yield from (key.value for key in node.value.keys if isinstance(key, ast.Constant))


def test_every_fact_a_line_may_carry_is_explained_and_nothing_else_is():
    explained = set(re.findall(r"^\| `(\w+)` \| (?!always)", operate(), re.MULTILINE))
    # Said of whatever is logged while a bulletin is carried, and what structlog adds to a failure.
    of_a_delivery = {"account", "entry", "bulletin", "destination"}
    assert explained == {*facts_of_our_lines(), *of_a_delivery, "exception"}


def test_a_line_for_people_holds_the_same_facts(written):
    stream = written(form="text")
    logging.getLogger("core.courier").info("delivered", extra={"bulletin": 7})
    assert "delivered" in stream.getvalue()
    assert "bulletin=7" in stream.getvalue()


def test_lines_below_the_level_are_not_written(written):
    stream = written(form="json", level="warning")
    logging.getLogger("core.courier").info("delivered")
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    "leak",
    [
        f"POST https://api.telegram.org/bot{TELEGRAM}/sendMessage",
        f"Authorization: Bot {DISCORD}",
        f"https://discord.com/api/v10/webhooks/223704706495545344/{'x' * 68}",
        f"/interactions/845027738276462632/{'aW50' * 20}/callback",
        "postgresql+psycopg://desk:" + CANARY + "@db.example/livedesk",
        "connection to host=db.example user=desk password=" + "pa55word" * 3 + " failed",
        f"the phrase {CANARY} was used",
    ],
)
@pytest.mark.parametrize("form", ["json", "text"])
def test_no_secret_reaches_a_log_line_by_any_road(written, leak, form):
    stream = written(form=form, secrets=[CANARY, TELEGRAM])
    log = logging.getLogger("anything")
    log.warning(leak)
    log.warning("with an argument: %s", leak)
    log.warning("with a fact", extra={"address": leak})
    try:
        {}[leak]
    except KeyError as error:
        log.exception("with a traceback")
        sys.excepthook(KeyError, error, error.__traceback__)
    text = stream.getvalue()
    assert text.count(logs.HIDDEN) >= 5
    assert not any(secret in text for secret in (TELEGRAM, DISCORD, CANARY, "x" * 68, "aW50" * 20, "pa55" * 2))


def test_a_full_disk_under_the_log_stops_nothing(written, monkeypatch):
    class Full(io.StringIO):
        def write(self, _text):
            raise OSError(errno.ENOSPC, "No space left on device")

    stream = Full()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.start(form="json", stream=stream)
    logging.getLogger("core.courier").warning("not delivered")
    written(form="json")
    logging.getLogger("core.courier").warning("not delivered")
    assert logging.getLogger().handlers[0].stream.getvalue().count("not delivered") == 1


def test_an_ordinary_line_loses_nothing(written):
    stream = written(form="text")
    ordinary = (
        "coverage storm-2022: entry #4 at 10:31:07.250 → 3 destinations, ratio 1.25:1, see https://example.org/a:b"
    )
    logging.getLogger("anything").info(ordinary)
    assert ordinary in stream.getvalue()


def test_a_chat_title_cannot_forge_or_colour_lines(written):
    stream = written(form="json")
    logging.getLogger("anything").info("joined", extra={"title": 'x\x1b[31m\r\n{"event": "forged"}\x9b'})
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["event"] == "joined"
    stream = written(form="text")
    logging.getLogger("anything").info("joined \x1b]0;title\x07")
    logging.getLogger("anything").info("joined %s", "x\n[error] forged")
    assert "\x1b" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 1 + 2


def test_http_clients_do_not_write_their_addresses(written):
    stream = written(form="json", level="debug")
    logging.getLogger("httpx").info("HTTP Request: POST https://example.org/")
    logging.getLogger("discord.http").debug("payload")
    assert stream.getvalue() == ""
