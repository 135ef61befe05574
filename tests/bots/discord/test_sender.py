"""What becomes of a message on its way to Discord, with the real client and a stage as strict as Discord."""

import asyncio
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bots.discord.bot import DiscordBot
from bots.rehearsal.discord_world.permissions import Permission
from core.blocks import Image, Video
from core.courier import AccountGate
from core.model import Address, BulletinKind, EntryStatus, Form, Platform
from core.platform import Copy, Forbidden, Gone, Lost, Manner, NotSent, Outcome, Reach, Rejected, Sent, Unknown
from tests.bots.discord.checker import complaints
from tests.bots.discord.conftest import Town, address, until
from tests.doubles.bulletins import bulletin, told


def nested(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(children) | st.dictionaries(st.sampled_from(("id", "attachments", "code")) | st.text(), children)


def dumps(value: Any) -> bytes:
    return json.dumps(value).encode()


PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 400
DIGEST = hashlib.sha256(PNG).hexdigest()
QUIET = Manner(silent=True, nonce="A" * 24)
POST = "POST /channels/*/messages"
PATCH = "PATCH /channels/*/messages/*"


async def publish(bot: DiscordBot, to: Address, *body: Any, manner: Manner = QUIET, **more: Any) -> Outcome:
    (part,) = bot.sender.draw(bulletin(told(*body, **more)), "en")
    return await bot.sender.send(to, part, manner)


async def copy_of(outcome: Outcome) -> Copy:
    assert isinstance(outcome, Sent)
    return outcome.copies[0]


async def test_an_entry_arrives_silently_and_pings_nobody(bot: DiscordBot, town: Town) -> None:
    outcome = await publish(bot, town.here, "Rain, @everyone!")
    (seen,) = town.channel.messages
    assert outcome == Sent((Copy(seen.id, Form.TEXT),))
    assert (seen.silent, seen.nonce, seen.pings) == (True, "A" * 24, ())
    sent = town.stage.journal.of("discord", "POST")[-1].params
    assert sent["allowed_mentions"] == {"parse": []}
    assert sent["enforce_nonce"] is True


async def test_an_alert_rings(bot: DiscordBot, town: Town) -> None:
    (part,) = bot.sender.draw(bulletin(told("Rain."), BulletinKind.ALERT), "en")
    await bot.sender.send(town.here, part, Manner(silent=False, nonce="B" * 24))
    assert not town.channel.messages[0].silent


async def test_the_same_part_sent_twice_is_one_message(bot: DiscordBot, town: Town) -> None:
    assert await publish(bot, town.here, "Rain.") == await publish(bot, town.here, "Rain.")
    assert len(town.channel.messages) == 1


async def test_sending_needs_no_gateway(make: Any, launch: Any, town: Town, stage: Any) -> None:
    stage.discord.gateway_down = True
    bot = make()
    running = asyncio.create_task(bot.run())
    await until(lambda: bot.can_send)
    assert isinstance(await publish(bot, town.here, "Rain."), Sent)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_before_the_login_nothing_is_sent(make: Any, town: Town) -> None:
    assert await publish(make(), town.here, "Rain.") == NotSent(
        0.0, Reach.ACCOUNT, "no connection to Discord (NotLoggedInError)"
    )


async def test_a_picture_comes_with_its_alt_text(bot: DiscordBot, town: Town, assets: dict[str, bytes]) -> None:
    assets[DIGEST] = PNG
    outcome = await publish(bot, town.here, "Rain.", Image(alt="A bridge", caption="The bridge", asset=DIGEST))
    (seen,) = town.channel.messages
    assert (await copy_of(outcome)).form is Form.PHOTO
    assert [(one.content, one.description, one.filename) for one in seen.attachments] == [
        (PNG, "A bridge", f"{DIGEST[:16]}.png")
    ]
    assert "The bridge" in seen.content


async def test_a_picture_that_is_lost_is_told_in_words(bot: DiscordBot, town: Town) -> None:
    outcome = await publish(bot, town.here, "Rain.", Image(alt="A bridge", asset=DIGEST))
    assert (await copy_of(outcome)).form is Form.TEXT
    assert "Image: A bridge" in town.channel.messages[0].content


async def test_a_correction_changes_the_words_and_leaves_the_picture(
    bot: DiscordBot, town: Town, assets: dict[str, bytes], tmp_path: Path
) -> None:
    assets[DIGEST] = PNG
    shown = Image(alt="A bridge", asset=DIGEST)
    copy = await copy_of(await publish(bot, town.here, "Rain.", shown))
    (part,) = bot.sender.draw(bulletin(told("Snow.", shown)), "en", (Form.PHOTO,))
    assert await bot.sender.edit(town.here, (copy,), part) == Sent((copy,))
    (seen,) = town.channel.messages
    assert "Snow." in seen.content
    assert [one.content for one in seen.attachments] == [PNG]
    assert complaints(tmp_path / "journal.jsonl") == []
    assert len(town.stage.journal.of("discord", "PATCH")) == 1


async def test_a_correction_of_the_picture_changes_the_picture(
    bot: DiscordBot, town: Town, assets: dict[str, bytes]
) -> None:
    other = PNG + b"other"
    assets |= {DIGEST: PNG, (digest := hashlib.sha256(other).hexdigest()): other}
    copy = await copy_of(await publish(bot, town.here, Image(alt="A bridge", asset=DIGEST)))
    (part,) = bot.sender.draw(bulletin(told(Image(alt="Its pier", asset=digest))), "en", (Form.PHOTO,))
    assert await bot.sender.edit(town.here, (copy,), part) == Sent((copy,))
    assert [(one.content, one.description) for one in town.channel.messages[0].attachments] == [(other, "Its pier")]


async def test_a_retraction_takes_words_picture_and_card_away(
    bot: DiscordBot, town: Town, assets: dict[str, bytes]
) -> None:
    assets[DIGEST] = PNG
    body = ("Rain.", Image(asset=DIGEST), Video(title="See", url="https://video.example/1"))
    copy = await copy_of(await publish(bot, town.here, *body))
    assert town.channel.messages[0].embeds
    withdrawn = bulletin(told(*body, reason="Not so."), status=EntryStatus.RETRACTED)
    (part,) = bot.sender.draw(withdrawn, "en", (Form.PHOTO,))
    assert await bot.sender.edit(town.here, (copy,), part) == Sent((replace(copy, form=Form.TEXT),))
    (seen,) = town.channel.messages
    assert seen.content.startswith("**This entry was withdrawn (14:05 GMT).**\n\nNot so.")
    assert (seen.attachments, seen.embeds) == ((), ())


async def test_what_lagged_arrives_as_one_silent_message_and_is_corrected_where_it_stands(
    bot: DiscordBot, town: Town, tmp_path: Path
) -> None:
    first, second = bulletin(), bulletin(told("Rain.", headline="@everyone, it rains"), number=18)
    outcome = await bot.sender.send(town.here, bot.sender.merge((first, second), "en"), QUIET)
    (seen,) = town.channel.messages
    copy = Copy(seen.id, Form.MERGED)
    assert outcome == Sent((copy,))
    assert (seen.silent, seen.pings) == (True, ())
    assert seen.content.startswith("-# Catching up on Storm Ada: 2 entries\n\n**Bridge closed**\n")
    withdrawn = bulletin(told("Rain."), number=18, status=EntryStatus.RETRACTED)
    merged = bot.sender.merge((first, withdrawn), "en")
    for _ in range(2):
        assert await bot.sender.edit(town.here, (copy,), merged) == Sent((copy,))
    (seen,) = town.channel.messages
    assert "it rains" not in seen.content
    assert "This entry was withdrawn" in seen.content
    assert complaints(tmp_path / "journal.jsonl") == []


async def test_merged_entries_where_we_may_not_speak_are_tried_once(bot: DiscordBot, town: Town) -> None:
    town.channel.revoke(town.app, Permission.SEND_MESSAGES)
    await asyncio.sleep(0.1)
    merged = bot.sender.merge((bulletin(),), "en")
    assert await bot.sender.send(town.here, merged, QUIET) == Forbidden("Send Messages")
    assert len(town.stage.journal.of("discord", "POST")) == 1


async def test_a_copy_can_be_removed_once(bot: DiscordBot, town: Town) -> None:
    copy = await copy_of(await publish(bot, town.here, "Rain."))
    assert await bot.sender.remove(town.here, copy) == Sent(())
    assert town.channel.messages == []
    assert isinstance(await bot.sender.remove(town.here, copy), Lost)


async def test_an_answer_hangs_on_the_message_it_answers(bot: DiscordBot, town: Town) -> None:
    copy = await copy_of(await publish(bot, town.here, "Rain."))
    await publish(bot, town.here, "Withdrawn.", manner=Manner(True, "C" * 24, reply_to=copy.message_id))
    assert town.channel.messages[1].reference == copy.message_id


async def test_an_answer_to_a_message_that_is_gone_stands_alone(bot: DiscordBot, town: Town) -> None:
    copy = await copy_of(await publish(bot, town.here, "Rain."))
    await bot.sender.remove(town.here, copy)
    manner = Manner(True, "D" * 24, reply_to=copy.message_id)
    assert isinstance(await publish(bot, town.here, "Withdrawn.", manner=manner), Sent)


async def test_a_deleted_channel_is_gone(bot: DiscordBot, town: Town) -> None:
    there = town.here
    town.channel.delete()
    assert await publish(bot, there, "Rain.") == Gone("deleted")


async def test_a_hidden_channel_names_the_right_we_lack(bot: DiscordBot, town: Town) -> None:
    town.channel.revoke(town.app, Permission.VIEW_CHANNEL)
    assert await publish(bot, town.here, "Rain.") == Forbidden("View Channel")


async def test_a_channel_where_we_may_not_speak_names_the_right_we_lack(bot: DiscordBot, town: Town) -> None:
    town.channel.revoke(town.app, Permission.SEND_MESSAGES)
    await asyncio.sleep(0.1)
    assert await publish(bot, town.here, "Rain.") == Forbidden("Send Messages")


async def test_where_files_are_not_allowed_the_words_go_alone(
    bot: DiscordBot, town: Town, assets: dict[str, bytes]
) -> None:
    assets[DIGEST] = PNG
    town.channel.revoke(town.app, Permission.ATTACH_FILES, Permission.EMBED_LINKS)
    outcome = await publish(bot, town.here, Image(alt="A bridge", asset=DIGEST))
    assert (await copy_of(outcome)).form is Form.TEXT
    assert "Image: A bridge" in town.channel.messages[0].content


async def test_who_wants_no_private_messages_from_us_is_gone(bot: DiscordBot, town: Town) -> None:
    private = address(town.bob.direct_messages(town.app))
    assert isinstance(await publish(bot, private, "Rain."), Sent)
    town.bob.closed_to_bots = True
    assert await publish(bot, private, "Snow.", manner=Manner(True, "E" * 24)) == Gone("blocked")


async def test_a_sleeping_thread_is_woken_to_correct_what_stands_in_it(bot: DiscordBot, town: Town) -> None:
    thread = town.guild.add_thread(town.channel, "storm")
    copy = await copy_of(await publish(bot, address(thread), "Rain."))
    thread.archive()
    (part,) = bot.sender.draw(bulletin(told("Snow.")), "en", (Form.TEXT,))
    assert await bot.sender.edit(address(thread), (copy,), part) == Sent((copy,))
    assert "Snow." in thread.messages[-1].content


async def test_a_locked_thread_names_the_right_we_lack(bot: DiscordBot, town: Town) -> None:
    thread = town.guild.add_thread(town.channel, "storm")
    town.channel.revoke(town.app, Permission.MANAGE_THREADS)
    thread.lock()
    assert await publish(bot, address(thread), "Rain.") == Forbidden("Manage Threads")


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        (30046, 400, NotSent(60.0, Reach.DESTINATION, "Discord asks us to wait (30046)")),
        (50005, 403, Lost("the message is not ours")),
        (50278, 403, Gone("no server in common")),
        (200000, 400, Forbidden("an exception from AutoMod")),
        (40333, 403, NotSent(60.0, Reach.ACCOUNT, "Discord refuses this account (403, 40333)")),
    ],
)
async def test_discords_codes_become_outcomes(
    bot: DiscordBot, town: Town, code: int, status: int, expected: Outcome
) -> None:
    name = {400: "bad_request", 403: "forbidden"}[status]
    town.stage.faults.add(name, platform="discord", method=PATCH, code=code, description="no")
    copy = await copy_of(await publish(bot, town.here, "Rain."))
    (part,) = bot.sender.draw(bulletin(told("Snow.")), "en", (Form.TEXT,))
    assert await bot.sender.edit(town.here, (copy,), part) == expected


