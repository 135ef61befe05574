"""Answers to what people do: the callback within three seconds, then fifteen minutes of changes and follow-ups."""

from typing import Any

from bots.rehearsal.discord_api import components, compose
from bots.rehearsal.discord_api.call import Call, Rate, Reply, Route
from bots.rehearsal.discord_api.form import Form
from bots.rehearsal.discord_api.refusals import Refusal
from bots.rehearsal.discord_world import wire
from bots.rehearsal.discord_world.interactions import CallbackKind, Interaction, InteractionKind, read_modal
from bots.rehearsal.discord_world.messages import COMMAND, CONTEXT_COMMAND, EPHEMERAL, LOADING, PLAIN, REPLY, Message

Json = dict[str, Any]

ALLOWED: dict[InteractionKind, tuple[CallbackKind, ...]] = {
    InteractionKind.COMMAND: (CallbackKind.MESSAGE, CallbackKind.DEFERRED_MESSAGE, CallbackKind.MODAL),
    InteractionKind.COMPONENT: tuple(kind for kind in CallbackKind if kind is not CallbackKind.CHOICES),
    InteractionKind.AUTOCOMPLETE: (CallbackKind.CHOICES,),
    InteractionKind.FORM: (CallbackKind.MESSAGE, CallbackKind.DEFERRED_MESSAGE),
}
UPDATES = (CallbackKind.DEFERRED_UPDATE, CallbackKind.UPDATE)
MANNER = compose.Manner(fields=compose.SENT, flags=compose.SETTABLE | EPHEMERAL)


def callback(call: Call) -> Reply:
    """POST /interactions/{id}/{token}/callback: once, in time, and in a way that fits what was done."""
    asked = call.world.interactions.get(call.ids["webhook_token"])
    if asked is None or str(asked.id) != call.ids["interaction_id"] or asked.failed:
        raise Refusal(10062)
    if asked.callback is not None:
        raise Refusal(40060)
    form = Form(call.note)
    form.known(call.table, {"type", "data"})
    form.one_of(call.table, "type", (), [int(kind) for kind in _allowed(asked)])
    data = form.table(call.table.get("data") or {}, ("data",))
    flags = form.whole(data, "flags", ("data",), least=0, most=(1 << 31) - 1) or 0
    form.finish()
    kind = CallbackKind(call.table["type"])
    if kind is CallbackKind.DEFERRED_MESSAGE:
        _wait(call, asked, flags)
    else:
        _answer(call, asked, kind, data)
    asked.callback = kind
    call.world.bell.ring()
    return Reply(_told(asked, kind)) if call.asks("with_response") else Reply()


def _allowed(asked: Interaction) -> tuple[CallbackKind, ...]:
    return ALLOWED[asked.kind] + (UPDATES if asked.kind is InteractionKind.FORM and asked.source else ())


def _answer(call: Call, asked: Interaction, kind: CallbackKind, data: Json) -> None:
    match kind:
        case CallbackKind.MESSAGE:
            message = compose.new(call, data, asked.channel, asked.app, _manner(("data",)))
            asked.original = _sign(message, asked)
            call.world.publish(message)
        case CallbackKind.DEFERRED_UPDATE:
            asked.original = asked.source
        case CallbackKind.UPDATE:
            _update(call, asked, data)
        case CallbackKind.CHOICES:
            asked.choices = _choices(call, data)
        case CallbackKind.MODAL:
            form = Form(call.note)
            read = components.read_modal(form, data)
            form.finish()
            asked.modal = read_modal(read)


def _wait(call: Call, asked: Interaction, flags: int) -> None:
    message = Message(call.world.new_id(), asked.channel, asked.app, flags=(flags & EPHEMERAL) | LOADING)
    asked.original = _sign(message, asked)
    call.world.publish(message)


def _manner(path: tuple[str | int, ...]) -> compose.Manner:
    return compose.Manner(MANNER.fields, MANNER.flags, path)


def _sign(message: Message, asked: Interaction) -> Message:
    message.application = asked.app
    message.webhook_id = asked.app.id
    message.interaction = asked
    by_command = asked.kind is InteractionKind.COMMAND
    command = CONTEXT_COMMAND if "target_id" in asked.data else COMMAND
    message.kind = command if by_command else REPLY if asked.source else PLAIN
    return message


