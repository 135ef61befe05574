"""Whatever goes wrong, no secret and nothing a reader said or is called is written down (promise P14)."""

import io
import json
import logging
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bots import app, logs
from bots.app import Member
from bots.cli.rehearse import cast as casting
from bots.discord.bot import DiscordBot
from bots.telegram.bot import Rhythm, TelegramAccount
from config import settings
from core.errors import StoreTrouble
from core.model import Platform
from core.store import Store
from tests.journeys.morning import DISCORD, TELEGRAM, Morning, until

pytestmark = pytest.mark.journey

TOKENS = (casting.TELEGRAM_TOKEN, casting.DISCORD_TOKEN)
PASSWORD = "correct-horse-battery"
SAID = "kingfisher"
"""Something only a reader says."""
NAMED = ("Harbour neighbours", "Harbour community", "live-news", "ann_reads", "bashir", "erin_at_the_desk")
POST = "POST /channels/*/messages"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    rhythm = Rhythm(retry=0.1, longest_retry=1.0, conflict=0.2, confirm=0.3)
    monkeypatch.setattr(app, "TelegramAccount", partial(TelegramAccount, rhythm=rhythm))
    monkeypatch.setattr(app, "DiscordBot", partial(DiscordBot, unit=0.1))


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged, from debug up, as JSON: as `livedesk run` would write it."""
    stream, root = io.StringIO(), logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    logs.start(level="debug", form="json", secrets=TOKENS, stream=stream)
    root.handlers.extend(handlers)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def told(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def nothing_leaked(stream: io.StringIO) -> None:
    text = stream.getvalue()
    assert text
    for canary in (*TOKENS, PASSWORD, SAID, *NAMED):
        assert not re.search(rf"(?<!\w){re.escape(canary)}(?!\w)", text), canary


async def test_platforms_that_fail_in_every_way_draw_no_secret_out_of_us(
    written: io.StringIO, followed: Morning
) -> None:
    faults = followed.stage.faults
    here = {"platform": "telegram", "method": "sendMessage", "chat": followed.ann.id}
    there = {"platform": "discord", "method": POST}
    for name, more in (
        ("flood", {"retry_after": 1}),
        ("server_error", {"status": 500}),
        ("malformed", {}),
        ("html", {}),
        ("drop_before_effect", {}),
        ("drop_after_effect", {}),
    ):
        faults.add(name, **here, **more)
        faults.add(name, **there, **more)
        await followed.tells(f"/post {name} {len(more)}")
        await followed.is_carried()
    for status in (401, 404, 500):
        faults.add("server_error", platform="telegram", method="getUpdates", status=status)
        await followed.cast.reader.says(followed.ann, f"/live {SAID}")
        await followed.has_heard()
    assert {line["level"] for line in told(written)} >= {"info", "warning"}
    nothing_leaked(written)


async def test_a_store_that_fails_while_readers_speak_keeps_what_they_said_to_itself(
    written: io.StringIO, followed: Morning, expected: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected.add("not saved")
    write, broken = Store.write, True

    async def fails(self: Store, fn: object, *arguments: object, **more: object) -> object:
        if broken and getattr(fn, "__module__", "") == "core.readership":
            raise StoreTrouble("The disk is full: nothing was saved.")
        return await write(self, fn, *arguments, **more)

    monkeypatch.setattr(Store, "write", fails)
    await followed.reads(followed.cast.reader, followed.ann, f"/follow {SAID}")
    await followed.reads(followed.cast.reader, followed.ann, "/start c_storm")
    await followed.mo("live follow", coverage="storm")
    broken = False
    assert any(line["event"] == "not saved" for line in told(written))
    nothing_leaked(written)


async def test_a_command_there_is_not_is_not_written_down_either(
    written: io.StringIO, followed: Morning, expected: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected.add("not saved")

    async def fails(self: object, incoming: object) -> None:
        raise StoreTrouble("The database does not answer.")

    monkeypatch.setattr("core.commands.desk.Desk._who", fails)
    await followed.reads(followed.cast.reader, followed.ann, f"/{SAID} now")
    await followed.reads(followed.cast.reader, followed.ann, f"/live {SAID}")
    assert [line.get("command") for line in told(written) if line["event"] == "not saved"] == ["", "live"]
    nothing_leaked(written)


async def test_a_mistake_of_ours_is_written_down_without_what_the_reader_said(
    written: io.StringIO, followed: Morning, expected: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected.update({"update not understood", "an interaction was not answered"})

    async def breaks(self: object, incoming: object) -> object:
        raise RuntimeError("a mistake")

    monkeypatch.setattr("core.commands.desk.Desk.hear", breaks)
    await followed.cast.reader.says(followed.ann, f"/live {SAID}")
    await followed.mo("live following")
    await followed.has_heard()
    assert sum("exception" in line for line in told(written)) >= 2
    nothing_leaked(written)


async def test_accounts_that_are_refused_say_so_without_their_tokens(
    written: io.StringIO, followed: Morning, expected: set[str]
) -> None:
    expected.update({"Telegram refuses the token", "put a new one into the settings"})
    followed.troubled = frozenset({TELEGRAM, DISCORD})
    followed.cast.telegram_bot.revoked = True
    followed.cast.discord_app.revoke_token()
    await followed.cast.reader.says(followed.ann, f"/live {SAID}")
    await until(lambda: len(followed.house.troubles()) == 2)
    for why in followed.house.troubles().values():
        assert not any(token in why for token in TOKENS)
    nothing_leaked(written)


async def test_nothing_of_ours_shows_a_secret_when_it_is_printed(followed: Morning, tmp_path: Path) -> None:
    seen: set[int] = set()

    def within(thing: object, depth: int = 0) -> Iterator[object]:
        """A thing and what hangs on it, as a debugger or a traceback with values would show it."""
        if id(thing) in seen or depth > 6:
            return
        seen.add(id(thing))
        yield thing
        held = list(vars(thing).values()) if hasattr(thing, "__dict__") else []
        held += [getattr(thing, name, None) for name in getattr(type(thing), "__slots__", ())]
        for each in held:
            members = [*each.values()] if isinstance(each, dict) else each if isinstance(each, list | tuple) else [each]
            for one in members:
                if type(one).__module__.partition(".")[0] in ("bots", "core", "config", "discord", "telegram"):
                    yield from within(one, depth + 1)

    member = Member("berlin", Platform.TELEGRAM, casting.TELEGRAM_TOKEN)
    file = tmp_path / "livedesk.toml"
    file.write_text(f'[store]\nurl = "postgresql://desk:{PASSWORD}@db.example/livedesk"\n')
    things = [*within(followed.house), *within(followed.store), member, settings.read(file, {})]
    assert len(things) > 50
    for thing in things:
        for shown in (repr(thing), str(thing)):
            assert not any(secret in shown for secret in (*TOKENS, PASSWORD)), type(thing)


@pytest.mark.parametrize("url", ["postgresql://desk:{}@127.0.0.1:1/livedesk", "postgresql://desk:{}@/no/such:place/x"])
def test_a_database_that_cannot_be_reached_does_not_show_its_password(url: str, written: io.StringIO) -> None:
    from core.model import Mode

    with pytest.raises(StoreTrouble) as refused:
        Store.open(url.format(PASSWORD), mode=Mode.REHEARSAL)
    error: BaseException | None = refused.value
    chain = []
    while error is not None:
        chain.append(error)
        error = error.__cause__ or error.__context__
    for one in chain:
        assert PASSWORD not in f"{one}{one!r}{one.args}"
    logging.getLogger("core.store").error("cannot open", exc_info=refused.value)
    assert PASSWORD not in written.getvalue()
