"""The life of an account: nothing heard is lost or done twice, and it says in plain words why it ends."""

import asyncio
import logging

import pytest

from core.errors import StoreTrouble
from core.model import Address, Platform
from core.store import house, inbox


@pytest.fixture
async def storm(telegram):
    return await telegram.office.opens("Storm Ada")


@pytest.fixture
def gone_quiet(telegram):
    """Whether every update has been handled and its words are forgotten."""

    def rows(conn):
        from core.store import tables

        return [(row.handled_at, row.payload) for row in conn.execute(tables.inbox.select())]

    return lambda: telegram.office.store.read(rows)


async def test_what_was_handled_is_forgotten_but_known_again(telegram, storm, ann, gone_quiet):
    await telegram.starts()
    await telegram.idle()
    rows = await gone_quiet()
    assert rows
    assert all(handled is not None and payload is None for handled, payload in rows)


async def test_telegram_may_forget_an_update_only_once_it_is_in_the_store(telegram, storm, ann, monkeypatch):
    taken = inbox.take
    seen = []

    def watched(conn, account, updates, now):
        confirmed = [call.params.get("offset") for call in telegram.stage.journal.of("telegram", "getUpdates")]
        seen.append((confirmed, [number for number, _ in updates]))
        return taken(conn, account, updates, now)

    monkeypatch.setattr(inbox, "take", watched)
    await telegram.starts()
    await telegram.idle()
    assert seen
    for confirmed, numbers in seen:
        assert all(int(offset) <= min(numbers) for offset in confirmed)


async def test_an_update_that_could_not_be_kept_comes_again(telegram, storm, ann, monkeypatch):
    taken, failures = inbox.take, []

    def failing(conn, account, updates, now):
        if len(failures) < 2:
            failures.append(1)
            raise StoreTrouble("the disk is full", passing=True)
        return taken(conn, account, updates, now)

    monkeypatch.setattr(inbox, "take", failing)
    await telegram.starts()
    await telegram.idle()
    assert [one.command for one in telegram.heard] == ["start"]


async def test_what_a_kill_interrupted_is_heard_after_the_restart(telegram, storm, ann, account, monkeypatch):
    never = asyncio.Event()
    following = telegram.office.rooms.readership.follow

    async def stuck(*args, **more):
        await never.wait()
        return await following(*args, **more)

    monkeypatch.setattr(telegram.office.rooms.readership, "follow", stuck)
    await ann.says(ann.private_chat(account), f"/follow {storm.slug}")
    await telegram.starts(farewell=0.01)
    await telegram.settles(lambda: len(telegram.heard) == 2)
    await telegram.stops()
    monkeypatch.undo()
    await telegram.starts()
    await telegram.idle()
    assert [one.command for one in telegram.heard] == ["start", "follow", "follow"]
    assert len({one.token for one in telegram.heard}) == 2
    assert await telegram.office.rooms.readership.following("tg", Address(Platform.TELEGRAM, ann.id))


async def test_an_update_delivered_twice_is_heard_once(telegram, storm, ann, account):
    again = list(account.updates.pending)
    await telegram.starts()
    await telegram.idle()
    account.updates.pending.extend(again)
    account.updates.wake()
    await ann.says(ann.private_chat(account), "/live")
    await telegram.settles(lambda: len(telegram.heard) == 2)
    await telegram.idle()
    assert [one.command for one in telegram.heard] == ["start", "live"]


async def test_a_restart_asks_from_the_beginning_and_still_hears_nothing_twice(telegram, storm, ann, account):
    await telegram.starts()
    await telegram.settles(lambda: telegram.heard)
    await telegram.stops()
    await telegram.starts()
    await ann.says(ann.private_chat(account), "/live")
    await telegram.idle()
    assert [one.command for one in telegram.heard] == ["start", "live"]


@pytest.mark.parametrize(
    "poison",
    [
        {"message": {"chat": "nonsense"}},
        {"message": {"message_id": "x", "date": "y", "chat": {"id": 5, "type": 7}, "text": ["?"]}},
        {"callback_query": {"id": 4}},
        {"my_chat_member": {}},
        {"something_new": {"chat": {"id": 1}}},
        {},
    ],
)
async def test_a_poisonous_update_stops_nothing(telegram, storm, ann, account, poison):
    account.updates.pending.append({"update_id": 900_000_000, **poison})
    account.updates._next_id = 900_000_001
    await ann.says(ann.private_chat(account), "/live")
    await telegram.starts()
    await telegram.idle()
    assert [one.command for one in telegram.heard] == ["start", "live"]