def _update(call: Call, asked: Interaction, data: Json) -> None:
    asked.original = asked.source
    if asked.source is None or asked.source.deleted:
        raise Refusal(10008)
    if data:
        compose.change(call, data, asked.source, asked.app, ("data",))
        asked.source.edits.append(call.world.now())
        call.world.changed(asked.source)


def _choices(call: Call, data: Json) -> list[Json]:
    form = Form(call.note)
    form.known(data, {"choices"}, ("data",))
    listed = form.listing(data, "choices", ("data",), most=25)
    for index, one in enumerate(listed):
        here = ("data", "choices", index)
        choice = form.table(one, here)
        form.text(choice, "name", here, most=100, least=1)
        if isinstance(choice.get("value"), str):
            form.text(choice, "value", here, most=100)
        elif not isinstance(choice.get("value"), int | float):
            form.wrong((*here, "value"), "BASE_TYPE_REQUIRED", "This field is required")
    form.finish()
    return list(listed)


def _told(asked: Interaction, kind: CallbackKind) -> Json:
    message = asked.original
    told: Json = {"interaction": {"id": str(asked.id), "type": int(asked.kind)}}
    if message is not None:
        told["interaction"] |= {
            "response_message_id": str(message.id),
            "response_message_loading": bool(message.flags & LOADING),
            "response_message_ephemeral": message.ephemeral,
        }
    told["resource"] = {"type": int(kind)}
    if message is not None and kind in (CallbackKind.MESSAGE, CallbackKind.UPDATE):
        told["resource"]["message"] = wire.message(message, asked.app)
    return told


def asked_by(call: Call) -> Interaction | None:
    """Return the interaction a `/webhooks` route speaks of: 10015 before it was answered, 50027 when it is too old."""
    asked = call.world.interactions.get(call.ids["webhook_token"])
    if asked is None or str(asked.app.id) != call.ids["webhook_id"]:
        return None
    if asked.callback is None:
        raise Refusal(10015)
    if asked.expired:
        raise Refusal(50027)
    return asked


def follow_up(call: Call, asked: Interaction) -> Reply:
    """POST /webhooks/{application}/{token}: the first after "wait" takes the place of the waiting message."""
    waiting = asked.original
    message = compose.new(call, call.table, asked.channel, asked.app, MANNER)
    if waiting is not None and waiting.flags & LOADING and not waiting.deleted:
        _settle(call, waiting, message)
        return Reply(wire.message(waiting, asked.app))
    _sign(message, asked)
    message.kind = PLAIN
    message.reference = asked.original if asked.original is not None and not asked.original.deleted else None
    asked.followups.append(message)
    call.world.publish(message)
    return Reply(wire.message(message, asked.app))


def _settle(call: Call, waiting: Message, message: Message) -> None:
    for name in ("content", "embeds", "components", "attachments", "mentions", "mention_roles", "mention_everyone"):
        setattr(waiting, name, getattr(message, name))
    waiting.flags = (waiting.flags & EPHEMERAL) | (message.flags & ~EPHEMERAL)
    call.world.changed(waiting)


def message_of(call: Call, asked: Interaction) -> Message:
    """Return `@original` or a follow-up by its id."""
    name = call.ids["message_id"]
    found = asked.original if name == "@original" else None
    if name != "@original":
        known = [asked.original, asked.source, *asked.followups]
        found = next((one for one in known if one is not None and str(one.id) == name), None)
    if found is None or found.deleted:
        raise Refusal(10008)
    return found


def change(call: Call, asked: Interaction) -> Reply:
    """PATCH of the answer or a follow-up; the first change of "wait" is the answer itself, not an edit."""
    message = message_of(call, asked)
    waiting = bool(message.flags & LOADING)
    compose.change(call, call.table, message, asked.app)
    message.flags &= ~LOADING
    if not waiting:
        message.edits.append(call.world.now())
    call.world.changed(message)
    return Reply(wire.message(message, asked.app))


ROUTES = (
    Route(
        "POST",
        "/interactions/{interaction_id}/{webhook_token}/callback",
        callback,
        Rate("callback", 5, 5.0),
        token=False,
        globally=False,
    ),
)
