"""Urgency (緊急度) of a sewer span from the findings of a camera survey, by a profile of rules.

Three ranks are made: corrosion and sag of the whole span, and the share of its pipes with defects. They make the
urgency (MLIT guide of FY2009, tables 2.3 to 2.9; see data/sewer_profiles.toml). What is not known stays open: each
rank is held as the best and the worst it can be, and the urgency is told only where both give the same.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct, field

from gunmane.core.errors import Fault
from gunmane.core.words import SourceStatus

RANKS = ("none", "C", "B", "A")
URGENCIES = ("none", "III", "II", "I")
UNDETERMINED = "undetermined"
SOUNDNESS = {"none": "I", "III": "II", "II": "III", "I": "IV"}
"""Urgency to the soundness of the draft technical standard: a proposal of ours, not official."""


class Item(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing a survey ranks: of the span (A-C) or of a pipe (a-c), by table.

    `alone`: a single worst rank makes the span's share rank A. `removable`: cleaning normally takes it away.
    """

    of: str  # span | pipe
    ranks: dict[str, str]
    alone: bool = False
    removable: bool = False


class RateRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Rank of the span if the pieces with one of `ranks` are at least `percent` of all (0: any at all)."""

    rank: str
    ranks: str
    percent: float


class UrgencyRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Urgency if at least `count` of the three ranks are `rank`."""

    urgency: str
    rank: str
    count: int


class Meaning(Struct, frozen=True, forbid_unknown_fields=True):
    """What an urgency asks for, in both languages."""

    ja: str
    en: str


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way of judging, with its source; `tables` names the materials that each table covers."""

    id: str
    title_ja: str
    title_en: str
    source: str
    status: SourceStatus
    tables: dict[str, tuple[str, ...]]
    items: dict[str, Item]
    rate: tuple[RateRule, ...]
    urgency: tuple[UrgencyRule, ...]
    meaning: dict[str, Meaning]
    sag_diameter_max_mm: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    aliases: tuple[str, ...] = ()
    based_on: str | None = None

    def table(self, material: str) -> str | None:
        """Name the table that covers a material, None where none does."""
        return next((name for name, materials in self.tables.items() if material in materials), None)


class Span(Struct, frozen=True, kw_only=True):
    """A span between two manholes; None is not known.

    `doubts` are faults of its row that leave it open, `notes` others that its reason names.
    """

    id: str
    material: str | None = None
    diameter_mm: float | None = None
    pieces: int | None = None
    surveyed: bool = True
    doubts: tuple[Fault, ...] = ()
    notes: tuple[Fault, ...] = ()


class Finding(Struct, frozen=True, kw_only=True):
    """One finding; item None is one that the profile does not know, rank None one that could not be read.

    `rank` "" says that nothing was found. `place` tells one piece from another, None where no place is given.
    """

    item: str | None
    rank: str | None
    place: str | None = None
    removable: bool = False
    word: str = ""  # as the file writes the item
    row: int = 0


class Aspect(Struct, frozen=True):
    """One of the three ranks: the best and the worst it can be."""

    best: str
    worst: str

    @property
    def rank(self) -> str:
        """The rank, or "undetermined"."""
        return self.best if self.best == self.worst else UNDETERMINED


class Judgement(Struct, frozen=True, kw_only=True):
    """The outcome for one span; `at_least` is the mildest urgency still possible, `reasons` are codes with values."""

    span: str
    corrosion: str
    sag: str
    rate: str
    urgency: str
    at_least: str
    counts: tuple[int, int, int]  # pieces whose worst rank is a, b, c
    pieces: int | None
    reasons: tuple[Fault, ...]

    @property
    def soundness(self) -> str | None:
        """Soundness class of the draft standard (proposal), None while undetermined."""
        return SOUNDNESS.get(self.urgency)


class _Open(Struct):
    """What is found on the way."""

    reasons: list[Fault] = field(default_factory=list[Fault])

    def say(self, code: str, **values: object) -> None:
        self.reasons.append(Fault(code, values=dict(values)))


def judge(span: Span, findings: Sequence[Finding], profile: Profile) -> Judgement:
    """Judge one span; findings must be its own."""
    note = _Open()
    table = None if span.material is None else profile.table(span.material)
    if not span.surveyed:
        return _open(span, note, "not_surveyed")
    if span.material is None:
        return _open(span, note, "material_missing")
    if table is None:
        return _open(
            span, note, "pvc_not_covered" if span.material == "pvc" else "material_not_covered",
            material=span.material, profile=profile.id,
        )  # fmt: skip
    ranked = [_checked(one, profile, table, note) for one in findings if not one.removable]
    if any(one.removable for one in findings):
        note.say("removable_left_out", count=sum(one.removable for one in findings))
    corrosion = _span_rank("corrosion", ranked, note)
    sag = _span_rank("sag", ranked, note)
    limit = profile.sag_diameter_max_mm
    if sag.worst != "none" and limit is not None and (span.diameter_mm or 0) > limit:
        sag = Aspect("none", "A")
        note.say("sag_not_defined", diameter=span.diameter_mm, limit=limit)
    rate, counts = _rate(span, ranked, profile, note)
    if any(one.item is None for one in ranked):
        rate = Aspect(rate.best, "A")
        for one in ranked:
            if one.item is None:
                note.say("item_not_known", item=one.word, row=one.row)
    best = urgency_of([corrosion.best, sag.best, rate.best], profile.urgency)
    worst = urgency_of([corrosion.worst, sag.worst, rate.worst], profile.urgency)
    if not findings:
        note.say("no_findings")
    note.reasons.extend(span.notes)
    if span.doubts:
        worst, note.reasons = "I", [*note.reasons, *span.doubts]
    urgency = best if best == worst else UNDETERMINED
    _conclude(note, (corrosion, sag, rate), urgency, best, profile)
    return Judgement(
        span=span.id, corrosion=corrosion.rank, sag=sag.rank, rate=rate.rank, urgency=urgency, at_least=best,
        counts=counts, pieces=span.pieces, reasons=tuple(note.reasons),
    )  # fmt: skip


def _open(span: Span, note: _Open, code: str, **values: object) -> Judgement:
    note.say(code, **values)
    note.reasons.extend(span.doubts)
    return Judgement(
        span=span.id, corrosion=UNDETERMINED, sag=UNDETERMINED, rate=UNDETERMINED, urgency=UNDETERMINED,
        at_least="none", counts=(0, 0, 0), pieces=span.pieces, reasons=tuple(note.reasons),
    )  # fmt: skip


def _checked(one: Finding, profile: Profile, table: str, note: _Open) -> Finding:
    """Take a rank that the item's table does not have as one that could not be read."""
    if one.item is None or not one.rank:
        if one.item is not None and one.rank is None:
            note.say("rank_not_read", item=one.item, row=one.row)
        return one
    if one.rank in profile.items[one.item].ranks.get(table, ""):
        return one
    note.say("rank_not_in_table", item=one.item, rank=one.rank, row=one.row)
    return Finding(item=one.item, rank=None, place=one.place, word=one.word, row=one.row)


