"""One account in many hands: the session goes on where it was left, logins are budgeted, nobody calls unasked."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bots.discord.bot import DiscordBot
from bots.discord.foreign import Foreign
from bots.discord.gateway import AccountRefusedError, Phase
from bots.discord.memory import StoredMemory
from bots.rehearsal.stage import Stage
from core.courier import AccountGate
from core.platform import NotSent, Reach, Sent
from core.store import Store, gateways, house
from tests.bots.discord.conftest import QUICK, Ears, Hear, Launch, Make, Mind, Town, until
from tests.bots.discord.test_sender import QUIET, publish
from tests.doubles.clock import Clock
from tests.doubles.made_up_time import live
from tests.doubles.speakers import Office


class Life:
    """A bot while it is somebody's; then it is stopped as a house stops it."""

    def __init__(self, bot: DiscordBot) -> None:
        self.bot = bot

    async def __aenter__(self) -> DiscordBot:
        await self.bot.open()
        self._hearing = asyncio.create_task(self.bot.hear())
        await until(lambda: self.bot.standing.phase is Phase.CONNECTED)
        return self.bot

    async def __aexit__(self, *_: object) -> None:
        self._hearing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._hearing
        await self.bot.close()


@pytest.fixture
def mind() -> Mind:
    return Mind()


@pytest.fixture
async def tries(make: Make, town: Town) -> AsyncIterator[Callable[..., DiscordBot]]:
    """Start a bot and do not wait for it."""
    running: list[asyncio.Task[None]] = []

    def start(**more: object) -> DiscordBot:
        bot = make(**more)
        running.append(asyncio.create_task(bot.run()))
        return bot

    yield start
    for task in running:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_whoever_comes_next_takes_up_the_session_of_the_last(make: Make, town: Town, mind: Mind) -> None:
    for _ in range(3):
        async with Life(make(memory=mind)):
            (session,) = town.app.sessions
        await until(lambda: not town.app.connected)
    assert town.app.sessions == [session]
    assert (len(town.app.identified), mind.introductions) == (1, 1)


async def test_one_bot_lives_again_and_again(make: Make, town: Town, mind: Mind) -> None:
    bot = make(memory=mind)
    for at in range(3):
        async with Life(bot):
            assert isinstance(await publish(bot, town.here, manner=replace(QUIET, nonce=f"n{at}")), Sent)
        outcome = await publish(bot, town.here, "Between two lives")
        assert isinstance(outcome, NotSent)
        assert outcome.reach is Reach.ACCOUNT
    assert len(town.channel.messages) == 3
    assert len(town.app.identified) == 1


async def test_a_session_discord_forgot_is_begun_anew_and_not_tried_twice(make: Make, town: Town, mind: Mind) -> None:
    async with Life(make(memory=mind)):
        pass
    old = mind.last
    town.app.sessions.clear()
    async with Life(make(memory=mind)):
        await until(lambda: len(town.app.identified) == 2)
    assert None in mind.noted
    assert mind.last != old


async def test_what_was_asked_between_two_owners_is_heard_once_though_a_kill_lost_count(
    make: Make, hear: Hear, town: Town, office: Office, mind: Mind
) -> None:
    await office.opens("Storm Ada")
    async with Life(make(account="dc", hears=hear(), memory=mind)):
        await until(lambda: office.store.read_now(house.read, "discord.commands.dc") is not None)
        await until(lambda: mind.last is not None)
        early = mind.last
        answer = await town.ann.uses("live follow", channel=town.channel, coverage="storm-ada")
        assert "Storm Ada" in answer.text
    assert early is not None
    # As after a kill: the last thing that was stored is some seconds old, and Discord tells the rest again.
    mind.last = early
    asking = asyncio.create_task(town.bob.uses("live now", channel=town.channel, patience=10))
    before = len(town.stage.journal.of("discord", "POST"))
    async with Life(make(account="dc", hears=hear(), memory=mind)):
        assert "Storm Ada" in (await asking).text
    assert len(town.stage.journal.of("discord", "POST")) == before + 1
    assert len(town.app.identified) == 1


async def test_a_session_taken_up_still_knows_where_it_is(
    make: Make, hear: Hear, town: Town, office: Office, mind: Mind
) -> None:
    await office.opens("Storm Ada")
    async with Life(make(account="dc", hears=hear(), memory=mind)):
        await until(lambda: office.store.read_now(house.read, "discord.commands.dc") is not None)
    ears = Ears()
    async with Life(make(memory=mind, hears=ears)) as bot:
        await until(lambda: [guild.name for guild in bot.client.guilds] == ["Town server"])
        thread = town.guild.add_thread(town.channel, "storm")
        thread.delete()
        town.channel.delete()
        await until(lambda: len(ears.left) == 2)
        assert sorted(ears.left) == sorted([([thread.id], "deleted"), ([town.channel.id], "deleted")])