async def test_one_chats_slow_work_holds_up_no_other(telegram, storm, ann, account, monkeypatch):
    never = asyncio.Event()
    live = telegram.office.rooms.readership.live

    async def stuck():
        if len(telegram.heard) == 1:
            await never.wait()
        return await live()

    await telegram.starts()
    await telegram.idle()
    telegram.heard.clear()
    monkeypatch.setattr(telegram.office.rooms.readership, "live", stuck)
    await ann.says(ann.private_chat(account), "/live")
    await telegram.settles(lambda: len(telegram.heard) == 1)
    await ann.says(ann.private_chat(account), "/following")
    bo = telegram.stage.telegram.add_person("Bo")
    await bo.starts(account)
    await bo.private_chat(account).wait_for(lambda one: one.author is account)
    assert [one.caller for one in telegram.heard] == [ann.id, bo.id]
    never.set()
    await telegram.idle()
    assert [one.command for one in telegram.heard if one.caller == ann.id] == ["live", "following"]


@pytest.mark.parametrize(
    ("fault", "arguments"),
    [
        ("server_error", {"status": 502}),
        ("html", {}),
        ("malformed", {}),
        ("malformed", {"body": b'{"ok":true,"result":[7]}'}),
        ("drop_before_effect", {}),
        ("server_error", {"status": 404}),
        ("unauthorized", {}),
        ("conflict", {}),
    ],
)
async def test_passing_trouble_passes(telegram, storm, ann, fault, arguments):
    telegram.stage.faults.add(fault, platform="telegram", method="getUpdates", times=1, **arguments)
    me = await telegram.starts()
    await telegram.idle()
    assert telegram.heard
    assert me.trouble == ""


async def test_trouble_before_the_first_word_passes_too(telegram, storm, ann):
    for fault in ("html", "server_error", "unauthorized"):
        telegram.stage.faults.add(fault, platform="telegram", method="getMe", times=1)
    await telegram.starts()
    await telegram.idle()
    assert telegram.heard


async def ends(telegram):
    me = await telegram.starts()
    ((_, life),) = telegram._lives
    await asyncio.wait_for(life, 10)
    return me.trouble


async def test_a_revoked_token_ends_the_account_and_says_what_to_do(telegram, account, token):
    account.revoked = True
    trouble = await ends(telegram)
    assert "BotFather" in trouble
    assert "'tg'" in trouble
    assert token.partition(":")[2] not in trouble


async def test_a_second_poller_is_named_and_nothing_is_said_until_it_is_gone(telegram, storm, ann, gate):
    telegram.stage.faults.add("conflict", platform="telegram", method="getUpdates", times=4)
    me = await telegram.starts(foreign=0.5)
    await telegram.settles(lambda: me.foreign)
    assert "Another program polls" in me.trouble
    assert gate.paused_for() > 0
    assert len(telegram.stage.journal.of("telegram", "getUpdates")) == 3
    await telegram.idle()
    assert telegram.heard
    await telegram.settles(lambda: me.trouble == "")
    assert not me.foreign


async def test_a_webhook_that_is_set_is_named_and_readers_still_get_their_news(telegram, storm, ann, account, gate):
    account.webhook = {"url": "https://elsewhere.example"}
    me = await telegram.starts(foreign=0.05)
    await telegram.settles(lambda: me.foreign)
    assert "webhook" in me.trouble
    assert gate.paused_for() == 0
    account.webhook = None
    await telegram.idle()
    assert telegram.heard
    await telegram.settles(lambda: not me.foreign)


async def test_an_account_that_is_not_ours_calls_nobody(telegram, storm, ann, gate):
    gate.permit(lambda: False)
    await telegram.starts()
    assert telegram.stage.journal.of("telegram") == []
    gate.permit(lambda: True)
    await telegram.idle()
    assert telegram.heard


async def test_what_was_asked_is_left_to_the_next_owner_when_the_account_is_lost(
    telegram, storm, ann, account, gate, monkeypatch
):
    await telegram.starts(poll=0.2)
    await telegram.idle()
    telegram.heard.clear()
    live, ours = telegram.office.rooms.readership.live, [True]

    async def lost():
        ours[0] = False
        return await live()

    gate.permit(lambda: ours[0])
    monkeypatch.setattr(telegram.office.rooms.readership, "live", lost)
    said = await ann.says(ann.private_chat(account), "/live")
    await telegram.settles(lambda: not ours[0])
    calls = len(telegram.stage.journal.of("telegram"))
    await telegram.stops()
    assert len([one for one in telegram.stage.journal.of("telegram")[calls:] if one.method != "getUpdates"]) == 0
    assert ann.private_chat(account).messages[-1].id == said.id
    gate.permit(lambda: True)
    monkeypatch.undo()
    await telegram.starts()
    await telegram.idle()
    assert [one.command for one in telegram.heard] == ["live", "live"]
    assert ann.private_chat(account).messages[-1].author is account


