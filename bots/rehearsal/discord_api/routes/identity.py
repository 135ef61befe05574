"""Who the bot is, where its gateway is, and its private conversations."""

from bots.rehearsal.discord_api.access import guild_of
from bots.rehearsal.discord_api.call import Call, Rate, Reply, Route
from bots.rehearsal.discord_api.form import Form
from bots.rehearsal.discord_api.refusals import Refusal, form, snowflake
from bots.rehearsal.discord_world import wire
from bots.rehearsal.discord_world.accounts import IDENTIFIES_A_DAY
from bots.rehearsal.discord_world.person import Person

OPEN_PRIVATE = Rate("open-private", 10, 10.0)


def me(call: Call) -> Reply:
    """GET /users/@me."""
    return Reply(wire.user(call.app) | {"verified": True, "mfa_enabled": False, "email": None, "flags": 0})


def application(call: Call) -> Reply:
    """GET /oauth2/applications/@me and /applications/@me."""
    return Reply(wire.application(call.app))


def user(call: Call) -> Reply:
    """GET /users/{user_id}."""
    account = call.world.accounts.get(call.id("user_id"))
    if account is None:
        raise Refusal(10013)
    return Reply(wire.user(account))


def my_guilds(call: Call) -> Reply:
    """GET /users/@me/guilds."""
    mine = [{**wire.guild_core(guild), "owner": False} for guild in call.world.guilds_of(call.app)]
    return Reply([{key: one[key] for key in ("id", "name", "icon", "banner", "owner", "features")} for one in mine])


def leave(call: Call) -> Reply:
    """DELETE /users/@me/guilds/{guild_id}."""
    guild_of(call).remove(call.app)
    return Reply()


def open_private(call: Call) -> Reply:
    """POST /users/@me/channels."""
    reader = Form(call.note)
    reader.known(call.table, {"recipient_id"})
    person = call.world.accounts.get(snowflake(call.table.get("recipient_id"), "recipient_id"))
    if not isinstance(person, Person):
        wrong = {"code": "INVALID_RECIPIENT", "message": "Unknown user"}
        raise form({"recipient_id": {"_errors": [wrong]}})
    return Reply(wire.channel(call.world.private(call.app, person)))


def gateway(call: Call) -> Reply:
    """GET /gateway."""
    return Reply({"url": call.world.gateway_address})


def gateway_for_bot(call: Call) -> Reply:
    """GET /gateway/bot: the address, and how many IDENTIFYs are left today."""
    begun = [at for at in call.app.identified if at > call.world.now() - 86_400]
    limit = {
        "total": IDENTIFIES_A_DAY,
        "remaining": call.app.identifies_left,
        "reset_after": int((begun[0] + 86_400 - call.world.now()) * 1000) if begun else 0,
        "max_concurrency": 1,
    }
    return Reply({"url": call.world.gateway_address, "shards": 1, "session_start_limit": limit})


ROUTES = (
    Route("GET", "/users/@me", me),
    Route("GET", "/users/@me/guilds", my_guilds),
    Route("DELETE", "/users/@me/guilds/{guild_id}", leave),
    Route("POST", "/users/@me/channels", open_private, OPEN_PRIVATE),
    Route("GET", "/users/{user_id}", user),
    Route("GET", "/oauth2/applications/@me", application),
    Route("GET", "/applications/@me", application),
    Route("GET", "/gateway", gateway, token=False),
    Route("GET", "/gateway/bot", gateway_for_bot),
)
