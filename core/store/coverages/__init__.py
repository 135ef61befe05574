"""Coverages with their standing summaries, and the series they belong to."""

from core.store.coverages.pages import (
    Amendments,
    amend,
    by_slug,
    create,
    find_source,
    get,
    listed,
    next_number,
    set_status,
)
from core.store.coverages.series import create_series, get_series, listed_series, series_by_slug
from core.store.coverages.summaries import (
    last_summary_by,
    send_summary,
    set_summary,
    summary,
    summary_bulletin,
)

__all__ = [
    "Amendments",
    "amend",
    "by_slug",
    "create",
    "create_series",
    "find_source",
    "get",
    "get_series",
    "last_summary_by",
    "listed",
    "listed_series",
    "next_number",
    "send_summary",
    "series_by_slug",
    "set_status",
    "set_summary",
    "summary",
    "summary_bulletin",
]
