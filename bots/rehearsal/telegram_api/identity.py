"""Who the bot is and how it hears: getMe, getUpdates, webhooks, callback answers, commands and descriptions."""

import json
import re
from typing import Any

from bots.rehearsal.telegram_api.query import Query
from bots.rehearsal.telegram_api.refusals import OTHER_POLLER, RefusalError, bad
from bots.rehearsal.telegram_world import drawing
from bots.rehearsal.telegram_world.messages import Toast
from bots.rehearsal.telegram_world.updates import UPDATE_KINDS, OtherPollerError

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
MOST_COMMANDS = 100
LONGEST_DESCRIPTIONS = {"description": 512, "short_description": 120, "name": 64}
LONGEST_TOAST = 200
CONFLICT_SECONDS = 3.0
SCOPES = frozenset(
    {
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    }
)


def get_me(query: Query) -> Any:
    """Tell the bot who it is."""
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": not query.bot.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return drawing.being(query.bot) | abilities


async def get_updates(query: Query) -> Any:
    """Hand over what has happened, waiting for it if asked to."""
    if query.bot.webhook:
        raise RefusalError(
            409, "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )
    _choose_updates(query)
    limit = max(1, min(100, query.integer("limit", 100)))
    wait = max(0, query.integer("timeout"))
    closing = query.world.backstage.closing
    try:
        return await query.bot.updates.take(query.integer("offset"), limit, wait, closing)
    except OtherPollerError:
        await _hold_back(query)
        raise RefusalError(409, OTHER_POLLER) from None


async def _hold_back(query: Query) -> None:
    """Answer at most one conflict in three seconds at once, the others late (telegram-bot-api, fail_query_conflict)."""
    now = query.world.clock()
    if now < query.bot.next_quick_conflict:
        await query.world.backstage.pause(CONFLICT_SECONDS)
    else:
        query.bot.next_quick_conflict = now + CONFLICT_SECONDS


def _choose_updates(query: Query) -> None:
    kinds = query.json("allowed_updates", "allowed updates")
    if isinstance(kinds, list):
        strange = sorted(set(kinds) - UPDATE_KINDS)
        if strange:
            query.blame(f"unknown update types: {strange}")
        query.bot.updates.choose(kinds)


def set_webhook(query: Query) -> Any:
    """Remember a webhook. The stage never calls it: it only refuses getUpdates while there is one."""
    url = query.text("url")
    if url and not url.startswith("https://"):
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if len(query.text("secret_token")) > 256:
        raise bad("secret token is too long")
    _choose_updates(query)
    if query.flag("drop_pending_updates"):
        query.bot.updates.forget()
    query.bot.webhook = {"url": url} if url else {}
    query.bot.updates.end_poll()
    return True


def delete_webhook(query: Query) -> Any:
    """Forget the webhook, and what is pending if asked to."""
    if query.flag("drop_pending_updates"):
        query.bot.updates.forget()
    query.bot.webhook = {}
    return True


def get_webhook_info(query: Query) -> Any:
    """Describe the webhook."""
    url = query.bot.webhook.get("url", "")
    pending = len(query.bot.updates.pending)
    return {"url": url, "has_custom_certificate": False, "pending_update_count": pending}


def close(query: Query) -> Any:
    """End the bot's session on this server; a waiting poll ends."""
    query.bot.updates.end_poll()
    return True


def answer_callback_query(query: Query) -> Any:
    """Answer a press; the toast appears where it was pressed."""
    number = query.required("callback_query_id")
    words = query.text("text")
    if len(words) > LONGEST_TOAST:
        raise RefusalError(400, "MESSAGE_TOO_LONG")
    toast = Toast(words, query.flag("show_alert"), query.text("url") or None)
    if not query.world.callbacks.answer(query.bot, number, toast):
        raise bad("query is too old and response timeout expired or query ID is invalid")
    return True


def _scope(query: Query) -> tuple[str, str]:
    given = query.json("scope", "BotCommandScope") or {"type": "default"}
    if not isinstance(given, dict) or given.get("type") not in SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    return json.dumps(given, sort_keys=True), query.text("language_code")


def set_my_commands(query: Query) -> Any:
    """Set the menu of commands for a scope and a language."""
    given = query.json("commands", "commands")
    if not isinstance(given, list):
        raise bad("expected an Array of BotCommand")
    if len(given) > MOST_COMMANDS:
        raise RefusalError(400, "BOT_COMMANDS_TOO_MUCH")
    for each in given:
        if not isinstance(each, dict):
            raise bad("can't parse BotCommand: expected an Object")
        name, words = str(each.get("command", "")).removeprefix("/"), str(each.get("description", ""))
        if not COMMAND.fullmatch(name):
            raise RefusalError(400, "BOT_COMMAND_INVALID")
        if not 1 <= len(words) <= 256:
            raise RefusalError(400, "BOT_COMMAND_DESCRIPTION_INVALID")
    query.bot.commands[_scope(query)] = given
    return True


def get_my_commands(query: Query) -> Any:
    """Return the menu of exactly this scope and language."""
    return query.bot.commands.get(_scope(query), [])


def delete_my_commands(query: Query) -> Any:
    """Forget the menu of exactly this scope and language."""
    query.bot.commands.pop(_scope(query), None)
    return True


def set_description(query: Query) -> Any:
    """Set the bot's name, description or short description for a language; the method says which."""
    what = _described(query)
    words = query.text(what)
    if len(words) > LONGEST_DESCRIPTIONS[what]:
        raise bad(f"bot {what.replace('_', ' ')} is too long")
    query.bot.descriptions[what, query.text("language_code")] = words
    return True


def get_description(query: Query) -> Any:
    """Return what set_description has set."""
    what = _described(query)
    usual = query.bot.name if what == "name" else ""
    return {what: query.bot.descriptions.get((what, query.text("language_code")), usual)}


def _described(query: Query) -> str:
    return {"D": "description", "S": "short_description", "N": "name"}[query.method[len("setMy")]]
