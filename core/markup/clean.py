"""Text as it may enter the house: composed, without control, bidi, tag or invisible characters (threat TH13)."""

import re
import unicodedata

# Flags of England, Scotland and Wales: the only tag sequences Unicode recommends (RGI_Emoji_Tag_Sequence).
_TAG_FLAGS = re.compile(
    "\U0001f3f4(?:\U000e0067\U000e0062)(?:{}|{}|{})\U000e007f".format(
        "\U000e0065\U000e006e\U000e0067", "\U000e0073\U000e0063\U000e0074", "\U000e0077\U000e006c\U000e0073"
    )
)
# Format characters that are drawn: numbers and verses set inside them (Unicode: Prepended_Concatenation_Mark).
_DRAWN = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# Letters and marks that draw nothing: fillers, the grapheme joiner, two Khmer vowels.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_NEW_LINES = re.compile("\r\n?|[\u0085\u2028\u2029]")
_ZWNJ, _ZWJ = "\u200c", "\u200d"
# Scripts whose letters change shape beside ZWJ and ZWNJ (Unicode, ArabicShaping and Indic syllables), by name.
_JOINING = re.compile(
    "ARABIC|SYRIAC|MONGOLIAN|NKO|MANDAIC|DEVANAGARI|BENGALI|GURMUKHI|GUJARATI|ORIYA|TAMIL|TELUGU|KANNADA|MALAYALAM|"
    "SINHALA|KHMER|MYANMAR|TIBETAN"
)


def clean(text: str) -> str:
    """The text a reader may be shown: NFC, line ends as new lines, and nothing that hides, reorders or signals."""
    text = unicodedata.normalize("NFC", _NEW_LINES.sub("\n", text).replace("\t", " "))
    flags = {at for match in _TAG_FLAGS.finditer(text) for at in range(*match.span())}
    return "".join(sign for at, sign in enumerate(text) if at in flags or _keeps(text, at, sign))


def clean_line(text: str) -> str:
    """Cleaned text on one line, white space runs made single spaces."""
    return " ".join(clean(text).split())


def _keeps(text: str, at: int, sign: str) -> bool:
    if sign in (_ZWNJ, _ZWJ):
        return _joins(text, at)
    category = unicodedata.category(sign)
    if category in ("Cc", "Cs", "Cf"):
        return sign == "\n" or sign in _DRAWN
    if "\U000e0000" <= sign <= "\U000e0fff":
        # Ideographic variants are letters of names in Japanese and Chinese; elsewhere this plane only smuggles.
        return "\U000e0100" <= sign <= "\U000e01ef" and at > 0 and unicodedata.name(text[at - 1], "").startswith("CJK")
    return sign not in _BLANK and not _is_noncharacter(sign)


def _joins(text: str, at: int) -> bool:
    before = text[at - 1] if at else ""
    after = text[at + 1] if at + 1 < len(text) else ""
    if not before or not after:
        return False
    if _JOINING.match(unicodedata.name(before, "")):
        return text[at] == _ZWJ or bool(_JOINING.match(unicodedata.name(after, "")))
    return text[at] == _ZWJ and _is_pictograph(before) and _is_pictograph(after)


def _is_pictograph(sign: str) -> bool:
    return sign == "\ufe0f" or unicodedata.category(sign) in ("So", "Sk") or "\U0001f000" <= sign <= "\U0001faff"


def _is_noncharacter(sign: str) -> bool:
    return "\ufdd0" <= sign <= "\ufdef" or ord(sign) & 0xFFFE == 0xFFFE
