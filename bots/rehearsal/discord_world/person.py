"""A person on Discord: what they can type, press, choose and send, as the real client lets them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bots.rehearsal.discord_world import asking, commands
from bots.rehearsal.discord_world.accounts import Account, App
from bots.rehearsal.discord_world.channels import Channel
from bots.rehearsal.discord_world.commands import CannotDo, Spoken
from bots.rehearsal.discord_world.interactions import Answer, CallbackKind, Interaction, InteractionKind, Modal
from bots.rehearsal.discord_world.messages import Json, Message, SeenMessage, every_component
from bots.rehearsal.discord_world.permissions import Permission

PATIENCE = 10.0
"""Seconds a person waits for an answer that was only deferred."""

Pressable = Answer | SeenMessage | Message


@dataclass(eq=False)
class Person(Account):
    """Somebody with the app on their phone. `language` is Discord's locale of it."""

    language: str = "en-US"
    closed_to_bots: bool = False
    """Refuses private messages from bots (code 50007)."""

    def direct_messages(self, app: App) -> Channel:
        """Return the private conversation with a bot; it need not have begun."""
        return self.world.private(app, self)

    async def uses(
        self,
        typed: str,
        *,
        channel: Channel,
        app: App | None = None,
        options: Mapping[str, Any] | None = None,
        patience: float = PATIENCE,
        **more: Any,
    ) -> Answer:
        """Use a slash command, options by name (`options` for those called `channel`, `app` …), and wait for an answer.

        Values: text, numbers, truth; a Person, Role or Channel of this world; `(filename, bytes)`. CannotDo where the
        client would not offer it.
        """
        bot, spoken = self._find(typed, channel, app)
        data = asking.command_data(spoken, {**(options or {}), **more}, channel)
        return await self._ask(InteractionKind.COMMAND, bot, channel, data, None, patience)

    async def completes(
        self,
        typed_command: str,
        *,
        option: str,
        typed: str = "",
        channel: Channel,
        app: App | None = None,
        **filled: Any,
    ) -> list[tuple[str, str | int | float]]:
        """Type into an option that completes, and return the names and values offered."""
        bot, spoken = self._find(typed_command, channel, app)
        data = asking.autocomplete_data(spoken, option, typed, filled, channel)
        return (await self._ask(InteractionKind.AUTOCOMPLETE, bot, channel, data, None, PATIENCE)).choices

    async def uses_on(
        self, message: Pressable, name: str, *, app: App | None = None, patience: float = PATIENCE
    ) -> Answer:
        """Use a command of a message's context menu."""
        target = self._message(message)
        for bot in self._bots(target.channel, app):
            guild = target.channel.guild
            for command in bot.commands.offered(guild.id if guild else None, commands.MESSAGE_COMMAND):
                if command["name"] == name:
                    self._may_use(command, target.channel)
                    data = asking.message_command_data(command, target, bot, target.channel)
                    return await self._ask(InteractionKind.COMMAND, bot, target.channel, data, None, patience)
        raise CannotDo(f"no bot here has a message command {name!r}")

    async def presses(self, where: Pressable, what: str, *, patience: float = PATIENCE) -> Answer:
        """Press a button, by its label or custom_id."""
        target, part = self._control(where, what)
        data = {"component_type": part["type"], "custom_id": part["custom_id"], "id": part.get("id", 1)}
        return await self._press(target, data, patience)

    async def chooses(
        self, where: Pressable, what: str, picked: Sequence[str], *, patience: float = PATIENCE
    ) -> Answer:
        """Choose in a menu (by its placeholder or custom_id) the options of these labels or values."""
        target, part = self._control(where, what)
        offered = {name: option["value"] for option in part["options"] for name in (option["value"], option["label"])}
        unknown = [one for one in picked if one not in offered]
        least, most = part.get("min_values", 1), part.get("max_values", 1)
        if unknown or not least <= len(picked) <= most:
            raise CannotDo(f"the menu offers {sorted(offered)}, {least} to {most} of them; not {list(picked)}")
        data = {
            "component_type": part["type"],
            "custom_id": part["custom_id"],
            "values": [offered[one] for one in picked],
        }
        return await self._press(target, data, patience)

    async def submits(self, form: Answer, filled: Mapping[str, Any], *, patience: float = PATIENCE) -> Answer:
        """Fill in a form (by custom_id or label) and send it; what is not named keeps what stood there."""
        modal = form.modal
        if modal is None:
            raise CannotDo("this answer opened no form")
        texts = _fill(modal, filled)
        data = {"custom_id": modal.custom_id, "components": [_submitted(part, texts) for part in modal.components]}
        asked = form.interaction
        return await self._ask(InteractionKind.FORM, asked.app, asked.channel, data, asked.source, patience)

    def says(self, text: str, *, channel: Channel, files: Sequence[tuple[str, bytes]] = ()) -> SeenMessage:
        """Write a message of one's own."""
        if Permission.SEND_MESSAGES not in channel.permissions_of(self) and not channel.is_thread:
            raise CannotDo(f"{self.name} may not write in #{channel.name}")
        message = Message(self.world.new_id(), channel, self, text)
        message.attachments = [self.world.keep_file(channel, name, content) for name, content in files]
        message.mentions = [one for one in self.world.accounts.values() if one.mention in text]
        self.world.publish(message)
        return message.seen()

    def deletes(self, message: Pressable) -> None:
        """Delete a message: one's own, or any as a moderator."""
        target = self._message(message)
        if target.author is not self and Permission.MANAGE_MESSAGES not in target.channel.permissions_of(self):
            raise CannotDo(f"{self.name} may not delete this message")
        self.world.withdraw(target)

    def _find(self, typed: str, channel: Channel, app: App | None) -> tuple[App, Spoken]:
        guild_id = channel.guild.id if channel.guild else None
        offered: list[Json] = []
        for bot in self._bots(channel, app):
            here = bot.commands.offered(guild_id, commands.CHAT_INPUT)
            spoken = commands.find(here, typed)
            if spoken is not None:
                self._may_use(spoken.command, channel)
                return bot, spoken
            offered += here
        listing = "\n  ".join(commands.spellings(offered)) or "nothing is synced here"
        raise CannotDo(f"there is no /{typed} in #{channel.name}; synced:\n  {listing}")

    def _bots(self, channel: Channel, app: App | None) -> list[App]:
        here: Sequence[Account] = channel.guild.apps if channel.guild else channel.people
        return [one for one in here if isinstance(one, App) and app in (None, one)]

    def _may_use(self, command: Json, channel: Channel) -> None:
        held = channel.permissions_of(self)
        if Permission.VIEW_CHANNEL not in held or Permission.USE_APPLICATION_COMMANDS not in held:
            raise CannotDo(f"{self.name} may not use commands in #{channel.name}")
        if channel.thread is not None and channel.thread.archived:
            raise CannotDo(f"#{channel.name} is archived: no commands there")
        needed = command.get("default_member_permissions")
        if needed is None or channel.guild is None or Permission.ADMINISTRATOR in held:
            return
        if int(needed) == 0 or int(needed) & ~int(held):
            raise CannotDo(f"{self.name} lacks the permissions that /{command['name']} asks for ({needed})")

    def _message(self, pressable: Pressable) -> Message:
        message = self.world.messages.get(pressable.id)
        if message is None or message.deleted:
            raise CannotDo("that message is gone")
        if message.ephemeral and (message.interaction is None or message.interaction.person is not self):
            raise CannotDo(f"{self.name} does not see that message")
        return message

    def _control(self, where: Pressable, what: str) -> tuple[Message, Json]:
        target = self._message(where)
        parts = [part for part in every_component(target.components) if part.get("type") in (2, 3, 5, 6, 7, 8)]
        for part in parts:
            names = (part.get("custom_id"), part.get("label"), part.get("placeholder"))
            if what in names and not part.get("disabled") and part.get("custom_id"):
                return target, part
        labels = [part.get("label") or part.get("custom_id") for part in parts if not part.get("disabled")]
        raise CannotDo(f"nothing called {what!r} to press here; there is {labels}")

    async def _press(self, target: Message, data: Json, patience: float) -> Answer:
        app = target.application or target.author
        if not isinstance(app, App):
            raise CannotDo("no bot answers for that message")
        return await self._ask(InteractionKind.COMPONENT, app, target.channel, data, target, patience)

    async def _ask(
        self, kind: InteractionKind, app: App, channel: Channel, data: Json, source: Message | None, patience: float
    ) -> Answer:
        world = self.world
        asked = Interaction(world, world.new_id(), world.secret(), kind, app, self, channel, data, world.now(), source)
        world.open_interaction(asked, asking.payload(asked))
        await world.bell.wait_until(lambda: asked.failed or asked.callback is not None, patience)
        if asked.callback is CallbackKind.DEFERRED_MESSAGE:
            await world.bell.wait_until(lambda: asked.original is None or not asked.original.seen().thinking, patience)
        return Answer(asked)


