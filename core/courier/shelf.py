"""The bulletins one lane is carrying, each as it stands now."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from core.model import Bulletin


class Shelf:
    """Bulletins at hand. Nobody waits for the store between a slot in the gate and the call it is for."""

    def __init__(self) -> None:
        """Empty until the first `renew`."""
        self._bulletins: dict[int, Bulletin] = {}

    def __getitem__(self, bulletin_id: int) -> Bulletin:
        """The bulletin as it stood when the lane last looked."""
        return self._bulletins[bulletin_id]

    def known(self, needed: AbstractSet[int]) -> dict[int, int]:
        """At which revision each of those `needed` is at hand; 0 when it is not."""
        return {one: self._bulletins[one].revision if one in self._bulletins else 0 for one in needed}

    def renew(self, needed: AbstractSet[int], changed: Iterable[Bulletin]) -> None:
        """Take in what changed, and hold nothing but what is `needed`."""
        have = {one: bulletin for one, bulletin in self._bulletins.items() if one in needed}
        self._bulletins = have | {bulletin.id: bulletin for bulletin in changed}
