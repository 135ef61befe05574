"""What stands in a chat: messages as a reader sees them, with pictures, formatting and buttons. All values, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from bots.rehearsal.telegram_world.accounts import BotAccount
    from bots.rehearsal.telegram_world.chats import Chat
    from bots.rehearsal.telegram_world.people import Person

    Being: TypeAlias = Person | BotAccount


@dataclass(frozen=True, slots=True, order=True)
class Entity:
    """One stretch of formatting. `offset` and `length` count UTF-16 units (Bot API, MessageEntity)."""

    offset: int
    length: int
    type: str
    url: str | None = None
    language: str | None = None
    user_id: int | None = None
    custom_emoji_id: str | None = None
    unix_time: int | None = None
    date_time_format: str | None = None

    @property
    def end(self) -> int:
        """The first UTF-16 unit behind it."""
        return self.offset + self.length

    def cut_from(self, text: str) -> str:
        """Return the words it covers."""
        units = text.encode("utf-16-le", "surrogatepass")
        return units[2 * self.offset : 2 * self.end].decode("utf-16-le", "surrogatepass")

    def drawn(self) -> dict[str, Any]:
        """Return it as the Bot API writes it."""
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "user_id"}
        if self.user_id is not None:
            values["user"] = {"id": self.user_id, "is_bot": False, "first_name": ""}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message. Exactly one of `data` and `url` is set, or neither for the rarer kinds."""

    text: str
    data: str | None = None
    url: str | None = None
    drawn: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo: its bytes, its size in pixels, and a key that is the same for the same bytes."""

    content: bytes = field(repr=False)
    width: int
    height: int
    key: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a forwarded message was first said. `kind`: user, hidden_user, chat or channel."""

    kind: str
    name: str
    date: int
    person: Person | BotAccount | None = None
    chat: Chat | None = None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """Something that happened in the chat: `kind` is its key in a Message, `content` its value there.

    For `pinned_message` the content is the message's number.
    """

    kind: str
    content: Any


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """One message as a reader sees it at one moment. A change makes a new value with the same `id` in its chat.

    `text` is empty for a photo, whose words are its `caption`; `entities` belong to whichever there is. `album` is
    shared by the photos sent together. `buttons` are rows. `thread` is the topic. `keyboard` is a bot's offer of
    ready-made answers in place of the reader's keyboard.
    """

    id: int
    chat: Chat = field(repr=False, compare=False)
    author: Person | BotAccount | None = field(repr=False)
    date: int
    text: str = ""
    caption: str = ""
    entities: tuple[Entity, ...] = ()
    photo: Picture | None = None
    album: str | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    keyboard: tuple[tuple[str, ...], ...] | None = None
    silent: bool = False
    protected: bool = False
    edit_date: int | None = None
    deleted: bool = False
    pinned: bool = False
    thread: int | None = None
    reply_to: int | None = None
    sender_chat: Chat | None = field(default=None, repr=False)
    via_bot: BotAccount | None = field(default=None, repr=False)
    origin: Origin | None = field(default=None, repr=False)
    automatic: bool = False
    service: Service | None = None
    link_preview: Mapping[str, Any] | None = None
    reaction: str | None = None
    caption_above: bool = False
    edits: int = 0

    @property
    def sender(self) -> str:
        """The name readers see above it."""
        if self.sender_chat is not None:
            return self.sender_chat.title
        return "" if self.author is None else self.author.name

    @property
    def shown(self) -> str:
        """Its words: the text, or the caption of a photo."""
        return self.text or self.caption

    @property
    def edited(self) -> bool:
        """Whether readers see "edited" beside it."""
        return self.edit_date is not None

    @property
    def labels(self) -> list[str]:
        """The words on its buttons, row by row."""
        return [button.text for row in self.buttons for button in row]

    def button(self, label: str) -> Button:
        """Return the button with these words; LookupError names those there are."""
        for row in self.buttons:
            for button in row:
                if button.text == label:
                    return button
        raise LookupError(f"message {self.id} has no button {label!r}, only {self.labels}")


@dataclass(frozen=True, slots=True)
class Toast:
    """What a bot answered to a press: words over the chat, or a window if `alert`."""

    text: str
    alert: bool = False
    url: str | None = None
