"""Refusals a person may be told, and the one trouble an operator must hear.

A refusal carries the key of its words in `core/locales` and what fills them in; nobody catches it to go on, a door
turns it into a reply.
"""


class Refusal(Exception):
    """Something a person may be told: `key` names the words, `params` fill them in."""

    key = "refused"

    def __init__(self, **params: object) -> None:
        """`params` are what the words mention, by name."""
        super().__init__(self.key)
        self.params: dict[str, object] = params

    def __str__(self) -> str:
        """For logs and the command line; people get the words of `key`."""
        told = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.key} ({told})" if told else self.key


class SlugTaken(Refusal):
    """Another coverage or series already has this slug."""

    key = "refused.slug_taken"

    def __init__(self, slug: str) -> None:
        """`slug` is the one asked for."""
        super().__init__(slug=slug)


class NoSuchCoverage(Refusal):
    """There is no such coverage."""

    key = "refused.no_such_coverage"

    def __init__(self, slug: str | int) -> None:
        """`slug` is what was asked for."""
        super().__init__(slug=slug)


class NoSuchEntry(Refusal):
    """There is no such entry."""

    key = "refused.no_such_entry"

    def __init__(self, number: int | str) -> None:
        """`number` is what was asked for."""
        super().__init__(number=number)


class CoverageNotOpen(Refusal):
    """The coverage is not live, so nothing new goes out in it."""

    key = "refused.coverage_not_open"

    def __init__(self, slug: str, status: str) -> None:
        """`status` is where the coverage is in its life."""
        super().__init__(slug=slug, status=status)


class EditConflict(Refusal):
    """Somebody changed the entry in the meantime."""

    key = "refused.edit_conflict"

    def __init__(self, current: int) -> None:
        """`current` is the revision that stands now."""
        super().__init__(current=current)
        self.current = current


class NotStanding(Refusal):
    """The entry was retracted or taken back, so it cannot be changed any more."""

    key = "refused.not_standing"

    def __init__(self, number: int, status: str) -> None:
        """`status` is what became of the entry."""
        super().__init__(number=number, status=status)


class TokenReused(Refusal):
    """One token came with two different requests: never two entries for one, never one for two."""

    key = "refused.token_reused"


class StoreTrouble(Exception):
    """The store cannot do its work. Its text is one line for the operator that says what to do.

    `passing` is True when trying again later may simply work: busy, disk full, the database restarting.
    """

    def __init__(self, line: str, *, passing: bool = False) -> None:
        """`line` never holds a password."""
        super().__init__(line)
        self.passing = passing


class NotEnrolled(Refusal):
    """Only somebody enrolled by numeric id may do that."""

    key = "refused.not_enrolled"

    def __init__(self, external_id: int) -> None:
        """`external_id` is the caller's own id, which an owner needs to know nothing else than."""
        super().__init__(external_id=str(external_id))


class MaskedCaller(Refusal):
    """The caller speaks as a group or a channel, and a mask has no rights: every admin could be behind it."""

    key = "refused.masked_caller"


class SecondHand(Refusal):
    """The words were forwarded, changed afterwards or written by a bot: not the caller's own fresh wish."""

    key = "refused.second_hand"


class NotManager(Refusal):
    """Only who manages this place decides what it receives."""

    key = "refused.not_manager"


class NothingLive(Refusal):
    """No coverage is live, so there is none to mean."""

    key = "refused.nothing_live"


class WhichCoverage(Refusal):
    """Several coverages could be meant; the reply offers them."""

    key = "refused.which_coverage"


class WordsMissing(Refusal):
    """A command came without what it needs."""

    key = "refused.words_missing"

    def __init__(self, command: str) -> None:
        """`command` is its name in the table of commands."""
        super().__init__()
        self.command = command


class TooLong(Refusal):
    """The words are longer than readers are spared."""

    key = "refused.too_long"

    def __init__(self, *, limit: int, length: int) -> None:
        """Both in characters."""
        super().__init__(limit=limit, length=length)


class NoSuchZone(Refusal):
    """Nobody knows such a time zone."""

    key = "refused.no_such_zone"

    def __init__(self, zone: str, nearest: str) -> None:
        """`nearest` is the IANA name that looks most like it, empty when none does."""
        super().__init__(zone=zone, nearest=nearest)
        if not nearest:
            self.key = "refused.no_zone_like_it"


class NoSuchLanguage(Refusal):
    """That is no language tag."""

    key = "refused.no_such_language"

    def __init__(self, language: str) -> None:
        """`language` is what was typed."""
        super().__init__(language=language)


class NoSuchCommand(Refusal):
    """Nothing in the table of commands is called that."""

    key = "refused.no_such_command"

    def __init__(self, typed: str, nearest: str) -> None:
        """`nearest` is the command that looks most like it, as it is typed there."""
        super().__init__(typed=typed, nearest=nearest)


class ButtonSpent(Refusal):
    """The button was used already, or it waited too long."""

    key = "refused.button_spent"


class NotYours(Refusal):
    """The button is for somebody else."""

    key = "refused.not_yours"


class ProposalSettled(Refusal):
    """Somebody decided about the suggested change already, or a newer copy of the page took its place."""

    key = "refused.proposal_settled"


class DraftGone(Refusal):
    """The draft was published, discarded or forgotten meanwhile."""

    key = "refused.draft_gone"


class WrongPhrase(Refusal):
    """What was typed is not the phrase that sends the alert."""

    key = "refused.wrong_phrase"

    def __init__(self, phrase: str) -> None:
        """`phrase` is the one to type."""
        super().__init__(phrase=phrase)


class CodeSpent(Refusal):
    """No invitation has this code any more: unknown, used or too old."""

    key = "refused.code_spent"


class TooManyTries(Refusal):
    """Too many wrong codes (TH24)."""

    key = "refused.too_many_tries"


class PrivateOnly(Refusal):
    """That is between the caller and us."""

    key = "refused.private_only"


class TooFast(Refusal):
    """Too many commands at once (TH26)."""

    key = "refused.too_fast"


class NotOurs(Refusal):
    """The message that was answered is no copy of an entry of ours."""

    key = "refused.not_ours"
