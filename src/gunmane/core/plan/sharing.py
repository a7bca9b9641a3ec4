"""What one reader may see of a region's plan: what its owner has, and what the other owners consent to at the moment.

A plan is a paper of several owners. It is shown whole to those who may see in full every class of every owner that it
names; septic systems stand in it by district and count only, so consent to aggregates is enough for them. Everybody
else gets an excerpt of the numbers, without the sentences, which speak of all owners at once.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from msgspec import Struct, structs

from gunmane.core.plan.findings import MapLayer, RiskAsset
from gunmane.core.plan.sheet import PlanSheet, Withheld
from gunmane.core.words import AssetClass, ConsentLevel

Pair = tuple[str, AssetClass]
"""An owner's code and a class."""

_RANK = {level: rank for rank, level in enumerate(ConsentLevel)}


class Sight(Struct, frozen=True):
    """What a reader may see: everything of its own owners, and of others by code and class what they consent to."""

    own: frozenset[str]
    consents: Mapping[Pair, ConsentLevel]

    def sees(self, pair: Pair, level: ConsentLevel) -> bool:
        """Tell whether a class of an owner may be seen at least at a level."""
        given = self.consents.get(pair)
        return pair[0] in self.own or (given is not None and _RANK[given] >= _RANK[level])


def needed(asset_class: AssetClass) -> ConsentLevel:
    """The consent that the whole document asks for."""
    return ConsentLevel.AGGREGATE if asset_class is AssetClass.SEPTIC else ConsentLevel.FULL


def withheld(pairs: Collection[Pair], sight: Sight) -> tuple[Withheld, ...]:
    """List what keeps a reader from the whole document; empty when it may have it."""
    return tuple(
        Withheld(*pair, sight.consents.get(pair)) for pair in sorted(pairs) if not sight.sees(pair, needed(pair[1]))
    )


def pairs_of(sheet: PlanSheet) -> frozenset[Pair]:
    """Return every owner's class that a sheet speaks of."""
    rows: tuple[Any, ...] = (
        *sheet.stock, *sheet.age_shares, *sheet.grades, *sheet.risks, *sheet.top_risks, *sheet.programme,
        *sheet.works, *sheet.quality,
    )  # fmt: skip
    named = {(row.owner, row.asset_class) for row in rows if row.owner and row.asset_class is not None}
    return frozenset(named | {(row.owner, AssetClass.SEPTIC) for row in sheet.septic})


class _Reader:
    """Answers for one sheet and one reader; `wide` is about all owners at once."""

    def __init__(self, pairs: Collection[Pair], sight: Sight) -> None:
        self.pairs = pairs
        self.sight = sight
        self.all = all(sight.sees(pair, ConsentLevel.AGGREGATE) for pair in pairs)

    def wide(self, asset_class: AssetClass | None) -> bool:
        """Whether sums over all owners may be seen, of one class or of all."""
        mine = [pair for pair in self.pairs if asset_class in (None, pair[1])]
        return all(self.sight.sees(pair, ConsentLevel.AGGREGATE) for pair in mine)

    def owner(self, code: str, level: ConsentLevel) -> bool:
        """Whether what concerns all classes of an owner may be seen at a level; "" is the region."""
        if not code:
            return self.all and level is ConsentLevel.AGGREGATE
        mine = [pair for pair in self.pairs if pair[0] == code]
        return code in self.sight.own or (bool(mine) and all(self.sight.sees(pair, level) for pair in mine))

    def counted(self, row: Any) -> bool:
        """Whether a row of counts or sums of an owner's class, or of all its classes, may be seen."""
        asset_class: AssetClass | None = getattr(row, "asset_class", None)
        if asset_class is None:
            return self.owner(row.owner, ConsentLevel.AGGREGATE)
        if not row.owner:
            return self.wide(asset_class)
        return self.sight.sees((row.owner, asset_class), ConsentLevel.AGGREGATE)


def _counted(rows: Any, reader: _Reader) -> Any:
    return tuple(row for row in rows if reader.counted(row))


def _by_class(rows: Any, reader: _Reader) -> Any:
    return tuple(row for row in rows if reader.wide(row.asset_class))


def _whole(rows: Any, reader: _Reader) -> Any:
    """Rows about the region as a whole."""
    return rows if reader.all else type(rows)() if isinstance(rows, tuple) else None


