"""What a run of the tests leaves to chance and how much of it: LIVEDESK_SEED, LIVEDESK_KILLS and so on.

Livedesk itself reads LIVEDESK_… as settings and refuses one it does not know, so here they get other names before any
test begins; processes of the same run inherit those.
"""

import os
import secrets

_NAMES = ("SEED", "KILLS", "HOUSES", "HISTORY", "HISTORIES")


def draw() -> None:
    """Take over what this run was asked for, and draw a seed unless one was given."""
    for name in _NAMES:
        if (given := os.environ.pop(f"LIVEDESK_{name}", "")) != "":
            os.environ[f"TESTS_{name}"] = given
    os.environ.setdefault("TESTS_SEED", str(secrets.randbelow(10**9)))


def seed() -> str:
    """What everything that is left to chance comes from."""
    return os.environ["TESTS_SEED"]


def asked(name: str, usual: int) -> int:
    """How many of something this run was asked for."""
    return int(os.environ.get(f"TESTS_{name}", usual))
