"""The one gate before every privileged command (TH3-TH5): who really asks, in their own fresh words?"""

from enum import StrEnum

from core.commands.heard import Incoming, Mark
from core.errors import MaskedCaller, NotEnrolled, SecondHand
from core.model import Person


class Admission(StrEnum):
    """What may follow from something heard."""

    ACT = "act"
    """The person's own fresh words, under their own name: it may be done."""
    DRAFT = "draft"
    """It may at most open something that a button of the person's own then confirms."""
    IGNORE = "ignore"
    """A machine's echo: not even an answer, or two bots would talk for ever."""


_ECHO = frozenset({Mark.FROM_BOT, Mark.AUTO_FORWARDED})
_MASKED = frozenset({Mark.ANONYMOUS, Mark.AS_CHANNEL})
_OLD_WORDS = frozenset({Mark.FORWARDED, Mark.EDITED})


def admit(incoming: Incoming, person: Person | None) -> Admission:
    """Decide about a privileged command, or words that may become one. `person` is who is enrolled by `caller`'s id.

    Raises MaskedCaller, NotEnrolled or SecondHand, in this order: whoever hides is told nothing about enrolment.
    """
    if incoming.marks & _ECHO:
        return Admission.IGNORE
    if incoming.marks & _MASKED:
        raise MaskedCaller
    if person is None:
        raise NotEnrolled(incoming.caller)
    if not incoming.marks:
        return Admission.ACT
    if incoming.place.private and incoming.marks <= _OLD_WORDS:
        return Admission.DRAFT
    raise SecondHand


def echo(incoming: Incoming) -> bool:
    """Whether nobody at all is to be answered: a bot, a linked channel's copy, or an old command changed (U3)."""
    changed = Mark.EDITED in incoming.marks and not incoming.place.private
    return changed or bool(incoming.marks & _ECHO)
