"""Entries: published once, changed by revisions, never deleted."""

from core.store.entries.changing import retract, revise, set_source, undo
from core.store.entries.proposals import proposal, proposals, propose, settle_proposal, verdict
from core.store.entries.publishing import Published, publish, send_stored
from core.store.entries.reading import (
    at_revision,
    by_number,
    delivered,
    find_anywhere,
    find_fingerprint,
    find_source,
    get,
    of_coverage,
    revisions,
    unsent,
)

__all__ = [
    "Published",
    "at_revision",
    "by_number",
    "delivered",
    "find_anywhere",
    "find_fingerprint",
    "find_source",
    "get",
    "of_coverage",
    "proposal",
    "proposals",
    "propose",
    "publish",
    "retract",
    "revise",
    "revisions",
    "send_stored",
    "set_source",
    "settle_proposal",
    "undo",
    "unsent",
    "verdict",
]
