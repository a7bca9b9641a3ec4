"""Line breaking by the rules of Japanese typesetting, complete at both line ends.

Character classes follow JIS X 4051 and W3C "Requirements for Japanese Text Layout" (JLREQ): what may not begin a
line (closing brackets, stops, commas, middle dots, iteration marks, the prolonged sound mark, small kana,
postfixed symbols), what may not end one (opening brackets, prefixed symbols), and what is never split (numbers with
their units, dates, eras with the western year, Latin words, doubled dashes and dots).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from gunmane.pdf.fonts import Face

NOT_AT_START = frozenset(
    "、。，．,.・:;：；?!？！‼⁇⁈⁉"  # commas, stops, dividing punctuation, middle dots
    ")]}）］｝〕〉》」』】〙〗〟’”｠»"  # closing brackets
    "ヽヾゝゞ々〻ー"  # iteration marks and the prolonged sound mark
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"  # small kana
    "%％‰℃°′″￠¢"  # postfixed symbols
    "‐゠–〜～／"  # hyphens and wave dashes
    "｡､･｣゛゜ﾞﾟｰ"  # half-width forms and voicing marks
)
NOT_AT_END = frozenset("([{（［｛〔〈《「『【〘〖〝‘“｟«｢¥￥$＄£￡€№#＃@＠")
INSEPARABLE = frozenset("…‥―—〳〵")

_UNIT = (
    "年度末|年度|年間|年目|か年|年|月|日|時間|時|分|秒|万円|千円|百万円|億円|兆円|円|兆|億|万|千|"
    "か所|箇所|施設|団体|区間|路線|世帯|市町村|ポイント|橋|基|本|人|名|件|回|倍|章|節|台|社|号|条|項|級|割|"
    "km²|km2|km|㎞|mm|cm|m²|m2|m³/日|m³|m3|㎡|㎥|m|ha|kg|t|%|％|‰|℃"
)
_NUMBER = (
    r"[+\-−±△▲]?[0-9０-９][0-9０-９,.，．:/]*(?:[〜～–\-][0-9０-９][0-9０-９,.]*)*(?:\([0-9]{4}\)|（[0-9]{4}）)?"
)
_ATOM = re.compile(
    rf"(?:(?:令和|平成|昭和|大正|明治|第|約|表|図|[RSHT][.]?)?{_NUMBER}(?:{_UNIT})*)+(?![A-Za-z])"
    r"|令和元(?:\([0-9]{4}\)|（[0-9]{4}）)?年度?"
    r"|[0-9A-Za-zÀ-ɏΑ-ω_][0-9A-Za-zÀ-ɏΑ-ω_'’.,:/@&+#%\-–]*"
    r"|[ 　]+"
    r"|…+|‥+|―+|—+"
    r"|."
)

MIXED_GAP = 0.12
"""Space in em between a Japanese character and a Latin word or number (JLREQ: up to a quarter)."""

SQUEEZE = 0.035
"""How far in em each gap of a line may shrink to take in what may not begin the next."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in one typeface; `link` is the key of a place in the document."""

    text: str
    face: Face
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Atom:
    """Something never split: a character, a word, a number with its unit, or blank space."""

    text: str
    face: Face
    width: float  # em
    blank: bool
    starts_latin: bool
    ends_latin: bool
    link: str | None = None


@dataclass(slots=True)
class Line:
    """One set line: atoms with their offsets; `tracking` is the em added after each Japanese character."""

    atoms: list[Atom] = field(default_factory=list[Atom])
    offsets: list[float] = field(default_factory=list[float])  # em from the line's start
    width: float = 0.0
    text: str = ""


def atoms(spans: Sequence[Span]) -> list[Atom]:
    """Cut the text into what is never split."""
    result: list[Atom] = []
    for span in spans:
        for match in _ATOM.finditer(_clean(span.text)):
            text = match.group()
            blank = text.isspace()
            if blank:
                text = "　" if "　" in text else " "
            elif result and unicodedata.category(text[0]) == "Mn":
                previous = result[-1]
                joined = previous.text + text
                result[-1] = _atom(joined, Span(joined, previous.face, previous.link))
                continue
            result.append(_atom(text, span))
    return result


def may_break(left: Atom, right: Atom) -> bool:
    """Tell whether a line may end after `left` and the next begin with `right`."""
    if right.blank:
        return False  # the blank hangs at the end of the line
    if left.blank:
        return right.text[0] not in NOT_AT_START
    if right.text[0] in NOT_AT_START or left.text[-1] in NOT_AT_END:
        return False
    if left.text[-1] in INSEPARABLE and right.text[0] == left.text[-1]:
        return False
    return not (left.ends_latin and right.starts_latin)


def longest_run(pieces: Sequence[Atom]) -> float:
    """Return the width in em of the longest stretch in which no line may end."""
    longest = run = 0.0
    for index, piece in enumerate(pieces):
        if index and may_break(pieces[index - 1], piece):
            run = 0.0
        if not piece.blank:
            run += piece.width
        longest = max(longest, run)
    return longest


MOST_STRETCH = 0.2
"""Em by which a gap may be widened to fill a line: beyond that a ragged line reads better than a torn one."""