async def test_in_a_session_taken_up_only_new_servers_are_new(make: Make, town: Town, mind: Mind) -> None:
    async with Life(make(memory=mind)):
        pass
    joined: list[str] = []

    class Greeter(Ears):
        async def guild_joined(self, client: object, guild: object) -> None:
            joined.append(getattr(guild, "name", ""))

    async with Life(make(memory=mind, hears=Greeter())) as bot:
        await until(lambda: len(bot.client.guilds) == 1)
        town.guild.outage()
        town.guild.recover()
        town.stage.discord.add_guild("Village server", bots=[town.app])
        await until(lambda: joined == ["Village server"])


async def test_the_session_is_not_written_for_each_word(make: Make, town: Town, mind: Mind) -> None:
    async with Life(make(memory=mind, unit=1.0)):
        await until(lambda: len(mind.noted) == 1)
        for at in range(30):
            town.guild.add_text_channel(f"room {at}")
        (session,) = town.app.sessions
        await asyncio.sleep(0.2)
        assert len(mind.noted) == 1
    assert mind.last is not None
    assert mind.last.sequence == session.sequence


async def test_over_its_budget_it_waits_says_until_when_and_speaks_all_the_same(
    tries: Callable[..., DiscordBot], town: Town, mind: Mind, caplog: pytest.LogCaptureFixture
) -> None:
    mind.until = datetime.now(UTC) + timedelta(minutes=40)
    bot = tries(memory=mind)
    await until(lambda: bot.standing.phase is Phase.WAITING and bot.can_send)
    assert f"before {mind.until:%H:%M:%S} UTC" in bot.standing.why
    assert isinstance(await publish(bot, town.here, "Bridge closed"), Sent)
    assert town.app.identified == []
    mind.until = None
    await until(lambda: bot.standing.phase is Phase.CONNECTED)
    assert len([line for line in caplog.messages if line.startswith("not connecting to Discord before")]) == 1


async def test_what_discord_itself_has_left_is_respected(tries: Callable[..., DiscordBot], town: Town) -> None:
    town.app.identified.extend([town.stage.discord.now()] * 950)
    bot = tries()
    await until(lambda: bot.standing.phase is Phase.WAITING)
    assert "grants us only 50 more introductions" in bot.standing.why
    assert len(town.app.identified) == 950
    town.app.identified.clear()
    await until(lambda: bot.standing.phase is Phase.CONNECTED)


async def test_a_crash_loop_cannot_log_the_token_away(
    tries: Callable[..., DiscordBot], make: Make, town: Town, store: Store, clock: Clock
) -> None:
    def memory() -> StoredMemory:
        return StoredMemory("dc", store, clock, lambda: True)

    for _ in range(19):
        clock.passes(seconds=60)
        assert await store.write(gateways.identify, "dc", clock()) is None
    clock.passes(seconds=60)
    async with Life(make(memory=memory())):
        town.app.sessions.clear()
        await store.write(gateways.forget, "dc")
    # What it remembered as it left is as good as nothing to Discord, and the last introduction is spent.
    bot = tries(memory=memory())
    await until(lambda: bot.standing.phase is Phase.WAITING)
    assert "too often of late" in bot.standing.why
    assert len(town.app.identified) == 1
    clock.passes(minutes=45)
    await until(lambda: bot.standing.phase is Phase.CONNECTED)
    assert len(town.app.identified) == 2


@pytest.mark.parametrize("readable", [True, False])
async def test_the_token_of_another_bot_is_refused_before_anybody_is_lost(
    make: Make, town: Town, store: Store, clock: Clock, *, readable: bool
) -> None:
    async with Life(make(memory=StoredMemory("dc", store, clock, lambda: True))):
        pass
    other = town.stage.discord.add_bot(token="", name="Other")
    town.guild.add_bot(other)
    head = base64.urlsafe_b64encode(str(other.id).encode()).decode().rstrip("=") if readable else "opaque"
    other.token = f"{head}.other.token"
    town.stage.discord._apps[other.token] = other
    calls = len(town.stage.journal.of("discord"))
    bot = make(token=other.token, memory=StoredMemory("dc", store, clock, lambda: True))
    with pytest.raises(AccountRefusedError, match="another bot's than the one this account had"):
        await bot.run()
    assert not [call for call in town.stage.journal.of("discord")[calls:] if call.method != "GET" or readable]
    assert isinstance(await publish(bot, town.here), NotSent)
    async with Life(make(memory=StoredMemory("dc", store, clock, lambda: True))):
        pass


async def test_a_lost_lane_leaves_the_next_owners_notes_alone(store: Store, clock: Clock) -> None:
    ours = [True]
    memory = StoredMemory("dc", store, clock, lambda: ours[0])
    theirs = gateways.Session("theirs", 3, "wss://gateway.example", clock())
    await store.write(gateways.keep, "dc", theirs)
    mine = await memory.session()
    assert mine is not None
    ours[0] = False
    await memory.keep(replace(mine, id="mine"))
    await memory.keep(None)
    assert store.read_now(gateways.session, "dc") == theirs


async def test_a_session_of_yesterday_is_not_tried(store: Store, clock: Clock) -> None:
    await store.write(gateways.keep, "dc", gateways.Session("old", 3, "wss://gateway.example", clock()))
    clock.passes(hours=2)
    assert await StoredMemory("dc", store, clock, lambda: True).session() is None


