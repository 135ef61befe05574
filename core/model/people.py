"""Who may speak for the newsroom."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an enrolled person may do, the most powerful last."""

    EDITOR = "editor"
    LEAD = "lead"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody enrolled. `key` is random and all the audit keeps; erasing deletes its mapping to accounts."""

    key: str
    name: str
    role: Role
