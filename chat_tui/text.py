"""What may reach a terminal or a document: text from outside, made visible and harmless.

Nothing that acts on a terminal, turns the reading order around or hides gets through: it is
shown as a control picture (`␛`) or as an escape (`<U+202E>`). Text is stored as it was received;
it is cleaned on the way to a terminal or a document. Escapes cannot be told from the same signs
typed by hand, so `clean` is for reading, not for round trips.
"""

import re
import unicodedata
from functools import cache

from chat_tui import glyphs

MAX_MARKS = 16
"""Combining marks kept on one base: more than any language writes, less than hides a line."""

_ZWNJ, _ZWJ = "\u200c", "\u200d"
_STYLES = ("\ufe0e", "\ufe0f")
"""The variation selectors that ask for a text or an emoji form."""
_SOFT_HYPHEN, _BRAILLE_BLANK, _BYTE_ORDER_MARK = "\u00ad", "\u2800", "\ufeff"

# The patterns are strings until they are used: compiling them all takes some milliseconds.
_ASCII_CONTROL = "[\x00-\x08\x0b-\x1f\x7f]"
_ODD = (
    r"[^\w\s\u0020-\u007e\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u2070-\u20cf"
    r"\u2100-\u27ff\u2801-\u2bff\u3000-\u3029\u3030-\u3098\ue000-\ufb1d\uff00-\uff9f\ufffc\ufffd"
    r"\U0001f000-\U0001faff\U000f0000-\U000ffffd\U00100000-\U0010eeed]"
)
"""Whatever is not plainly harmless: every suspect but the next few, and all combining marks."""
_ODD_LETTER_OR_SPACE = "[\x0b-\r\x1c-\x1f\u0085\u2028\u2029\u115f\u1160\u3164\uffa0]"
_INVISIBLE = (
    "\u0080-\u009f"  # C1 controls
    "\u061c\u200e\u200f\u2028-\u202e"  # marks and embeddings of direction, line separators
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # fillers, Mongolian selectors
    "\u200b\u2060-\u206f\ufeff\ufff0-\ufffb"  # spaces without width, operators, isolates
    "\ufe00-\ufe0d"  # variation selectors that are not emoji's
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # formats of rare scripts
    "\U000e0000-\U000e0fff"  # tags, supplementary variation selectors
    "\U0010eeee"  # where kitty puts a picture
    "\ufdd0-\ufdef"  # noncharacters, here and at the end of every plane
) + "".join(f"{chr(plane | 0xFFFE)}-{chr(plane | 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
_SUSPECT = (
    f"(?={_ODD}|{_ODD_LETTER_OR_SPACE})(?:"
    "(?P<control>[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+)"
    f"|(?P<invisible>[{_INVISIBLE}]+)"
    "|(?P<surrogates>[\ud800-\udfff]+)"
    f"|\r|{_ODD})"
)
_SURROGATE = "[\ud800-\udfff]"
_HARM = f"[\x00-\x1f\x7f\ud800-\udfff{_INVISIBLE}]"
_UNSAFE_IN_JSON = rb"\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]"  # in UTF-8
_CONTROL_PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}

