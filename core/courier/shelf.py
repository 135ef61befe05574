"""The bulletins one lane is carrying, each as it stands now."""

from collections.abc import Set as AbstractSet

from core.model import Bulletin
from core.store import Store, broadcasts


class Shelf:
    """Bulletins at hand. Nobody waits for the store between a slot in the gate and the call it is for."""

    def __init__(self, store: Store) -> None:
        """Empty until the first `renew`."""
        self._store = store
        self._bulletins: dict[int, Bulletin] = {}

    def __getitem__(self, bulletin_id: int) -> Bulletin:
        """The bulletin as it stood when `renew` last looked."""
        return self._bulletins[bulletin_id]

    async def renew(self, needed: AbstractSet[int]) -> None:
        """Hold what is `needed`, at its newest revision, and nothing else."""
        have = {one: bulletin for one, bulletin in self._bulletins.items() if one in needed}
        known = {one: have[one].revision if one in have else 0 for one in needed}
        changed = await self._store.read(broadcasts.newer, known) if known else ()
        self._bulletins = have | {bulletin.id: bulletin for bulletin in changed}
