"""A person did something a bot must answer (a command, a button, a form), and what became of it."""

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bots.rehearsal.discord_world.messages import Json, Message, SeenButton, SeenEmbed, SeenMessage, every_component

if TYPE_CHECKING:
    from collections.abc import Callable

    from bots.rehearsal.discord_world.accounts import App
    from bots.rehearsal.discord_world.channels import Channel
    from bots.rehearsal.discord_world.person import Person
    from bots.rehearsal.discord_world.world import DiscordWorld

TOKEN_LIFE = 15 * 60
"""Seconds an interaction's token is good for (Discord docs, receiving and responding)."""


class InteractionKind(enum.IntEnum):
    """Discord's interaction types that this stage plays."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    FORM = 5


class CallbackKind(enum.IntEnum):
    """How a bot may answer."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(frozen=True, slots=True)
class ModalField:
    """One input of a form: a text, or a menu with options."""

    custom_id: str
    label: str
    kind: int
    required: bool
    value: str
    longest: int | None
    shortest: int | None
    multiline: bool
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Modal:
    """A form the bot opened. `components` is its JSON, for whoever needs more than the fields."""

    custom_id: str
    title: str
    fields: tuple[ModalField, ...]
    components: list[Json] = field(repr=False, default_factory=list)


@dataclass(eq=False)
class Interaction:
    """What a person did, and all that the bot answered. `failed`: nothing came within three seconds."""

    world: "DiscordWorld" = field(repr=False)
    id: int
    token: str = field(repr=False)
    kind: InteractionKind
    app: "App" = field(repr=False)
    person: "Person" = field(repr=False)
    channel: "Channel" = field(repr=False)
    data: Json = field(repr=False)
    opened: float = 0.0
    source: Message | None = field(default=None, repr=False)
    callback: CallbackKind | None = None
    failed: bool = False
    original: Message | None = field(default=None, repr=False)
    followups: list[Message] = field(default_factory=list, repr=False)
    modal: Modal | None = field(default=None, repr=False)
    choices: list[Json] = field(default_factory=list, repr=False)

    @property
    def expired(self) -> bool:
        """Whether its token is too old to say anything more."""
        return self.world.now() - self.opened > TOKEN_LIFE

    def owners(self) -> dict[str, str]:
        """Return who brought the bot here: the server, or in private the bot's own conversation."""
        return {"0": str(self.channel.guild.id) if self.channel.guild else "0"}


class Answer:
    """What the person who did something sees of the bot's answer, now. It goes on changing while the bot works."""

    def __init__(self, interaction: Interaction) -> None:
        """Watch one interaction."""
        self.interaction = interaction

    def __repr__(self) -> str:
        """Show what matters when a test fails."""
        state = "failed" if self.failed else "deferred" if self.deferred else "answered"
        return f"Answer({state}, text={self.text!r}, buttons={[one.label for one in self.buttons]})"

    @property
    def failed(self) -> bool:
        """Whether the person reads "The application did not respond"."""
        return self.interaction.failed

    @property
    def deferred(self) -> bool:
        """Whether the bot's first answer was only "wait"."""
        return self.interaction.callback in (CallbackKind.DEFERRED_MESSAGE, CallbackKind.DEFERRED_UPDATE)

    @property
    def message(self) -> SeenMessage | None:
        """The message that answers: a new one, or that of the button where the bot changed it."""
        original = self.interaction.original
        return None if original is None else original.seen()

    @property
    def id(self) -> int:
        """The id of the message that answers; LookupError where there is none."""
        if self.interaction.original is None:
            raise LookupError("this answer has no message")
        return self.interaction.original.id

    @property
    def messages(self) -> list[SeenMessage]:
        """The answer and all that followed it, without what was deleted."""
        first = self.interaction.original
        everything = ([first] if first else []) + self.interaction.followups
        return [message.seen() for message in everything if not message.deleted]

    @property
    def text(self) -> str:
        """Everything there is to read in the answer and what followed it, embeds too."""
        return "\n".join(message.text for message in self.messages if message.text)

    @property
    def embeds(self) -> tuple[SeenEmbed, ...]:
        """The embeds of the answer and of what followed it."""
        return tuple(embed for message in self.messages for embed in message.embeds)

    @property
    def buttons(self) -> tuple[SeenButton, ...]:
        """What can be pressed or chosen."""
        return tuple(button for message in self.messages for button in message.components)

    @property
    def ephemeral(self) -> bool:
        """Whether only the person sees it."""
        return self.interaction.original is not None and self.interaction.original.ephemeral

    @property
    def edits(self) -> int:
        """How often the answer was changed."""
        return len(self.interaction.original.edits) if self.interaction.original else 0

    @property
    def modal(self) -> Modal | None:
        """The form the bot opened, if it did."""
        return self.interaction.modal

    @property
    def followups(self) -> list[SeenMessage]:
        """What the bot said after its first answer."""
        return [message.seen() for message in self.interaction.followups if not message.deleted]

    @property
    def choices(self) -> list[tuple[str, str | int | float]]:
        """What autocomplete offered: names and values."""
        return [(choice["name"], choice["value"]) for choice in self.interaction.choices]

    async def wait_for(self, wanted: "Callable[[Answer], bool]", timeout: float = 10.0) -> "Answer":  # noqa: ASYNC109 -- the caller's patience, in the words of its test
        """Wait until the answer is as wanted; TimeoutError with what it was instead."""
        if not await self.interaction.world.bell.wait_until(lambda: wanted(self), timeout):
            raise TimeoutError(f"the answer did not become so within {timeout} s: {self!r}")
        return self


def read_modal(data: Json) -> Modal:
    """Return the form of a bot's checked answer."""
    fields: list[ModalField] = []
    label = ""
    for part in every_component(data["components"]):
        if part["type"] == 18:
            label = part["label"]
        elif "custom_id" in part:
            fields.append(_field(part, part.get("label") or label))
    return Modal(data["custom_id"], data["title"], tuple(fields), data["components"])


def _field(part: Json, label: str) -> ModalField:
    return ModalField(
        custom_id=part["custom_id"],
        label=label,
        kind=part["type"],
        required=part.get("required", True),
        value=part.get("value") or "",
        longest=part.get("max_length"),
        shortest=part.get("min_length"),
        multiline=part.get("style") == 2,
        options=tuple((option["label"], option["value"]) for option in part.get("options") or []),
    )