def set_lines(spans: Sequence[Span], width: float, *, justify: bool = False, phrases: bool = False) -> list[Line]:
    """Break `spans` into lines at most `width` em wide; the last line is never stretched.

    What is never split but wider than a line is cut between characters. With `phrases` (headings) lines of Japanese
    end where a phrase ends, that is after hiragana or punctuation and not before hiragana, where that is possible.
    """
    pieces = _fitting(atoms(spans), width)
    if phrases and sum(piece.width for piece in pieces) > width:
        pieces = _phrases(pieces, width)
    lines: list[Line] = []
    start = 0
    while start < len(pieces):
        while start < len(pieces) and pieces[start].blank:
            start += 1
        if start == len(pieces):
            break
        end = _line_end(pieces, start, width)
        lines.append(_place(pieces[start:end], width, justify=justify and end < len(pieces)))
        start = end
    return lines or [Line()]


def _line_end(pieces: list[Atom], start: int, width: float) -> int:
    """Return the index after the last atom of the line that begins at `start`."""
    fits = squeezed = 0
    fitting_width = squeezed_width = 0.0
    position = 0.0
    for index in range(start, len(pieces)):
        piece = pieces[index]
        if index > start:
            position += _gap(pieces[index - 1], piece)
        position += piece.width
        count = index - start
        last = index + 1 == len(pieces)
        if position > width + count * SQUEEZE + 0.001 and not piece.blank:
            break
        if last or may_break(piece, pieces[index + 1]):
            used = position - (piece.width if piece.blank else 0.0)
            if used <= width + 0.001:
                fits, fitting_width = index + 1, used
            elif not squeezed and not piece.ends_latin:
                squeezed, squeezed_width = index + 1, used
    if squeezed and (not fits or (squeezed_width - width) * 2 < width - fitting_width):
        return squeezed
    return fits or start + 1


def _place(pieces: list[Atom], width: float, *, justify: bool) -> Line:
    """Give each atom of one line its offset, spreading or squeezing the gaps."""
    while pieces and pieces[-1].blank:
        pieces = pieces[:-1]
    gaps = [_gap(left, right) for left, right in pairwise(pieces)]
    natural = sum(piece.width for piece in pieces) + sum(gaps)
    open_gaps = [index for index in range(len(gaps)) if _stretches(pieces[index], pieces[index + 1])]
    rest = width - natural
    if open_gaps and (rest < 0 or (justify and rest <= MOST_STRETCH * len(open_gaps))):
        for index in open_gaps:
            gaps[index] += rest / len(open_gaps)
    line = Line(text="".join(piece.text for piece in pieces))
    position = 0.0
    for index, piece in enumerate(pieces):
        line.atoms.append(piece)
        line.offsets.append(position)
        position += piece.width + (gaps[index] if index < len(gaps) else 0.0)
    line.width = position
    return line


def _fitting(pieces: list[Atom], width: float) -> list[Atom]:
    """Cut atoms that are wider than a line into characters."""
    if all(piece.width <= width for piece in pieces):
        return pieces
    result: list[Atom] = []
    for piece in pieces:
        if piece.width <= width or len(piece.text) == 1:
            result.append(piece)
        else:
            result += [
                Atom(char, piece.face, piece.face.width(char), False, False, False, piece.link) for char in piece.text
            ]
    return result


def _phrases(pieces: list[Atom], width: float) -> list[Atom]:
    """Glue the atoms of each phrase into one where it fits on a line."""
    result: list[Atom] = []
    run: list[Atom] = []
    for index, piece in enumerate(pieces):
        run.append(piece)
        following = pieces[index + 1] if index + 1 < len(pieces) else None
        if following is None or piece.blank or following.blank or _phrase_ends(piece, following):
            text = "".join(one.text for one in run)
            whole = sum(one.width for one in run)
            if len(run) > 1 and whole <= width and len({one.face for one in run}) == 1:
                result.append(
                    Atom(text, run[0].face, whole, False, run[0].starts_latin, run[-1].ends_latin, run[0].link)
                )
            else:
                result += run
            run = []
    return result


def _phrase_ends(left: Atom, right: Atom) -> bool:
    before, after = left.text[-1], right.text[0]
    return may_break(left, right) and (
        after in NOT_AT_END
        or (("ぁ" <= before <= "ゖ" or not (before.isalnum() or before == "/")) and not "ぁ" <= after <= "ゖ")
    )


def _gap(left: Atom, right: Atom) -> float:
    """Return the space in em between two neighbours."""
    if left.blank or right.blank or left.ends_latin == right.starts_latin:
        return 0.0
    beside = right.text[0] if left.ends_latin else left.text[-1]
    return MIXED_GAP if beside.isalpha() else 0.0


def _stretches(left: Atom, right: Atom) -> bool:
    """Tell whether the gap between two neighbours may grow or shrink."""
    if left.blank:
        return True
    return not right.blank and not (left.ends_latin and right.starts_latin) and left.text[-1] not in NOT_AT_END


def _atom(text: str, span: Span) -> Atom:
    return Atom(
        text, span.face, span.face.width(text), text.isspace(), _is_latin(text[0]), _is_latin(text[-1]), span.link
    )


def _is_latin(char: str) -> bool:
    return (char.isascii() and (char.isalnum() or char in "+-_%/&")) or "À" <= char <= "ω"


def _clean(text: str) -> str:
    """Drop control characters; line ends and tabs become blanks."""
    if text.isprintable():
        return text
    return "".join(
        " " if char in "\n\r\t" else char for char in text if char in "\n\r\t" or unicodedata.category(char)[0] != "C"
    )
