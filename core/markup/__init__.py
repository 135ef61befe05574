"""What editors write becomes typed blocks; what readers get is dealt into parts by a platform's own measure."""

from core.markup.deal import Measure, deal, whole
from core.markup.line import Line, Look, line_length

__all__ = ["Line", "Look", "Measure", "deal", "line_length", "whole"]
