"""Servers as a bot may look at them: itself, its channels, members and roles."""

from bots.rehearsal.discord_api.access import guild_of
from bots.rehearsal.discord_api.call import Call, Reply, Route
from bots.rehearsal.discord_api.refusals import Refusal
from bots.rehearsal.discord_world import wire


def read(call: Call) -> Reply:
    """GET /guilds/{guild_id}."""
    guild = guild_of(call)
    counts = {"approximate_member_count": len(guild.members), "approximate_presence_count": 0}
    return Reply(wire.guild_core(guild) | (counts if call.asks("with_counts") else {}))


def channels(call: Call) -> Reply:
    """GET /guilds/{guild_id}/channels: all but the threads."""
    return Reply([wire.channel(one) for one in guild_of(call).channels.values() if not one.is_thread])


def roles(call: Call) -> Reply:
    """GET /guilds/{guild_id}/roles."""
    return Reply([wire.role(one) for one in guild_of(call).roles.values()])


def role(call: Call) -> Reply:
    """GET /guilds/{guild_id}/roles/{role_id}."""
    found = guild_of(call).roles.get(call.id("role_id"))
    if found is None:
        raise Refusal(10011)
    return Reply(wire.role(found))


def member(call: Call) -> Reply:
    """GET /guilds/{guild_id}/members/{user_id}."""
    found = guild_of(call).members.get(call.id("user_id"))
    if found is None:
        raise Refusal(10007)
    return Reply(wire.member(found))


ROUTES = (
    Route("GET", "/guilds/{guild_id}", read),
    Route("GET", "/guilds/{guild_id}/channels", channels),
    Route("GET", "/guilds/{guild_id}/roles", roles),
    Route("GET", "/guilds/{guild_id}/roles/{role_id}", role),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", member),
)
