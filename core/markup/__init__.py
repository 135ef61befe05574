"""What editors write becomes typed blocks; what readers get is dealt into parts by a platform's own measure."""

from core.markup.clean import clean, clean_line
from core.markup.deal import Measure, deal, whole
from core.markup.line import Line, Look, line_length, shortened
from core.markup.links import honest, safe_url, shown_host
from core.markup.typed import typed
from core.markup.written import LONGEST_HEADLINE, Written, parse

__all__ = [
    "LONGEST_HEADLINE",
    "Line",
    "Look",
    "Measure",
    "Written",
    "clean",
    "clean_line",
    "deal",
    "honest",
    "line_length",
    "parse",
    "safe_url",
    "shortened",
    "shown_host",
    "typed",
    "whole",
]
