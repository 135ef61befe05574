"""One call as a handler sees it: who asks, for what, with which values and files; values are read as Telegram does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bots.rehearsal.telegram_api.refusals import bad
from bots.rehearsal.telegram_world.accounts import BotAccount
from bots.rehearsal.telegram_world.world import TelegramWorld


@dataclass(frozen=True, slots=True)
class Query:
    """One call. `values` are the wire's strings; `files` the uploads, by field name."""

    world: TelegramWorld
    bot: BotAccount
    method: str
    values: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def text(self, name: str) -> str:
        """Return a value, or nothing."""
        return self.values.get(name, "")

    def required(self, name: str) -> str:
        """Return a value that must be there."""
        value = self.values.get(name, "")
        if not value:
            raise bad(f'Parameter "{name}" is required')
        return value

    def integer(self, name: str, default: int = 0) -> int:
        """Return a number; like Telegram, 0 for what is none."""
        value = self.values.get(name, "").strip()
        if not value:
            return default
        try:
            return int(value)
        except ValueError:
            self.blame(f"{name} is no integer: {value!r}")
            return 0

    def flag(self, name: str) -> bool:
        """Return whether a switch is on (telegram-bot-api, to_bool)."""
        return self.values.get(name, "").strip().lower() in ("true", "yes", "1")

    def json(self, name: str, words: str) -> Any:
        """Return a decoded value, None where it is missing; `words` name it in the refusal."""
        value = self.values.get(name, "")
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {words} JSON object") from None

    def object(self, name: str, words: str, known: frozenset[str]) -> dict[str, Any] | None:
        """Return a decoded object, None where it is missing; fields that are not `known` are blamed."""
        value = self.json(name, words)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise bad(f"object expected as {words}")
        if strange := sorted(set(value) - known):
            self.blame(f"unknown fields of {name}: {strange}")
        return value

    def json_list(self, name: str) -> list[Any]:
        """Return a list of entities; like Telegram, an empty one for anything else, but that is blamed."""
        try:
            value = json.loads(self.values.get(name) or "[]")
        except ValueError:
            value = None
        if isinstance(value, list):
            return value
        self.blame(f"{name} is no JSON list: Telegram ignores it without a word")
        return []

    def blame(self, what: str) -> None:
        """Note that a real bot should never do this."""
        self.world.backstage.note("telegram", self.method, what)
