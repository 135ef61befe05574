"""From the body of a call to a message: new ones, and changes of old ones."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from bots.rehearsal.discord_api import access, components, embeds, mentions
from bots.rehearsal.discord_api.call import Call, Upload
from bots.rehearsal.discord_api.form import Form, Path
from bots.rehearsal.discord_api.refusals import Refusal, snowflake
from bots.rehearsal.discord_world.accounts import Account
from bots.rehearsal.discord_world.channels import Channel
from bots.rehearsal.discord_world.messages import (
    IS_COMPONENTS_V2,
    SUPPRESS_EMBEDS,
    SUPPRESS_NOTIFICATIONS,
    Attachment,
    Message,
)
from bots.rehearsal.discord_world.permissions import Permission

Json = dict[str, Any]

LARGEST_FILE = 10 * 1024 * 1024
LARGEST_REQUEST = 25 * 1024 * 1024
SENT = frozenset({
    "content", "nonce", "tts", "embeds", "allowed_mentions", "message_reference", "components", "attachments", "flags",
    "enforce_nonce",
})  # fmt: skip
CHANGED = frozenset({"content", "embeds", "flags", "allowed_mentions", "components", "attachments", "tts"})
"""`tts` means nothing in a change, but discord.py always sends it."""
BY_WEBHOOK = frozenset({"username", "avatar_url", "thread_name", "applied_tags"})
SETTABLE = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | IS_COMPONENTS_V2


@dataclass(frozen=True, slots=True)
class Manner:
    """What is special about this way of sending: its field names, the flags it may set, where its fields stand."""

    fields: Collection[str] = SENT
    flags: int = SETTABLE
    path: Path = ()
    webhook_id: int | None = None


def new(call: Call, body: Json, channel: Channel, author: Account, manner: Manner | None = None) -> Message:
    """Return a message that is checked but not sent yet; refuse what Discord would refuse."""
    how = manner or Manner()
    form = Form(call.note)
    form.known(body, how.fields, how.path)
    message = Message(0, channel, author, webhook_id=how.webhook_id)
    message.flags = _flags(form, body, how)
    allowed = _fill(form, body, message, how.path)
    message.nonce = _nonce(form, body, how.path)
    uploads = _uploads(call, form, body, how.path)
    form.finish()
    _weigh(call)
    message.reference = _reference(form, body, channel, author)
    form.finish()
    message.id = call.world.new_id()
    message.attachments = [_keep(call, channel, upload, described) for upload, described in uploads]
    _link_files(call, message, message.attachments)
    _not_empty(message)
    mentions.ring(message, allowed, author)
    return message


def change(call: Call, body: Json, message: Message, author: Account, path: Path = ()) -> None:
    """Change a message by what the body names; the rest stays. Refuses before anything is changed."""
    form = Form(call.note)
    form.known(body, CHANGED, path)
    draft = Message(message.id, message.channel, message.author, message.content, message.embeds, message.components)
    draft.webhook_id, draft.reference = message.webhook_id, None
    wanted = form.whole(body, "flags", path, least=0, most=(1 << 31) - 1)
    settable = SUPPRESS_EMBEDS | IS_COMPONENTS_V2
    draft.flags = message.flags if wanted is None else (message.flags & ~SUPPRESS_EMBEDS) | (wanted & settable)
    allowed = _fill(form, body, draft, path)
    uploads = _uploads(call, form, body, path)
    form.finish()
    _weigh(call)
    kept = _retained(body, message)
    new_files = [_keep(call, message.channel, upload, described) for upload, described in uploads]
    draft.attachments = kept + new_files
    _link_files(call, draft, draft.attachments)
    _not_empty(draft)
    mentions.ring(draft, allowed, author)
    for name in ("content", "embeds", "components", "attachments", "flags", "mentions", "mention_roles"):
        setattr(message, name, getattr(draft, name))
    message.mention_everyone = draft.mention_everyone


def _fill(form: Form, body: Json, message: Message, path: Path) -> Json | None:
    laid_out = bool(message.flags & IS_COMPONENTS_V2)
    if "content" in body:
        message.content = form.text(body, "content", path, most=2000) or ""
    if "embeds" in body:
        listed = form.listing(body, "embeds", path, most=embeds.MOST)
        message.embeds = embeds.read(form, listed, (*path, "embeds"))
    if "components" in body:
        listed = form.listing(body, "components", path, most=components.MOST_LAID_OUT)
        message.components = components.read(form, listed, laid_out=laid_out, path=(*path, "components"))
    if laid_out and (message.content or message.embeds):
        words = "The 'content' and 'embeds' fields cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        form.wrong((*path, "flags"), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words)
    return mentions.read(form, body, path)


def _flags(form: Form, body: Json, how: Manner) -> int:
    wanted = form.whole(body, "flags", how.path, least=0, most=(1 << 31) - 1) or 0
    if wanted & ~how.flags:
        form.note(f"flags {wanted & ~how.flags} cannot be set here")
    return wanted & how.flags


def _nonce(form: Form, body: Json, path: Path) -> str | int | None:
    nonce = body.get("nonce")
    if nonce is not None and len(str(nonce)) > 25:
        form.wrong((*path, "nonce"), "NONCE_TYPE_TOO_LONG", "Nonce must be 25 or fewer in length.")
    return str(nonce) if isinstance(nonce, str) else nonce if isinstance(nonce, int) else None


def _reference(form: Form, body: Json, channel: Channel, author: Account) -> Message | None:
    if not body.get("message_reference"):
        return None
    told = form.table(body["message_reference"], ("message_reference",))
    form.known(told, {"type", "message_id", "channel_id", "guild_id", "fail_if_not_exists"}, ("message_reference",))
    if told.get("type", 0) != 0:
        form.wrong(("message_reference", "type"), "BASE_TYPE_CHOICES", "This stage plays replies, not forwards.")
    if channel.guild is not None and Permission.READ_MESSAGE_HISTORY not in channel.permissions_of(author):
        raise Refusal(160002)
    found = channel.find(snowflake(told.get("message_id"), "message_reference", "message_id"))
    if found is None and told.get("fail_if_not_exists", True):
        form.wrong(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    return found


def _uploads(call: Call, form: Form, body: Json, path: Path) -> list[tuple[Upload, str | None]]:
    listed = form.listing(body, "attachments", path, most=10)
    if len(call.files) > 10:
        form.wrong((*path, "attachments"), "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    if body.get("attachments") is None:
        return [(upload, None) for upload in call.files]
    described = {str(one.get("id")): one for one in listed if isinstance(one, dict)}
    for index, one in enumerate(listed):
        names = {"id", "filename", "description", "title", "is_spoiler", "duration_secs", "waveform"}
        here = (*path, "attachments", index)
        told = form.table(one, here)
        form.known(told, names, here)
        form.text(told, "description", here, most=1024)
    chosen = [upload for upload in call.files if str(upload.number) in described]
    for upload in call.files:
        if upload not in chosen:
            form.note(f"files[{upload.number}] is not among the attachments: Discord drops it")
    return [(upload, described[str(upload.number)].get("description")) for upload in chosen]


def _weigh(call: Call) -> None:
    sizes = [len(upload.content) for upload in call.files]
    if any(size > LARGEST_FILE for size in sizes) or sum(sizes) > LARGEST_REQUEST:
        raise Refusal(40005)


def _keep(call: Call, channel: Channel, upload: Upload, description: str | None) -> Attachment:
    name = re.sub(r"[^\w.\-]", "_", upload.filename)
    return call.world.keep_file(channel, name, upload.content, upload.content_type, description)


def _retained(body: Json, message: Message) -> list[Attachment]:
    if "attachments" not in body:
        return list(message.attachments)
    listed = {str(one["id"]) for one in body["attachments"] or [] if "id" in one}
    return [file for file in message.attachments if str(file.id) in listed]


def _link_files(call: Call, message: Message, fresh: list[Attachment]) -> None:
    """Point `attachment://` at the files; one shown in an embed is not listed below the message a second time."""
    by_name = {file.filename: file for file in fresh}
    for embed in message.embeds:
        for holder, key in (("image", "url"), ("thumbnail", "url"), ("footer", "icon_url"), ("author", "icon_url")):
            inside = embed.get(holder) or {}
            scheme, _, name = str(inside.get(key) or "").partition("://")
            if scheme != "attachment":
                continue
            if name not in by_name:
                call.note(f"embed names attachment://{name}, which is not among the files")
                continue
            inside[key] = by_name[name].url
            message.attachments = [file for file in message.attachments if file.filename != name]


def _not_empty(message: Message) -> None:
    if not (message.content or message.embeds or message.components or message.attachments):
        raise Refusal(50006)


def carries_allowed(call: Call, channel: Channel, body: Json | None = None) -> None:
    """Refuse embeds and files where their permission is missing; the caller speaks for itself."""
    if (call.table if body is None else body).get("embeds"):
        access.need(channel, call.app, Permission.EMBED_LINKS)
    if call.files:
        access.need(channel, call.app, Permission.ATTACH_FILES)
