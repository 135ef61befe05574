"""Syncing commands: everywhere, or in one server."""

from typing import Any

from bots.rehearsal.discord_api import command_forms
from bots.rehearsal.discord_api.access import guild_of
from bots.rehearsal.discord_api.call import Call, Rate, Reply, Route
from bots.rehearsal.discord_api.refusals import Refusal

Json = dict[str, Any]

SYNC = Rate("commands", 10, 20.0)
CREATES_A_DAY = 200


def _scope(call: Call) -> dict[int, Json]:
    if call.id("application_id") != call.app.id:
        raise Refusal(10002)
    guild_id = guild_of(call).id if "guild_id" in call.ids else None
    return call.app.commands.scope(guild_id)


def listed(call: Call) -> Reply:
    """GET: all of this scope."""
    return Reply(list(_scope(call).values()))


def overwrite(call: Call) -> Reply:
    """PUT: these and no others; a command of the same name and type keeps its id."""
    scope = _scope(call)
    read = command_forms.read_all(call.note, call.body)
    kept = {(one["name"], one["type"]): one["id"] for one in scope.values()}
    _count(call, sum(1 for one in read if (one["name"], one["type"]) not in kept))
    made = [_complete(call, one, kept.get((one["name"], one["type"]))) for one in read]
    scope.clear()
    scope.update({int(one["id"]): one for one in made})
    return Reply(made)


def add(call: Call) -> Reply:
    """POST: one more, or the one of this name anew."""
    scope = _scope(call)
    one = command_forms.read_one(call.note, call.body)
    same = next((old["id"] for old in scope.values() if (old["name"], old["type"]) == (one["name"], one["type"])), None)
    command_forms.check_number([*(old for old in scope.values() if old["id"] != same), one])
    _count(call, 1 if same is None else 0)
    made = _complete(call, one, same)
    scope[int(made["id"])] = made
    return Reply(made, 201 if same is None else 200)


def read(call: Call) -> Reply:
    """GET one."""
    return Reply(_found(call))


def change(call: Call) -> Reply:
    """PATCH one."""
    old = _found(call)
    one = command_forms.read_one(call.note, {**old, **call.table}, server_made=True)
    made = _complete(call, one, old["id"])
    _scope(call)[int(made["id"])] = made
    return Reply(made)


def remove(call: Call) -> Reply:
    """DELETE one."""
    del _scope(call)[int(_found(call)["id"])]
    return Reply()


def _found(call: Call) -> Json:
    found = _scope(call).get(call.id("command_id"))
    if found is None:
        raise Refusal(10063)
    return found


def _count(call: Call, fresh: int) -> None:
    book, now = call.app.commands, call.world.now()
    book.created = [at for at in book.created if at > now - 86_400]
    if call.world.enforce_rates and len(book.created) + fresh > CREATES_A_DAY:
        raise Refusal(30034, more={"retry_after": 86_400.0, "global": False}, headers={"Via": "1.1 google"})
    book.created += [now] * fresh


def _complete(call: Call, one: Json, command_id: str | None) -> Json:
    scope = {"guild_id": call.ids["guild_id"]} if "guild_id" in call.ids else {}
    return {
        "default_member_permissions": None,
        "nsfw": False,
        "name_localizations": None,
        "description_localizations": None,
        "contexts": None,
        "integration_types": [0],
        **({} if scope else {"dm_permission": True}),
        **one,
        **scope,
        "id": command_id or str(call.world.new_id()),
        "application_id": str(call.app.id),
        "version": str(call.world.new_id()),
    }


def _routes(base: str) -> tuple[Route, ...]:
    one = base + "/{command_id}"
    return (
        Route("GET", base, listed),
        Route("PUT", base, overwrite, SYNC),
        Route("POST", base, add, SYNC),
        Route("GET", one, read),
        Route("PATCH", one, change, SYNC),
        Route("DELETE", one, remove, SYNC),
    )


ROUTES = (
    *_routes("/applications/{application_id}/commands"),
    *_routes("/applications/{application_id}/guilds/{guild_id}/commands"),
)