def _named(rows: Any, reader: _Reader) -> Any:
    """Rows about single assets, with their names."""
    return tuple(row for row in rows if reader.sight.sees((row.owner, row.asset_class), ConsentLevel.FULL))


def _of_owner(rows: Any, reader: _Reader) -> Any:
    """Rows that may name anything an owner has."""
    return tuple(row for row in rows if row.owner and reader.owner(row.owner, ConsentLevel.FULL))


def _overridden(rows: Any, reader: _Reader) -> Any:
    """What was set against proposals: about single assets by their class, about anything else by all of the owner."""
    named = [row for row in rows if row.asset_class is not None]
    return (*_named(named, reader), *_of_owner([row for row in rows if row.asset_class is None], reader))


def _top(rows: tuple[RiskAsset, ...], reader: _Reader) -> tuple[RiskAsset, ...]:
    """The riskiest assets that may be seen one by one, ranked among themselves; names only by full consent."""
    kept: list[RiskAsset] = []
    for row in rows:
        pair = (row.owner, row.asset_class)
        if reader.sight.sees(pair, ConsentLevel.FULL):
            kept.append(row)
        elif reader.sight.sees(pair, ConsentLevel.CONDITION) and row.asset_class is not AssetClass.SEPTIC:
            kept.append(structs.replace(row, number="–", name=None))
    return tuple(structs.replace(row, rank=rank) for rank, row in enumerate(kept, start=1))


def _layers(rows: tuple[MapLayer, ...], reader: _Reader) -> tuple[MapLayer, ...]:
    """Maps of the places that may be seen; a place of unknown owner is nobody's to show."""
    found: list[MapLayer] = []
    for row in rows:
        shapes = tuple(
            one for one in row.shapes if reader.sight.sees((one.owner, row.asset_class), ConsentLevel.CONDITION)
        )
        wide = reader.wide(row.asset_class)
        found.append(
            structs.replace(
                row,
                shapes=shapes,
                unlocated=row.unlocated if wide else 0,
                left_out=row.left_out + len(row.shapes) - len(shapes) if wide else 0,
            )
        )
    return tuple(found)


def _members(rows: Any, reader: _Reader) -> Any:
    """Who belongs to the region is public; how many engineers an owner has is shared with its counts."""
    return tuple(
        row if reader.owner(row.code, ConsentLevel.AGGREGATE) else structs.replace(row, engineers=None)
        for row in rows
    )


def _septic(rows: Any, reader: _Reader) -> Any:
    return tuple(row for row in rows if reader.sight.sees((row.owner, AssetClass.SEPTIC), ConsentLevel.AGGREGATE))


def _kept(rows: Any, _: _Reader) -> Any:
    return rows


RULES: dict[str, Callable[[Any, _Reader], Any]] = {
    "facts": _kept, "approval": _kept, "scales": _kept, "outlines": _kept, "duties": _kept, "duty_rates": _kept,
    "assumptions": _kept,
    "members": _members,
    "stock": _counted, "age_shares": _counted, "grades": _counted, "risks": _counted, "due": _counted,
    "programme": _counted, "owner_effects": _counted, "levelling": _counted, "quality": _counted,
    "ages": _by_class, "forecasts": _by_class, "models": _by_class, "matrices": _by_class,
    "due_months": _whole, "compare": _whole, "yearly": _whole, "present_spend": _whole, "effects": _whole,
    "indicators": _whole, "milestones": _whole, "rejected_rows": _whole, "budgets": _whole,
    "cases": _whole, "shares": _whole, "fairness": _whole, "stability": _whole, "owner_indicators": _whole,
    "works": _named, "top_risks": _top, "layers": _layers, "due_engineers": _of_owner, "choices": _of_owner,
    "septic": _septic, "overrides": _overridden,
}  # fmt: skip
"""How each part of a sheet is cut down; a part without a rule is left out."""


def excerpt(sheet: PlanSheet, sight: Sight) -> PlanSheet:
    """Cut a sheet down to what a reader may see; the sheet itself when nothing is withheld."""
    pairs = pairs_of(sheet)
    missing = withheld(pairs, sight)
    if not missing:
        return sheet
    reader = _Reader(pairs, sight)
    parts = {name: rule(getattr(sheet, name), reader) for name, rule in RULES.items()}
    return PlanSheet(**parts, withheld=missing)
