"""A message as Discord keeps it, and the same message as a reader sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bots.rehearsal.discord_world import snowflakes

if TYPE_CHECKING:
    from bots.rehearsal.discord_world.accounts import Account, App
    from bots.rehearsal.discord_world.channels import Channel
    from bots.rehearsal.discord_world.interactions import Interaction

Json = dict[str, Any]

PLAIN, PINNED, THREAD_OPENED, REPLY, COMMAND, CONTEXT_COMMAND = 0, 6, 18, 19, 20, 23
"""Message types (docs, resources/message)."""
SAID = (PLAIN, REPLY, COMMAND, CONTEXT_COMMAND)
"""What somebody said; the rest is Discord's own."""

CROSSPOSTED = 1 << 0
SUPPRESS_EMBEDS = 1 << 2
HAS_THREAD = 1 << 5
EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12
IS_COMPONENTS_V2 = 1 << 15


@dataclass(frozen=True, slots=True)
class Attachment:
    """An uploaded file; the bytes stay on the stage and can be fetched at `url`."""

    id: int
    filename: str
    content: bytes = field(repr=False)
    content_type: str
    url: str
    description: str | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class SeenEmbed:
    """An embed as a reader sees it. `fields` are pairs of name and value."""

    title: str
    description: str
    url: str
    color: int | None
    author: str
    footer: str
    image: str
    thumbnail: str
    timestamp: str
    fields: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """Everything there is to read, from top to bottom."""
        pairs = [part for field_ in self.fields for part in field_]
        return "\n".join(part for part in (self.author, self.title, self.description, *pairs, self.footer) if part)


@dataclass(frozen=True, slots=True)
class SeenButton:
    """A button or a select menu under a message. A link has a `url` and no `custom_id`."""

    label: str
    custom_id: str
    style: int
    url: str
    disabled: bool
    is_select: bool = False
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """What a reader sees of one message now. `pings` names whom it rang: `@everyone`, people, roles.

    `edits` counts the changes of its text; `published` says whether followers of the channel got it; `reference` is
    the message it answers; `by_discord` marks notices such as "pinned a message".
    """

    id: int
    channel_id: int
    author: str
    content: str
    embeds: tuple[SeenEmbed, ...]
    attachments: tuple[Attachment, ...]
    components: tuple[SeenButton, ...]
    silent: bool
    edits: int
    deleted: bool
    pinned: bool
    ephemeral: bool
    thinking: bool
    published: bool
    nonce: str | None
    reference: int | None
    pings: tuple[str, ...]
    created: float
    by_discord: bool = False
    texts: tuple[str, ...] = ()

    @property
    def edited(self) -> bool:
        """Whether it says "(edited)"."""
        return self.edits > 0

    @property
    def text(self) -> str:
        """Everything there is to read in it: content, text components, embeds."""
        return "\n".join(part for part in (self.content, *self.texts, *(embed.text for embed in self.embeds)) if part)


@dataclass(eq=False)
class Message:
    """A message as the stage keeps it. `webhook_name` is what a webhook called itself."""

    id: int
    channel: "Channel" = field(repr=False)
    author: "Account" = field(repr=False)
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    kind: int = 0
    nonce: str | int | None = None
    edits: list[float] = field(default_factory=list)
    reference: "Message | None" = field(default=None, repr=False)
    pinned_at: float | None = None
    deleted: bool = False
    application: "App | None" = field(default=None, repr=False)
    webhook_id: int | None = None
    webhook_name: str | None = None
    interaction: "Interaction | None" = field(default=None, repr=False)
    mentions: "list[Account]" = field(default_factory=list, repr=False)
    mention_roles: list[int] = field(default_factory=list)
    mention_everyone: bool = False
    publications: int = 0

    @property
    def created(self) -> float:
        """Seconds since 1970."""
        return snowflakes.moment(self.id)

    @property
    def by_discord(self) -> bool:
        """Whether Discord itself wrote it, as "pinned a message to this channel"."""
        return self.kind not in SAID

    @property
    def ephemeral(self) -> bool:
        """Whether only the person of the interaction sees it."""
        return bool(self.flags & EPHEMERAL)

    def seen(self) -> SeenMessage:
        """Return what a reader sees now."""
        shown = [] if self.flags & SUPPRESS_EMBEDS else self.embeds
        return SeenMessage(
            id=self.id,
            channel_id=self.channel.id,
            author=self.webhook_name or self.author.display_name,
            content=self.content,
            embeds=tuple(_embed(embed) for embed in shown),
            attachments=tuple(self.attachments),
            components=tuple(_controls(self.components)),
            silent=bool(self.flags & SUPPRESS_NOTIFICATIONS),
            edits=len(self.edits),
            deleted=self.deleted,
            pinned=self.pinned_at is not None,
            ephemeral=self.ephemeral,
            thinking=bool(self.flags & LOADING),
            published=bool(self.flags & CROSSPOSTED),
            nonce=None if self.nonce is None else str(self.nonce),
            reference=self.reference.id if self.reference else None,
            pings=self._pings(),
            created=self.created,
            by_discord=self.by_discord,
            texts=tuple(_texts(self.components)),
        )

    def _pings(self) -> tuple[str, ...]:
        roles = self.channel.guild.roles if self.channel.guild else {}
        everyone = ("@everyone",) if self.mention_everyone else ()
        names = (f"@{roles[role].name}" for role in self.mention_roles if role in roles)
        return (*everyone, *names, *(f"@{account.name}" for account in self.mentions))


def _embed(embed: Mapping[str, Any]) -> SeenEmbed:
    def inside(key: str, name: str) -> str:
        return str((embed.get(key) or {}).get(name) or "")

    return SeenEmbed(
        title=embed.get("title") or "",
        description=embed.get("description") or "",
        url=embed.get("url") or "",
        color=embed.get("color"),
        author=inside("author", "name"),
        footer=inside("footer", "text"),
        image=inside("image", "url"),
        thumbnail=inside("thumbnail", "url"),
        timestamp=embed.get("timestamp") or "",
        fields=tuple((pair["name"], pair["value"]) for pair in embed.get("fields") or []),
    )


def every_component(components: list[Json]) -> list[Json]:
    """Return all components, those inside others included, from top to bottom."""
    found: list[Json] = []
    for component in components:
        found.append(component)
        found += every_component(component.get("components") or [])
        found += every_component([component[key] for key in ("component", "accessory") if component.get(key)])
    return found


def _texts(components: list[Json]) -> list[str]:
    return [part["content"] for part in every_component(components) if part.get("type") == 10]


def _controls(components: list[Json]) -> list[SeenButton]:
    return [_control(part) for part in every_component(components) if part.get("type") in (2, 3, 5, 6, 7, 8)]


def _control(part: Json) -> SeenButton:
    emoji = (part.get("emoji") or {}).get("name") or ""
    label = part.get("label") or part.get("placeholder") or ""
    return SeenButton(
        label=f"{emoji} {label}".strip(),
        custom_id=part.get("custom_id") or "",
        style=part.get("style") or 0,
        url=part.get("url") or "",
        disabled=bool(part.get("disabled")),
        is_select=part["type"] != 2,
        options=tuple((option["label"], option["value"]) for option in part.get("options") or []),
    )