async def test_an_account_that_is_not_ours_calls_nobody(
    tries: Callable[..., DiscordBot], town: Town, gate: AccountGate
) -> None:
    ours = [False]
    gate.permit(lambda: ours[0])
    bot = tries()
    await until(lambda: "NotOurs" in bot.standing.why)
    assert isinstance(await publish(bot, town.here, "Bridge closed"), NotSent)
    assert town.stage.journal.of("discord") == []
    assert town.app.identified == []
    ours[0] = True
    await until(lambda: bot.standing.phase is Phase.CONNECTED)


async def test_who_is_cut_off_makes_no_request_and_its_gateway_is_not_begun_again(
    bot: DiscordBot, town: Town, gate: AccountGate
) -> None:
    ours = [True]
    gate.permit(lambda: ours[0])
    ours[0] = False
    calls = len(town.stage.journal.of("discord"))
    outcome = await publish(bot, town.here, "Bridge closed")
    assert outcome == NotSent(0.0, Reach.ACCOUNT, "another process owns this account")
    town.app.disconnect(4000)
    await until(lambda: bot.standing.phase is Phase.LOST)
    await until(lambda: bot.standing.why == "another process owns this account")
    assert not town.app.connected
    assert len(town.stage.journal.of("discord")) == calls
    ours[0] = True
    await until(lambda: bot.standing.phase is Phase.CONNECTED)
    assert len(town.app.identified) == 1


async def test_what_waits_for_its_turn_while_the_account_is_given_back_was_never_sent(
    bot: DiscordBot, town: Town, gate: AccountGate
) -> None:
    gate.pause(0.3)
    waiting = asyncio.create_task(publish(bot, town.here, "Bridge closed"))
    await asyncio.sleep(0.1)
    await bot.client.http.close()
    assert isinstance(await waiting, NotSent)
    assert town.channel.messages == []


async def test_who_wants_to_speak_waits_for_no_answer_to_the_login(
    tries: Callable[..., DiscordBot], town: Town
) -> None:
    town.stage.faults.add("never", platform="discord", method="GET /users/@me")
    bot = tries()
    await until(lambda: bot.client.http.token is not None)
    assert isinstance(await publish(bot, town.here, "Bridge closed"), Sent)
    assert not bot.can_send


async def test_another_program_with_our_token_is_named_and_nothing_is_sent_meanwhile(
    bot: DiscordBot, town: Town, make: Make, launch: Launch, hear: Hear, caplog: pytest.LogCaptureFixture
) -> None:
    ours = AccountGate(QUICK)
    desk = await launch(make(account="dc", hears=hear(), memory=Mind(), gate=ours))
    await until(lambda: bool(town.app.commands.everywhere))
    for _ in range(3):
        assert desk.foreign == ""
        # Whoever does not ask a store first is faster: that is the other one.
        assert (await town.bob.uses("live now", channel=town.channel)).text == "heard"
    await until(lambda: "Another program answers people on Discord" in desk.foreign)
    assert ours.paused_for() > 0
    assert caplog.text.count("Another program answers people") == 1


def test_the_other_program_counts_as_gone_after_a_while_without_it() -> None:
    async def story() -> list[bool]:
        seconds = [0.0]
        foreign = Foreign("dc", AccountGate(QUICK), elapsed=lambda: seconds[0])
        seen = []
        for passes, code in ((0, 40060), (50, 40060), (50, 40060), (5, 50013), (5, 40060), (170, 0), (20, 0)):
            seconds[0] += passes
            foreign.refused(code)
            seen.append(bool(foreign.trouble))
        return seen

    assert live(story()) == [False, False, False, False, True, True, False]


@pytest.mark.parametrize("looks", [0, 1])
async def test_nothing_leaves_once_the_account_is_not_ours_however_late_that_is_found(
    bot: DiscordBot, town: Town, gate: AccountGate, looks: int
) -> None:
    left = [looks]

    def ours() -> bool:
        left[0] -= 1
        return left[0] >= 0

    calls = len(town.stage.journal.of("discord"))
    gate.permit(ours)
    assert await publish(bot, town.here) == NotSent(0.0, Reach.ACCOUNT, "another process owns this account")
    assert len(town.stage.journal.of("discord")) == calls
    gate.permit(lambda: True)
    assert isinstance(await publish(bot, town.here), Sent)


async def test_an_answer_does_not_wait_for_the_pace_but_for_nobody_elses_account(
    bot: DiscordBot, town: Town, stage: Stage, hear: Hear, make: Make, launch: Launch, gate: AccountGate
) -> None:
    stage.discord.interaction_deadline = 0.5
    desk = await launch(make(account="dc", hears=hear(), memory=Mind()))
    await until(lambda: bool(town.app.commands.everywhere))
    del desk
    gate.pause(60)
    assert not (await town.bob.uses("live now", channel=town.channel)).failed
    gate.permit(lambda: False)
    assert (await town.bob.uses("live now", channel=town.channel)).failed
