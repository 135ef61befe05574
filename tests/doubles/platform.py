"""A platform of our own for the courier's tests: it keeps what it is sent and answers as it is told to."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core.courier import AccountGate
from core.courier.gate import NotOurs
from core.model import Address, Bulletin, Form, Platform
from core.platform import Copy, Lost, Manner, NotSent, Outcome, Part, Reach, Sent

# "The past few minutes" in which Discord knows a nonce again.
NONCE_KNOWN = 180


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


@dataclass(frozen=True, slots=True)
class Told:
    """How to answer a call; `after_effect`: what was asked for is done all the same."""

    answer: Outcome | Exception
    after_effect: bool = False


Whim = Callable[[str, int], Told | None]
"""(verb, chat) to an answer out of the order; None does as it is asked. A ping is about no chat: 0."""


class PlatformDouble:
    """Draws a bulletin as its headline, one part for each "|" in it. Every call passes the account's gate."""

    def __init__(
        self, gate: AccountGate, *, account: str = "desk", platform: Platform = Platform.TELEGRAM, latency: float = 0.05
    ) -> None:
        self.platform = platform
        self.account = account
        self.latency: float | Callable[[], float] = latency
        self.chats: dict[int, list[Shown]] = defaultdict(list)
        self.calls: list[tuple[float, str, int, str]] = []
        self.pings: list[float] = []
        self.refusals: list[tuple[float, float, int | None]] = []
        self.nonces: dict[str, Shown] = {}
        self.on_the_wire: list[int] = []
        self.answered: dict[int, float] = {}
        self.whim: Whim = lambda verb, chat: None
        self._gate = gate
        self._script: dict[int | None, deque[Told]] = defaultdict(deque)
        self._ids = iter(range(1000, 10_000_000))

    def will_answer(self, chat: int | None, *outcomes: Outcome | Exception, after_effect: bool = False) -> None:
        """Answer the next calls about `chat` (None: any) like this; `after_effect`: the message is there anyway."""
        self._script[chat].extend(Told(outcome, after_effect) for outcome in outcomes)

    def passes(self, gate: AccountGate) -> None:
        """From now on calls pass this gate."""
        self._gate = gate

    def texts(self, chat: int) -> list[str]:
        """What somebody in this chat reads now, in order."""
        return [message.text for message in self.chats[chat] if not message.deleted]

    def draw(self, bulletin: Bulletin, language: str, kept: tuple[Form, ...] = ()) -> tuple[Part, ...]:
        return tuple(Words(Form.TEXT, text=text) for text in _texts(bulletin))

    def merge(self, bulletins: tuple[Bulletin, ...], language: str) -> Part:
        return Words(Form.MERGED, text=" + ".join(text for one in bulletins for text in _texts(one)))

    async def send(self, to: Address, part: Part, manner: Manner) -> Outcome:
        assert isinstance(part, Words)

        def effect() -> Outcome:
            known = self.nonces.get(manner.nonce) if self.platform is Platform.DISCORD else None
            if known is None or _now() - known.at > NONCE_KNOWN:
                known = Shown(next(self._ids), part.text, manner.silent, _now(), manner.nonce, reply_to=manner.reply_to)
                self.chats[to.chat_id].append(known)
                self.nonces[manner.nonce] = known
            return Sent((Copy(known.id, part.form),))

        return await self._call("send", to, part.text, effect)

    async def edit(self, to: Address, copies: tuple[Copy, ...], part: Part) -> Outcome:
        assert isinstance(part, Words)

        def effect() -> Outcome:
            shown = self._find(to, copies[0])
            if shown is None:
                return Lost("message to edit not found")
            shown.history.append(shown.text)
            shown.text = part.text
            return Sent(copies)

        return await self._call("edit", to, part.text, effect)

    async def remove(self, to: Address, copy: Copy) -> Outcome:
        def effect() -> Outcome:
            shown = self._find(to, copy)
            if shown is None:
                return Lost("message to delete not found")
            shown.deleted = True
            return Sent(())

        return await self._call("remove", to, "", effect)

    async def ping(self) -> Outcome:
        await self._gate.enter()
        self.pings.append(_now())
        await asyncio.sleep(self.latency() if callable(self.latency) else self.latency)
        told = self.whim("ping", 0)
        return told.answer if told is not None and not isinstance(told.answer, Exception) else Sent(())

    async def _call(self, verb: str, to: Address, text: str, effect: Callable[[], Outcome]) -> Outcome:
        chat = to.chat_id
        try:
            await self._gate.enter(chat)
        except NotOurs:
            return NotSent(0, Reach.ACCOUNT, "not ours")
        self.calls.append((_now(), verb, chat, text))
        self.on_the_wire.append(chat)
        latency = self.latency() if callable(self.latency) else self.latency
        try:
            await asyncio.sleep(latency / 2)
            told = self._told(verb, chat)
            done = effect() if told is None or told.after_effect else None
            await asyncio.sleep(latency / 2)
        finally:
            self.on_the_wire.remove(chat)
            self.answered[chat] = _now()
        answer = done if told is None else told.answer
        assert answer is not None
        if isinstance(answer, Exception):
            raise answer
        self._refuse(chat, answer)
        return answer

    def _told(self, verb: str, chat: int) -> Told | None:
        for script in (self._script[chat], self._script[None]):
            if script:
                return script.popleft()
        return self.whim(verb, chat)

    def _refuse(self, chat: int, answer: Outcome) -> None:
        """Tell the gate of a wait, as the transports do."""
        if isinstance(answer, NotSent) and answer.retry_after > 0:
            whose = chat if answer.reach is Reach.DESTINATION else None
            self._gate.refused(whose, answer.retry_after)
            self.refusals.append((_now(), _now() + answer.retry_after, whose))

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