async def test_the_token_of_another_bot_is_refused_before_anybody_is_lost(telegram, store, storm, ann, account):
    await telegram.starts()
    await telegram.stops()
    await store.write(house.write, "telegram.bot.tg", "41")
    calls = len(telegram.stage.journal.of("telegram"))
    trouble = await ends(telegram)
    assert "another bot's" in trouble
    assert len(telegram.stage.journal.of("telegram")) == calls


async def test_one_account_lives_again_and_again(telegram, storm, ann, account):
    me = await telegram.starts()
    await telegram.idle()
    for turn in range(3):
        await telegram.stops()
        await ann.says(ann.private_chat(account), "/live")
        await telegram.goes_on(me)
        await telegram.idle()
        assert len(telegram.heard) == turn + 2


async def test_an_orderly_end_lets_handlers_finish(telegram, storm, ann, account, gone_quiet, monkeypatch):
    waited = asyncio.Event()
    live = telegram.office.rooms.readership.live

    async def slow():
        waited.set()
        await asyncio.sleep(0.2)
        return await live()

    monkeypatch.setattr(telegram.office.rooms.readership, "live", slow)
    await telegram.starts()
    await waited.wait()
    await telegram.stops()
    assert all(handled is not None for handled, _ in await gone_quiet())
    assert ann.private_chat(account).messages[-1].author is account


async def test_handlers_wait_for_a_store_in_trouble(telegram, storm, ann, monkeypatch, caplog):
    ticked, failures = inbox.done, []

    def failing(conn, account, number, now):
        failures.append(number)
        raise StoreTrouble("the disk is full", passing=True)

    monkeypatch.setattr(inbox, "done", failing)
    await telegram.starts()
    await telegram.settles(lambda: failures)
    await telegram.stops()
    monkeypatch.setattr(inbox, "done", ticked)
    await telegram.starts()
    await telegram.idle()
    assert [one.token for one in telegram.heard] == [telegram.heard[0].token] * 2


async def test_the_menu_is_told_only_when_it_changed(telegram, storm, account):
    await telegram.starts()
    await telegram.stops()
    told = telegram.stage.journal.of("telegram", "setMyCommands")
    assert len(told) >= 1
    await telegram.starts()
    assert telegram.stage.journal.of("telegram", "setMyCommands") == told
    names = [row["command"] for row in account.commands['{"type": "default"}', ""]]
    assert "follow" in names
    assert "post" not in names


async def test_an_editors_own_chat_shows_the_editors_menu(telegram, storm, ann, account):
    await telegram.enrols(ann)
    await telegram.starts()
    await telegram.idle()
    names = [row["command"] for (scope, _), menu in account.commands.items() if str(ann.id) in scope for row in menu]
    assert {"post", "alert", "follow"} <= set(names)


async def test_a_menu_that_cannot_be_shown_stops_nothing(telegram, storm, ann):
    telegram.stage.faults.add("server_error", platform="telegram", method="*MyCommands", times=None)
    await telegram.starts()
    await telegram.idle()
    assert telegram.heard


async def test_a_burst_of_updates_is_heard_in_order(telegram, storm, account):
    people = [telegram.stage.telegram.add_person(f"P{at}") for at in range(5)]
    for at in range(60):
        await people[at % 5].says(people[at % 5].private_chat(account), f"word {at}")
    await telegram.starts()
    await telegram.idle()
    for person in people:
        said = [int(one.words.split()[1]) for one in telegram.heard if one.caller == person.id]
        assert said == sorted(said)
        assert len(said) == 12


async def test_nothing_a_life_says_holds_the_token(telegram, storm, ann, account, token, caplog):
    caplog.set_level(logging.DEBUG)
    for fault in ("html", "malformed", "unauthorized", "conflict", "flood_html"):
        telegram.stage.faults.add(fault, platform="telegram", method="send*", times=1)
        telegram.stage.faults.add(fault, platform="telegram", method="getFile", times=1)
    for fault in ("html", "unauthorized", "conflict"):
        telegram.stage.faults.add(fault, platform="telegram", method="getUpdates", times=1)
    await telegram.starts()
    await telegram.idle()
    account.revoked = True
    account.updates.end_poll()
    ((me, life),) = telegram._lives
    await asyncio.wait_for(life, 10)
    assert me.trouble
    assert token.partition(":")[2] not in caplog.text + repr(me.sender) + repr(me)
