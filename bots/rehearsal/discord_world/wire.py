"""The world in Discord's JSON, as REST answers and gateway events carry it."""

from typing import TYPE_CHECKING, Any

from bots.rehearsal.discord_world import snowflakes
from bots.rehearsal.gateway.session import MESSAGE_CONTENT

if TYPE_CHECKING:
    from bots.rehearsal.discord_world.accounts import Account, App
    from bots.rehearsal.discord_world.channels import Channel
    from bots.rehearsal.discord_world.guilds import Guild, Member, Role
    from bots.rehearsal.discord_world.interactions import Interaction
    from bots.rehearsal.discord_world.messages import Attachment, Message

Json = dict[str, Any]
iso = snowflakes.iso


def user(account: "Account") -> Json:
    """Return a user object."""
    return {
        "id": str(account.id),
        "username": account.name,
        "discriminator": "0",
        "global_name": None if account.is_bot else account.display_name,
        "avatar": None,
        "public_flags": 0,
        **({"bot": True} if account.is_bot else {}),
    }


def application(app: "App") -> Json:
    """Return an application object, as its own bot gets it."""
    owner = app.world.house
    return {
        "id": str(app.id),
        "name": app.name,
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "owner": user(owner),
        "team": None,
        "bot": user(app),
        "approximate_guild_count": len(app.world.guilds_of(app)),
        "integration_types_config": {"0": {}},
    }


def role(one: "Role") -> Json:
    """Return a role object."""
    return {
        "id": str(one.id),
        "name": one.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": one.position,
        "permissions": str(int(one.permissions)),
        "managed": one.of is not None,
        "mentionable": one.mentionable,
        "flags": 0,
        **({"tags": {"bot_id": str(one.of.id)}} if one.of is not None else {}),
    }


def member(one: "Member", *, with_user: bool = True) -> Json:
    """Return a member object, without its user where that stands beside it."""
    return {
        "roles": [str(held.id) for held in one.roles],
        "joined_at": iso(one.joined),
        "nick": one.nick,
        "avatar": None,
        "banner": None,
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
        **({"user": user(one.account)} if with_user else {}),
    }


def channel(place: "Channel") -> Json:
    """Return a channel object of any kind."""
    last = str(place.record[-1].id) if place.record else None
    shared: Json = {"id": str(place.id), "type": int(place.kind), "last_message_id": last, "flags": 0}
    if place.guild is None:
        return shared | {"recipients": [user(person) for person in place.people if not person.is_bot]}
    shared |= {"guild_id": str(place.guild.id), "name": place.name, "rate_limit_per_user": place.slowmode}
    shared["parent_id"] = None if place.parent is None else str(place.parent.id)
    if place.thread is not None:
        return shared | _thread(place)
    shared |= {
        "position": place.position,
        "topic": place.topic,
        "nsfw": False,
        "last_pin_timestamp": None,
        "permission_overwrites": [
            {
                "id": str(target),
                "type": 0 if one.is_role else 1,
                "allow": str(int(one.allow)),
                "deny": str(int(one.deny)),
            }
            for target, one in place.overwrites.items()
        ],
    }
    if place.kind == 15:
        shared |= {
            "available_tags": place.tags,
            "flags": 1 << 4 if place.requires_tag else 0,
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return shared


def _thread(place: "Channel") -> Json:
    state = place.thread
    if state is None:
        raise LookupError("not a thread")
    return {
        "owner_id": str(state.owner.id),
        "message_count": sum(1 for one in place.record if not one.deleted),
        "total_message_sent": len(place.record),
        "member_count": len(state.members),
        "applied_tags": [str(tag) for tag in state.tags],
        "thread_metadata": {
            "archived": state.archived,
            "auto_archive_duration": state.auto_archive,
            "archive_timestamp": iso(state.changed),
            "locked": state.locked,
            "create_timestamp": iso(snowflakes.moment(place.id)),
        },
    }


def guild(server: "Guild", app: "App") -> Json:
    """Return a guild as GUILD_CREATE carries it to one bot: its own member only, active threads only."""
    places = [place for place in server.channels.values() if not place.is_thread]
    threads = [place for place in server.channels.values() if place.thread is not None and not place.thread.archived]
    return guild_core(server) | {
        "joined_at": iso(server.members[app.id].joined),
        "large": False,
        "unavailable": False,
        "member_count": len(server.members),
        "members": [member(server.members[app.id])],
        "channels": [channel(place) for place in places],
        "threads": [channel(place) for place in threads],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def guild_core(server: "Guild") -> Json:
    """Return a guild object as REST gives it."""
    return {
        "id": str(server.id),
        "name": server.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "owner_id": str(server.owner.id),
        "roles": [role(one) for one in server.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": ["NEWS"],
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": server.locale,
        "vanity_url_code": None,
    }


def attachment(file: "Attachment") -> Json:
    """Return an attachment object."""
    return {
        "id": str(file.id),
        "filename": file.filename,
        "size": file.size,
        "url": file.url,
        "proxy_url": file.url,
        "content_type": file.content_type,
        **({"description": file.description} if file.description else {}),
    }


def message(one: "Message", viewer: "App | None") -> Json:
    """Return a message object as one bot gets it; without the content of others' unless it may see that."""
    opened = viewer is None or _may_read(one, viewer)
    author = user(one.author) if one.webhook_id is None or one.interaction else _webhook_author(one)
    body: Json = {
        "id": str(one.id),
        "channel_id": str(one.channel.id),
        "type": one.kind,
        "author": author,
        "content": one.content if opened else "",
        "embeds": one.embeds if opened else [],
        "components": one.components if opened else [],
        "attachments": [attachment(file) for file in one.attachments] if opened else [],
        "timestamp": iso(one.created),
        "edited_timestamp": iso(one.edits[-1]) if one.edits else None,
        "tts": False,
        "mention_everyone": one.mention_everyone,
        "mentions": [user(account) for account in one.mentions],
        "mention_roles": [str(mentioned) for mentioned in one.mention_roles],
        "pinned": one.pinned_at is not None,
        "flags": one.flags,
    }
    return body | _message_ties(one)


def _message_ties(one: "Message") -> Json:
    ties: Json = {}
    if one.nonce is not None:
        ties["nonce"] = one.nonce
    if one.webhook_id is not None:
        ties["webhook_id"] = str(one.webhook_id)
    if one.application is not None:
        ties["application_id"] = str(one.application.id)
    if one.interaction is not None:
        ties["interaction_metadata"] = _metadata(one.interaction)
    if one.reference is not None:
        there = one.reference.channel
        ties["message_reference"] = {"type": 0, "message_id": str(one.reference.id), "channel_id": str(there.id)}
        if there.guild is not None:
            ties["message_reference"]["guild_id"] = str(there.guild.id)
    return ties


def _metadata(interaction: "Interaction") -> Json:
    owners = interaction.owners()
    return {
        "id": str(interaction.id),
        "type": int(interaction.kind),
        "user": user(interaction.person),
        "authorizing_integration_owners": owners,
    }


def _webhook_author(one: "Message") -> Json:
    name = one.webhook_name or one.author.name
    return {"id": str(one.webhook_id), "username": name, "discriminator": "0000", "avatar": None, "bot": True}


def _may_read(one: "Message", viewer: "App") -> bool:
    mine = one.author is viewer or one.application is viewer or viewer in one.mentions
    return mine or one.channel.guild is None or bool(viewer.granted & MESSAGE_CONTENT)