_PICTOGRAPHS = "\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2900-\u297f\u2b00-\u2bff🀀-\U0001faff"
_PICTURE = f"[{_PICTOGRAPHS}]"
_JOINABLE_PICTURE = f"[{_PICTOGRAPHS}][{''.join(_STYLES)}]?"
_STYLABLE = f"[#*0-9©®‼⁉\u2100-\u214f\u2460-\u24ff\u25a0-\u25ff〰〽㊗㊙{_PICTOGRAPHS}]"
_JOINING_SCRIPT = (
    "[\u0600-\u0dff\u0f00-\u109f\u1700-\u1cff\ua800-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)
"""Scripts whose letters change shape beside a joiner: Arabic and its kin, the Indic ones."""

_FLAG_BEGINNINGS = frozenset(
    "🏴" + "".join(chr(0xE0000 + ord(letter)) for letter in region[:length])
    for region in ("gbeng\x7f", "gbsct\x7f", "gbwls\x7f")
    for length in range(1, 7)
)
"""The flags of England, Scotland and Wales, as far as they have come."""


class Cleaner:
    """`clean` for text that comes in pieces.

    However a text is cut, the pieces given back and `end` together are `clean` of the whole. At
    most one character is held back: a joiner whose other side has not come yet.
    """

    def __init__(self) -> None:
        self._left = ""
        """What the next character may attach to: the last one, with a style or flag tags on it."""
        self._marks = 0
        self._held: str | None = None
        """The pattern of what has to follow for the joiner that is held back to be one."""
        self._at_start = True
        self._after_cr = False

    def feed(self, piece: str) -> str:
        """Take the next piece, and give back what can be shown of it."""
        if _is_plain(piece):
            return self._plain(piece)
        out: list[str] = []
        done = 0
        for match in _compiled(_SUSPECT).finditer(piece):
            out.append(self._plain(piece[done : match.start()]))
            out.append(self._suspect(match))
            done = match.end()
        out.append(self._plain(piece[done:]))
        return "".join(out)

    def end(self) -> str:
        """Give back what is held; the text is over."""
        return self._settle("")

    def _plain(self, run: str) -> str:
        if self._after_cr and run.startswith("\n"):
            run = run[1:]
            self._after_cr = False
        if not run:
            return ""
        held = self._settle(run)
        self._left = run[-1]
        self._marks = 0
        self._at_start = self._after_cr = False
        return held + run

    def _suspect(self, match: re.Match[str]) -> str:
        run = match[0]
        match match.lastgroup:
            case "control":
                return self._part() + run.translate(_CONTROL_PICTURES)
            case "invisible":
                return self._invisible(run)
            case "surrogates":
                return self._part() + "\ufffd" * len(run)
            case _:
                return self._single(run)

    def _invisible(self, run: str) -> str:
        if self._at_start and run[0] == _BYTE_ORDER_MARK:
            self._at_start = False
            run = run[1:]
        # A flag loses its tags: terminals do not draw them, and they can hide letters.
        tags = 0
        while tags < len(run) and self._left + run[tags] in _FLAG_BEGINNINGS:
            self._left += run[tags]
            tags += 1
        if tags == len(run):
            return ""
        return self._part() + "".join(map(_escape, run[tags:]))

    def _single(self, char: str) -> str:
        if char == _SOFT_HYPHEN:
            return ""  # terminals disagree whether it has a width, and it is no part of the word
        if char == "\r":
            held = self._part()
            self._after_cr = True
            return held + "\n"
        if char == _BRAILLE_BLANK:
            return self._part() + " "  # looks the same, and drawings keep their shape
        if char in (_ZWNJ, _ZWJ, *_STYLES):
            return self._joiner(char)
        if unicodedata.category(char).startswith("M"):
            return self._mark(char)
        return self._plain(char)

    def _joiner(self, char: str) -> str:
        if char in _STYLES:
            if _compiled(_STYLABLE).fullmatch(self._left):
                self._left += char
                return char
        elif _compiled(_JOINING_SCRIPT).fullmatch(self._left):
            self._left = ""
            if char == _ZWNJ:
                return char
            self._held = _JOINING_SCRIPT
            return ""
        elif char == _ZWJ and _compiled(_JOINABLE_PICTURE).fullmatch(self._left):
            self._left = ""
            self._held = _PICTURE
            return ""
        return self._part() + _escape(char)

    def _mark(self, char: str) -> str:
        if self._marks == MAX_MARKS:
            return ""
        held = self._settle(char)
        self._left = char
        self._marks += 1
        self._at_start = self._after_cr = False
        return held + char

    def _part(self) -> str:
        """Settle what is held: what comes now attaches to nothing, and nothing to it."""
        held = self._settle("")
        self._left = ""
        self._marks = 0
        self._at_start = self._after_cr = False
        return held

    def _settle(self, following: str) -> str:
        if self._held is None:
            return ""
        joins = _compiled(self._held).match(following)
        self._held = None
        return _ZWJ if joins else _escape(_ZWJ)


class SurrogateJoiner:
    """Joins surrogate pairs that came in two pieces, so that text can be encoded and stored.

    A JSON string may end in half a character; a half that stays alone becomes U+FFFD.
    """

    def __init__(self) -> None:
        self._high = ""

    def passes(self, piece: str) -> bool:
        """Tell whether the next piece goes through as it is."""
        return not self._high and (piece.isascii() or not _compiled(_SURROGATE).search(piece))

    def feed(self, piece: str) -> str:
        """Take the next piece; a high surrogate at its end waits for the next one."""
        if self.passes(piece):
            return piece
        text = self._high + piece
        self._high = ""
        if "\ud800" <= text[-1] <= "\udbff":
            self._high = text[-1]
            text = text[:-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def end(self) -> str:
        """Give back what is held; the text is over."""
        lone, self._high = self._high, ""
        return "\ufffd" if lone else ""


def clean(text: str) -> str:
    r"""Make text from outside fit for a terminal or a document.

    Keeps tabs and line feeds; `\r\n` and `\r` become `\n`. Joiners and variation selectors stay
    where emoji and scripts need them. Cleaning twice is the same as cleaning once.

    Returns:
        The same object where a quick look finds nothing to do.
    """
    if _is_plain(text):
        return text
    cleaner = Cleaner()
    return cleaner.feed(text) + cleaner.end()


def harm_in(text: str) -> str:
    """Find what may stand in no row of a terminal; empty for a line that `clean` let through.

    Line feeds and tabs move the cursor and count.
    """
    return "".join(_compiled(_HARM).findall(text))


def json_line(encoded: bytes) -> bytes:
    """Escape in JSON what its encoder leaves as it is, and some readers take for a line's end.

    Those are U+0085, U+2028 and U+2029; with them go DEL and the other C1 controls, on which a
    terminal might act. What the JSON says stays the same.
    """
    return re.sub(_UNSAFE_IN_JSON, lambda found: b"\\u%04x" % ord(found[0].decode()), encoded)


def clean_line(text: str, max_chars: int = 200) -> str:
    """Make one clean line of it, for titles, errors and menus.

    Args:
        text: Runs of white space in it become one space.
        max_chars: Characters, with the ellipsis; at least 1.
    """
    line = " ".join(clean(text).split())
    if len(line) <= max_chars:
        return line
    return line[: max_chars - 1].rstrip(f" {_ZWJ}") + str(glyphs.CUT)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _is_plain(text: str) -> bool:
    if text.isascii():
        return _compiled(_ASCII_CONTROL).search(text) is None
    return not (_compiled(_ODD).search(text) or _compiled(_ODD_LETTER_OR_SPACE).search(text))


def _escape(char: str) -> str:
    return f"<U+{ord(char):04X}>"