def _fill(modal: Modal, filled: Mapping[str, Any]) -> dict[str, Any]:
    known = {name for one in modal.fields for name in (one.custom_id, one.label)}
    unknown = sorted(set(filled) - known)
    if unknown:
        raise CannotDo(f"the form {modal.title!r} has {[one.label for one in modal.fields]}, not {unknown}")
    told: dict[str, Any] = {}
    for one in modal.fields:
        value = filled.get(one.custom_id, filled.get(one.label, one.value))
        if one.required and not value:
            raise CannotDo(f"{one.label!r} must be filled in")
        if isinstance(value, str) and value and not (one.shortest or 0) <= len(value) <= (one.longest or 4000):
            raise CannotDo(f"{one.label!r} takes {one.shortest or 0} to {one.longest or 4000} characters")
        told[one.custom_id] = value
    return told


def _submitted(part: Json, texts: Mapping[str, Any]) -> Json:
    told: Json = {"type": part["type"], "id": part.get("id", 1)}
    if "components" in part:
        told["components"] = [_submitted(inner, texts) for inner in part["components"]]
    if "component" in part:
        told["component"] = _submitted(part["component"], texts)
    if "custom_id" in part:
        value = texts[part["custom_id"]]
        told["custom_id"] = part["custom_id"]
        told["value" if part["type"] == 4 else "values"] = value if part["type"] == 4 or value else []
    return told
