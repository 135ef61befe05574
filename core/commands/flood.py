"""How much one caller, one place and everybody together may ask (TH26). Kept in memory: a restart forgives."""

from collections import OrderedDict
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.commands.heard import Place

_Key = tuple[str, int, int]

_WINDOW = 10.0
_ONE_CALLER, _ONE_PLACE, _EVERYBODY = 5, 20, 2000
_EDITOR = 30
"""Somebody enrolled covers a morning with both thumbs, and an attacker who has their phone has worse means."""
_REMINDER = 60.0
_REMEMBERED = 20_000
"""Buckets kept; the longest unused go first. At most about 3 MB."""


class Answer(StrEnum):
    """What to do with somebody who asks."""

    GO = "go"
    SLOW_DOWN = "slow_down"
    """Too fast: say so, once a minute."""
    SILENCE = "silence"


class Flood:
    """Token buckets by caller, by place and overall."""

    def __init__(self) -> None:
        """Start with every bucket full."""
        self._buckets: OrderedDict[_Key, tuple[float, float]] = OrderedDict()
        self._told: OrderedDict[_Key, float] = OrderedDict()

    def ask(self, caller: int, place: Place, now: datetime, *, enrolled: bool) -> Answer:
        """Whether the caller may be served now. Who is enrolled is never slowed down by others."""
        at = now.timestamp()
        own = (f"{place.platform}", caller, 0)
        if enrolled:
            return Answer.GO if self._take(own, _EDITOR, at) else self._refuse(own, at)
        here = (place.account, place.address.chat_id, 1)
        if not self._take(own, _ONE_CALLER, at):
            return self._refuse(own, at)
        if not (place.private or self._take(here, _ONE_PLACE, at)):
            return self._refuse(here, at)
        return Answer.GO if self._take(("", 0, 2), _EVERYBODY, at) else Answer.SILENCE

    def _take(self, key: _Key, size: int, at: float) -> bool:
        left, since = self._buckets.pop(key, (float(size), at))
        left = min(float(size), left + max(0.0, at - since) * size / _WINDOW)
        served = left >= 1
        self._buckets[key] = (left - served, at)
        _trim(self._buckets)
        return served

    def _refuse(self, key: _Key, at: float) -> Answer:
        if at - self._told.get(key, -_REMINDER) < _REMINDER:
            return Answer.SILENCE
        self._told[key] = at
        _trim(self._told)
        return Answer.SLOW_DOWN


def _trim(kept: OrderedDict[_Key, Any]) -> None:
    while len(kept) > _REMEMBERED:
        kept.popitem(last=False)
