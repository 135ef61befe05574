"""A page becomes a coverage, and a later copy of it becomes its changes: never a deletion, never an alert (TH28)."""

from core.newsroom.imports.report import ImportReport, NotKept, Order, Rewritten
from core.newsroom.imports.taking import take, weigh

__all__ = ["ImportReport", "NotKept", "Order", "Rewritten", "take", "weigh"]
