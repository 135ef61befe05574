"""The door for whole pages: bytes in and out, with a report of what was lost. Pure: no store, no network, no clock."""

from core.formats.page import Loss, NotAPage, Page, PageEntry, Read, UnknownZone

__all__ = ["Loss", "NotAPage", "Page", "PageEntry", "Read", "UnknownZone"]
