"""No body, however odd, makes the stage stumble: it is taken, or refused in Discord's words."""

import random
from typing import Any

import aiohttp
import pytest

WORDS = ("", " ", "x", "attachment://x", "http://x", "7", "ü" * 30, "@everyone <@1> <@&2>")
NAMES = (
    "content", "embeds", "title", "description", "fields", "name", "value", "footer", "text", "author", "image", "url",
    "components", "type", "custom_id", "label", "style", "options", "component", "accessory", "placeholder", "data",
    "allowed_mentions", "parse", "users", "roles", "message_reference", "message_id", "attachments", "id", "flags",
    "nonce", "enforce_nonce", "messages", "applied_tags", "message", "archived", "auto_archive_duration", "choices",
    "recipient_id", "min_values", "max_values", "min_length", "max_length", "required", "name_localizations",
    "timestamp",
)  # fmt: skip


def odd(luck: random.Random, depth: int = 0) -> Any:
    """A random JSON value that looks a little like one of Discord's."""
    kind = luck.randrange(8 if depth < 5 else 5)
    if kind == 0:
        return luck.choice((None, True, False))
    if kind == 1:
        return luck.choice((-1, 0, 1, 2, 3, 4, 5, 10, 17, 18, 64, 1 << 15, 1 << 40, 1.5))
    if kind < 5:
        return luck.choice(WORDS)
    if kind == 5:
        return [odd(luck, depth + 1) for _ in range(luck.randrange(4))]
    return {luck.choice(NAMES): odd(luck, depth + 1) for _ in range(luck.randrange(6))}


def likely(luck: random.Random) -> dict[str, Any]:
    """A body whose best-known fields are lists of odd things."""
    body = odd(luck)
    table = body if isinstance(body, dict) else {}
    for name in luck.sample(("embeds", "components", "allowed_mentions", "message", "data", "options", "name"), 3):
        one = odd(luck, 1)
        table[name] = [one, odd(luck, 1)] if luck.random() < 0.5 else one
    return table


@pytest.mark.parametrize("seed", range(8))
async def test_odd_bodies_are_taken_or_refused_but_never_break_the_stage(village: Any, wire: Any, seed: int) -> None:
    luck = random.Random(seed)
    village.stage.discord.enforce_rates = False
    forum = village.guild.add_forum("coverages", tags=["storm"])
    _, sent = await wire("POST", f"/channels/{village.channel.id}/messages", json={"content": "Entry"})
    _, hook = await wire("POST", f"/channels/{village.channel.id}/webhooks", json={"name": "Live"})
    targets = [
        ("POST", f"/channels/{village.channel.id}/messages"),
        ("PATCH", f"/channels/{village.channel.id}/messages/{sent['id']}"),
        ("POST", f"/channels/{village.channel.id}/messages/bulk-delete"),
        ("POST", f"/channels/{village.channel.id}/threads"),
        ("POST", f"/channels/{forum.id}/threads"),
        ("PATCH", f"/channels/{forum.id}"),
        ("POST", f"/webhooks/{hook['id']}/{hook['token']}"),
        ("POST", "/users/@me/channels"),
        ("POST", f"/applications/{village.app.id}/commands"),
        ("PUT", f"/applications/{village.app.id}/commands"),
    ]
    for _ in range(150):
        verb, path = luck.choice(targets)
        body = [likely(luck), odd(luck)] if verb == "PUT" else likely(luck)
        status, answer = await wire(verb, path, json=body)
        assert status < 500, (verb, path, body)
        assert status < 400 or isinstance(answer, dict), (verb, path, body)


async def test_a_file_that_does_not_exist_is_404(village: Any) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("/cdn/attachments/1/2/a.png", "/cdn/attachments/1/x/a.png"):
            async with session.get(village.stage.url + path) as answer:
                assert answer.status == 404