def _span_rank(item: str, ranked: Iterable[Finding], note: _Open) -> Aspect:
    """The worst rank of an item of the span; one that could not be read may be anything."""
    seen = [one for one in ranked if one.item == item]
    best = max((one.rank or "none" for one in seen), key=RANKS.index, default="none")
    return Aspect(best, "A" if any(one.rank is None for one in seen) else best)


def share_rank(counts: Sequence[int], pieces: int, rules: Iterable[RateRule]) -> str:
    """Rank of a span by the share of its pieces with defects; counts are pieces whose worst rank is a, b, c.

    pieces 0 stands for so many that every share is 0.
    """
    for rule in rules:
        number = sum(counts["abc".index(letter)] for letter in rule.ranks)
        if number and (rule.percent == 0 or (pieces and number * 100 >= rule.percent * pieces)):
            return rule.rank
    return "none"


def _rate(
    span: Span, ranked: Sequence[Finding], profile: Profile, note: _Open
) -> tuple[Aspect, tuple[int, int, int]]:
    """Rank by the share of pieces; several defects of one piece count once, by the worst."""
    mine = [one for one in ranked if one.item is not None and profile.items[one.item].of == "pipe"]
    alone = [one for one in mine if one.item and profile.items[one.item].alone and one.rank == "a"]
    read = [one for one in mine if one.rank]
    worst: dict[str, str] = {}
    for one in read:
        if one.place is not None:
            worst[one.place] = min(worst.get(one.place, "c"), str(one.rank))
    placed = [list(worst.values()).count(letter) for letter in "abc"]
    loose = sorted(str(one.rank) for one in read if one.place is None)
    fewest, most = placed.copy(), placed.copy()
    if loose:  # at best all on one piece, at worst each on its own
        here = min(worst.values(), default=None)
        if here is None or loose[0] < here:
            fewest["abc".index(loose[0])] += 1
            if here is not None:
                fewest["abc".index(here)] -= 1
        for rank in loose:
            most["abc".index(rank)] += 1
    unread = sum(one.rank is None for one in mine)
    most[0] += unread
    if alone:
        first = alone[0]
        note.say("alone", item=first.item, place=first.place or "?", count=len(alone))
        return Aspect("A", "A"), (fewest[0], fewest[1], fewest[2])
    if span.pieces is None:
        best, bad = share_rank(fewest, 0, profile.rate), share_rank(most, max(sum(most), 1), profile.rate)
        if sum(most):
            note.say("pieces_missing")
    else:
        best = share_rank(fewest, span.pieces, profile.rate)
        bad = share_rank(most, max(span.pieces, 1), profile.rate)
        if best != bad and not unread:
            note.say("place_missing", count=len(loose))
        if sum(fewest):
            shares = [100 * sum(fewest[: k + 1]) / span.pieces for k in range(3)]
            note.say(
                "shares", a=fewest[0], b=fewest[1], c=fewest[2], pieces=span.pieces, a_percent=round(shares[0], 1),
                ab_percent=round(shares[1], 1), abc_percent=round(shares[2], 1),
            )  # fmt: skip
    return Aspect(best, bad), (fewest[0], fewest[1], fewest[2])


def urgency_of(ranks: Sequence[str], rules: Iterable[UrgencyRule]) -> str:
    """Urgency of three ranks ("none" where nothing was found)."""
    for rule in rules:
        if sum(rank == rule.rank for rank in ranks) >= rule.count:
            return rule.urgency
    return "none"


def _conclude(note: _Open, aspects: Sequence[Aspect], urgency: str, best: str, profile: Profile) -> None:
    """Say which ranks made the urgency."""
    names = ("corrosion", "sag", "rate")
    note.say("ranks", **{name: aspect.rank for name, aspect in zip(names, aspects, strict=True)})
    if urgency == UNDETERMINED:
        note.say("undetermined", at_least=best)
        return
    known = [aspect.rank for aspect in aspects]
    note.say(
        "concluded", urgency=urgency, a=known.count("A"), b=known.count("B"), c=known.count("C"),
        meaning_ja=profile.meaning[urgency].ja, meaning_en=profile.meaning[urgency].en,
    )  # fmt: skip
