"""Rate limits: headers on every answer, 429 in Discord's words, and who does not listen."""

import asyncio
from typing import Any

import discord
import pytest

NOW = 1_795_000_000.0


class Hand:
    """Moves the stage's time."""

    def __init__(self, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = NOW
        monkeypatch.setattr(world, "now", lambda: self.at)


@pytest.fixture
def hand(village: Any, monkeypatch: pytest.MonkeyPatch) -> Hand:
    return Hand(village.stage.discord, monkeypatch)


def there(village: Any) -> str:
    return f"/channels/{village.channel.id}/messages"


async def test_five_messages_in_five_seconds_and_the_headers_that_say_so(village: Any, wire: Any, hand: Hand) -> None:
    left = []
    for _ in range(5):
        answer, _ = await wire("POST", there(village), json={"content": "x"}, full=True)
        left.append(answer.headers["X-RateLimit-Remaining"])
        hand.at += 0.5
    assert left == ["4", "3", "2", "1", "0"]
    assert answer.headers["X-RateLimit-Limit"] == "5"
    assert answer.headers["X-RateLimit-Reset-After"] == "5.000"
    assert answer.headers["X-RateLimit-Bucket"] == "message-create"
    assert answer.headers["Content-Type"] == "application/json"
    refused, body = await wire("POST", there(village), json={"content": "x"}, full=True)
    assert refused.status == 429
    assert body == {"message": "You are being rate limited.", "retry_after": 2.5, "global": False}
    assert (refused.headers["X-RateLimit-Scope"], refused.headers["Via"]) == ("user", "1.1 google")
    assert refused.headers["Retry-After"] == "3"
    hand.at += 2.5
    assert (await wire("POST", there(village), json={"content": "x"}))[0] == 200


async def test_every_channel_and_every_kind_of_call_has_its_own_bucket(village: Any, wire: Any, hand: Hand) -> None:
    other = village.guild.add_text_channel("other")
    for _ in range(5):
        _, sent = await wire("POST", there(village), json={"content": "x"})
    assert (await wire("PATCH", f"{there(village)}/{sent['id']}", json={"content": "y"}))[0] == 200
    assert (await wire("POST", f"/channels/{other.id}/messages", json={"content": "x"}))[0] == 200


async def test_fifty_calls_a_second_over_all(village: Any, wire: Any, hand: Hand) -> None:
    channels = [village.guild.add_text_channel(f"c{n}") for n in range(51)]
    answers = [await wire("POST", f"/channels/{one.id}/messages", json={"content": "x"}, full=True) for one in channels]
    assert [answer.status for answer, _ in answers] == [200] * 50 + [429]
    last, body = answers[-1]
    assert body["global"] is True
    assert (last.headers["X-RateLimit-Global"], last.headers["X-RateLimit-Scope"]) == ("true", "global")
    assert village.stage.discord.invalid_requests == 1


async def test_interactions_do_not_count_to_the_fifty(village: Any, wire: Any, hand: Hand) -> None:
    for _ in range(60):
        status, _ = await wire("POST", "/interactions/1/abcdefgh/callback", json={"type": 4})
        assert status == 404 or status == 429
    assert (await wire("GET", "/users/@me"))[0] == 200


async def test_who_calls_on_during_retry_after_is_noticed_but_not_who_was_under_way(
    village: Any, wire: Any, hand: Hand
) -> None:
    for _ in range(7):
        await wire("POST", there(village), json={"content": "x"})
    assert village.stage.violations == []
    hand.at += 1
    await wire("POST", there(village), json={"content": "x"})
    assert [one.what for one in village.stage.violations] == ["called during retry_after (message-create)"]


async def test_for_benchmarks_the_rates_can_be_switched_off(village: Any, wire: Any, hand: Hand) -> None:
    village.stage.discord.enforce_rates = False
    assert {(await wire("POST", there(village), json={"content": "x"}))[0] for _ in range(60)} == {200}


async def test_ten_thousand_invalid_requests_shut_the_door(village: Any, wire: Any, hand: Hand) -> None:
    for _ in range(10_000):
        village.stage.discord.count_invalid()
    status, body = await wire("GET", "/users/@me")
    assert (status, "1015" in body) == (429, True)
    hand.at += 601
    assert (await wire("GET", "/users/@me"))[0] == 200


async def test_the_real_client_keeps_to_the_buckets_by_itself(village: Any, rest: Any) -> None:
    channel = rest.get_partial_messageable(village.channel.id)
    await asyncio.gather(*(channel.send(f"m{n}") for n in range(7)))
    assert len(village.channel.messages) == 7
    assert [call.status for call in village.stage.journal.of("discord", "POST")] == [200] * 7
    assert village.stage.violations == []


async def test_a_flood_asked_for_by_name_is_waited_out_by_the_real_client(village: Any, rest: Any) -> None:
    faults = village.stage.faults
    faults.add("flood", platform="discord", method="POST /channels/*/messages", retry_after=0.2)
    sent = await rest.get_partial_messageable(village.channel.id).send("x")
    assert [message.id for message in village.channel.messages] == [sent.id]
    assert [call.status for call in village.stage.journal.of("discord", "POST")] == [429, 200]
    faults.add("flood", platform="discord", retry_after=0.2, scope="bot")
    await rest.get_partial_messageable(village.channel.id).send("y")
    assert village.stage.violations == []
    faults.add("flood_html", platform="discord", chat=village.channel.id)
    with pytest.raises(discord.HTTPException) as banned:
        await rest.get_partial_messageable(village.channel.id).send("x")
    assert banned.value.status == 429
