"""A platform of our own for the courier's tests: it keeps what it is sent and answers as it is told to."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core.courier import AccountGate
from core.model import Address, Bulletin, Form, Platform
from core.platform import Copy, Lost, Manner, Outcome, Part, Sent


@dataclass(frozen=True, slots=True)
class Words(Part):
    """A part that is nothing but words."""

    text: str


@dataclass
class Shown:
    """One message as it stands in a chat."""

    id: int
    text: str
    silent: bool
    at: float
    nonce: str
    history: list[str] = field(default_factory=list)
    deleted: bool = False
    reply_to: int | None = None


Answer = Callable[[], Outcome | None]


class PlatformDouble:
    """Draws a bulletin as its headline, one part for each "|" in it. Every call passes the account's gate."""

    def __init__(
        self, gate: AccountGate, *, account: str = "desk", platform: Platform = Platform.TELEGRAM, latency: float = 0.05
    ) -> None:
        self.platform = platform
        self.account = account
        self.latency = latency
        self.chats: dict[int, list[Shown]] = defaultdict(list)
        self.calls: list[tuple[float, str, int, str]] = []
        self.nonces: dict[str, Shown] = {}
        self.on_the_wire = 0
        self._gate = gate
        self._script: dict[int | None, deque[Outcome | Exception]] = defaultdict(deque)
        self._effect_first: set[int] = set()
        self._ids = iter(range(1000, 10_000_000))

    def will_answer(self, chat: int | None, *outcomes: Outcome | Exception, after_effect: bool = False) -> None:
        """Answer the next calls about `chat` (None: any) like this; `after_effect`: the message is there anyway."""
        self._script[chat].extend(outcomes)
        if after_effect:
            self._effect_first.update(id(outcome) for outcome in outcomes)

    def passes(self, gate: AccountGate) -> None:
        """From now on calls pass this gate."""
        self._gate = gate

    def texts(self, chat: int) -> list[str]:
        """What somebody in this chat reads now, in order."""
        return [message.text for message in self.chats[chat] if not message.deleted]

    def draw(self, bulletin: Bulletin, language: str, kept: tuple[Form, ...] = ()) -> tuple[Part, ...]:
        return tuple(Words(Form.TEXT, text=text) for text in _texts(bulletin))

    async def send(self, to: Address, part: Part, manner: Manner) -> Outcome:
        assert isinstance(part, Words)
        told = await self._call("send", to, part.text)
        if told is not None and id(told) not in self._effect_first:
            return told
        known = self.nonces.get(manner.nonce) if self.platform is Platform.DISCORD else None
        if known is None:
            known = Shown(next(self._ids), part.text, manner.silent, _now(), manner.nonce, reply_to=manner.reply_to)
            self.chats[to.chat_id].append(known)
            self.nonces[manner.nonce] = known
        return told or Sent((Copy(known.id, Form.TEXT),))

    async def edit(self, to: Address, copies: tuple[Copy, ...], part: Part) -> Outcome:
        assert isinstance(part, Words)
        told = await self._call("edit", to, part.text)
        if told is not None:
            return told
        shown = self._find(to, copies[0])
        if shown is None:
            return Lost("message to edit not found")
        shown.history.append(shown.text)
        shown.text = part.text
        return Sent(copies)

    async def remove(self, to: Address, copy: Copy) -> Outcome:
        told = await self._call("remove", to, "")
        if told is not None:
            return told
        shown = self._find(to, copy)
        if shown is None:
            return Lost("message to delete not found")
        shown.deleted = True
        return Sent(())

    async def _call(self, verb: str, to: Address, text: str) -> Outcome | None:
        await self._gate.enter(to.chat_id)
        self.calls.append((_now(), verb, to.chat_id, text))
        self.on_the_wire += 1
        await asyncio.sleep(self.latency)
        self.on_the_wire -= 1
        for chat in (to.chat_id, None):
            if self._script[chat]:
                told = self._script[chat].popleft()
                if isinstance(told, Exception):
                    raise told
                return told
        return None

    def _find(self, to: Address, copy: Copy) -> Shown | None:
        shown = [message for message in self.chats[to.chat_id] if message.id == copy.message_id]
        return shown[0] if shown and not shown[0].deleted else None


def _texts(bulletin: Bulletin) -> Iterable[str]:
    if bulletin.retracted and bulletin.entry is not None:
        return [f"withdrawn: {bulletin.entry.content.reason}"]
    if bulletin.entry is not None:
        return bulletin.entry.content.headline.split("|")
    if bulletin.summary is not None:
        return ["\n".join(bulletin.summary.points)]
    return [bulletin.words]


def _now() -> float:
    return asyncio.get_running_loop().time()