async def test_what_discord_finds_malformed_is_rejected(bot: DiscordBot, town: Town) -> None:
    town.stage.faults.add("bad_request", platform="discord", method=POST, code=50035, description="Invalid Form Body")
    assert isinstance(await publish(bot, town.here, "Rain."), Rejected)


async def test_a_full_channel_waits_alone(bot: DiscordBot, town: Town, gate: AccountGate) -> None:
    town.stage.faults.add("flood", platform="discord", method=POST, retry_after=7.5, scope="chat")
    assert await publish(bot, town.here, "Rain.") == NotSent(7.5, Reach.DESTINATION, "Discord asks us to wait")
    assert gate.paused_for() == 0.0
    assert len(town.stage.journal.of("discord", "POST")) == 1


async def test_a_global_429_holds_the_whole_account(bot: DiscordBot, town: Town, gate: AccountGate) -> None:
    town.stage.faults.add("flood", platform="discord", method=POST, retry_after=3.0, scope="bot")
    assert await publish(bot, town.here, "Rain.") == NotSent(3.0, Reach.ACCOUNT, "Discord asks us to wait")
    assert gate.paused_for() == pytest.approx(3.0, abs=0.5)


async def test_cloudflares_page_holds_the_account_for_a_minute_then_for_two(
    make: Any, launch: Any, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_gate: list[tuple[int | None, float]] = []
    bot = await launch(make())
    monkeypatch.setattr(bot.client.http._gate, "refused", lambda chat, seconds: told_gate.append((chat, seconds)))
    town.stage.faults.add("flood_html", platform="discord", method=POST, times=2)
    first = await publish(bot, town.here, "Rain.")
    await publish(bot, town.here, "Rain.")
    assert first == NotSent(60.0, Reach.ACCOUNT, "Cloudflare refuses us")
    assert told_gate == [(None, 60.0), (None, 120.0)]


@pytest.mark.parametrize(
    ("fault", "arguments"),
    [
        ("server_error", {"status": 500}),
        ("server_error", {"status": 503}),
        ("drop_after_effect", {}),
        ("drop_before_effect", {}),
        ("malformed", {}),
        ("malformed", {"body": b"[]"}),
        ("malformed", {"body": b'{"id": {}}'}),
        ("malformed", {"body": b"null"}),
        ("html", {}),
        ("never", {"effect": True}),
    ],
)
async def test_an_answer_nobody_can_use_is_unknown_and_the_nonce_makes_it_one_message(
    bot: DiscordBot, town: Town, fault: str, arguments: dict[str, Any]
) -> None:
    town.stage.faults.add(fault, platform="discord", method=POST, **arguments)
    assert isinstance(await publish(bot, town.here, "Rain."), Unknown)
    assert len(town.stage.journal.of("discord", "POST")) <= 1
    assert isinstance(await publish(bot, town.here, "Rain."), Sent)
    assert len(town.channel.messages) == 1


async def test_a_late_answer_is_unknown_but_the_request_goes_on(bot: DiscordBot, town: Town) -> None:
    town.stage.faults.add("trickle", platform="discord", method=POST, seconds=0.005)
    assert isinstance(await publish(bot, town.here, "Rain."), Unknown)
    assert len(bot.sender._calls._running) == 1
    await until(lambda: not bot.sender._calls._running)
    assert len(town.channel.messages) == 1


async def test_a_refused_connection_is_not_sent(bot: DiscordBot, town: Town) -> None:
    await town.stage.close()
    outcome = await publish(bot, town.here, "Rain.")
    assert isinstance(outcome, NotSent)
    assert outcome.reach is Reach.ACCOUNT


async def test_a_revoked_token_holds_the_account(bot: DiscordBot, town: Town) -> None:
    town.stage.faults.add("unauthorized", platform="discord", method=POST)
    outcome = await publish(bot, town.here, "Rain.")
    assert isinstance(outcome, NotSent)
    assert outcome.reach is Reach.ACCOUNT


async def test_a_picture_is_read_from_the_store_once_for_a_whole_fan_out(
    make: Any, launch: Any, town: Town, stage: Any
) -> None:
    read: list[str] = []

    async def fetch(digest: str) -> bytes:
        read.append(digest)
        return PNG

    bot = await launch(make(fetch=fetch))
    for name in ("one", "two", "three"):
        there = address(town.guild.add_text_channel(name))
        outcome = await publish(bot, there, Image(asset=DIGEST), manner=Manner(True, name))
        assert (await copy_of(outcome)).form is Form.PHOTO
    assert read == [DIGEST]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200) | st.recursive(st.none() | st.text() | st.integers(), nested, max_leaves=5).map(dumps)
)
async def test_no_answer_however_malformed_breaks_the_sender(bot: DiscordBot, town: Town, body: bytes) -> None:
    town.stage.faults.add("malformed", platform="discord", method=POST, body=body, effect=False)
    assert isinstance(await publish(bot, town.here, "Rain."), Sent | Unknown)


async def test_an_address_of_another_platform_is_our_own_mistake(bot: DiscordBot) -> None:
    from core.platform import Part

    with pytest.raises(TypeError):
        await bot.sender.send(Address(Platform.DISCORD, 1), Part(Form.TEXT), QUIET)
