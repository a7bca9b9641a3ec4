"""What is known of one asset's life, reduced to what rules ask for."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from msgspec import Struct, field, structs

from gunmane.core.calendar import fiscal_year, fiscal_year_start
from gunmane.core.duties.rules import FORESEEN, EventKind, Mark
from gunmane.core.errors import Fault
from gunmane.core.inspections import Inspection, Repair
from gunmane.core.inventory import Asset
from gunmane.core.words import AssetClass, Precision, Status


class Event(Struct, frozen=True):
    """Something that happened to an asset on a civil day; `duty` names the duty it fulfils or reports."""

    kind: EventKind
    on: date
    duty: str | None = None
    grade: str | None = None


class AssetFacts(Struct, frozen=True):
    """All that duties are computed from.

    `attributes` holds the inventory's names (of the class's Struct and the common columns); absent = unknown.
    `owner` is the owner's code; its first two digits name the prefecture where it is a 6-digit code.
    `remarks` are reservations under which the facts were read.
    """

    id: str
    asset_class: AssetClass
    owner: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict[str, Any])
    events: tuple[Event, ...] = ()
    status: Status = Status.IN_SERVICE
    remarks: tuple[Fault, ...] = ()

    @property
    def prefecture(self) -> str:
        """Two-digit prefecture code of the owner, empty for slugs."""
        return self.owner[:2] if len(self.owner) == 6 and self.owner.isdigit() else ""


class Life(Struct, frozen=True):
    """The facts as known on one day: events in order, without those before a replacement.

    `attributes` are the asset's, with the fiscal year of a replacement as its year of construction.
    `restart` is the latest resumption of use; `planned` the day on which use is to start, if it lies ahead.
    `later` are events recorded for a later day, which do not count yet.
    """

    facts: AssetFacts
    on: date
    attributes: Mapping[str, Any]
    events: tuple[Event, ...]
    suspended_on: date | None
    suspended: bool
    restart: date | None
    gone_on: date | None
    gone: bool
    planned: date | None
    later: tuple[Event, ...] = ()

    def matching(self, marks: Iterable[Mark]) -> list[Event]:
        """Return the events that any of the marks names, in order of day."""
        of_any_duty: set[EventKind] = set()
        of_duty: set[tuple[EventKind, str]] = set()
        for mark in marks:
            if mark.duty is None:
                of_any_duty.add(mark.kind)
            else:
                of_duty.add((mark.kind, mark.duty))
        return [
            event for event in self.events if event.kind in of_any_duty or (event.kind, event.duty or "") in of_duty
        ]

    def latest(self, marks: Iterable[Mark]) -> Event | None:
        """Return the latest such event (of one day: the one given last), or None."""
        found = self.matching(marks)
        return found[-1] if found else None


def life(facts: AssetFacts, on: date) -> Life:
    """Reduce an asset's facts to what was known on the day `on`.

    What was replaced, or abolished before something new was put into use under the same number, counts no more.
    Events of a later day are not known yet, except plans and expiry dates; a start of use that lies ahead counts
    as planned.
    """
    ordered = [
        structs.replace(event, kind=EventKind.START_PLANNED)
        if event.kind is EventKind.START_OF_USE and event.on > on
        else event
        for event in sorted(facts.events, key=lambda event: event.on)
    ]
    planned = [event.on for event in ordered if event.on > on and event.kind is EventKind.START_PLANNED]
    ordered = ordered[_second_life(ordered, on) :]
    known = [event for event in ordered if event.on <= on or event.kind in FORESEEN]
    past = [event for event in known if event.on <= on]
    reset = max((event.on for event in past if event.kind is EventKind.REPLACED), default=None)
    if reset is not None:
        known = [event for event in known if event.on >= reset]
        past = [event for event in past if event.on >= reset]

    def last(*kinds: EventKind) -> date | None:
        return max((event.on for event in past if event.kind in kinds), default=None)

    def ended_by(kind: EventKind, *revived: EventKind) -> bool:
        """Tell whether `kind` came last of these; of one day the one given last."""
        turns = [event.kind for event in past if event.kind is kind or event.kind in revived]
        return bool(turns) and turns[-1] is kind

    suspended_on, restart = last(EventKind.SUSPENDED), last(EventKind.RESUMED)
    gone_on = last(EventKind.ABOLISHED)
    awake = (EventKind.START_OF_USE, EventKind.RESUMED, EventKind.OPENED)
    return Life(
        facts=facts,
        on=on,
        attributes=facts.attributes if reset is None else {**facts.attributes, "built_year": fiscal_year(reset)},
        events=tuple(known),
        suspended_on=suspended_on,
        suspended=facts.status is Status.SUSPENDED or ended_by(EventKind.SUSPENDED, EventKind.RESUMED),
        restart=restart,
        gone_on=gone_on,
        gone=facts.status is Status.ABOLISHED or ended_by(EventKind.ABOLISHED, *awake),
        planned=min(planned, default=None),
        later=tuple(event for event in ordered if event.on > on and event.kind not in FORESEEN),
    )


def _second_life(ordered: list[Event], on: date) -> int:
    """Return the place of the last abolition that a new start followed: what stands before it was another asset's.

    The abolition itself stays, for its report may still be owed.
    """
    starts = [i for i, event in enumerate(ordered) if event.on <= on and event.kind in NEW_STARTS]
    ends = [i for i, event in enumerate(ordered) if event.kind is EventKind.ABOLISHED and starts and i < starts[-1]]
    return ends[-1] if ends else 0


NEW_STARTS = (EventKind.START_OF_USE, EventKind.OPENED)
"""Kinds with which something new goes into use; a resumption goes on with what there was."""

COMMON = ("built_year", "route", "length_m", "width_m", "area_m2", "diameter_mm", "depth_m", "material")
"""Columns of every asset that rules may ask for, beside the attributes of its class."""

REPAIR_EVENTS = {
    "replacement": EventKind.REPLACED,
    "removal": EventKind.ABOLISHED,
    "cleaning": EventKind.CLEANING,
}


def asset_facts(
    asset: Asset,
    owner: str,
    inspections: Iterable[Inspection] = (),
    repairs: Iterable[Repair] = (),
    events: Iterable[Event] = (),
) -> AssetFacts:
    """Gather the facts of one asset from the inventory, its inspections and repairs.

    `owner` is the owner's code. An inspection that another supersedes is left out. Further events (start of use,
    suspension, reports) are given as they are.
    """
    attributes: dict[str, Any] = {name: value for name in COMMON if (value := getattr(asset, name)) is not None}
    if asset.attributes is not None:
        attributes |= {name: value for name, value in structs.asdict(asset.attributes).items() if value is not None}
    if asset.built_precision in (Precision.ABOUT, Precision.UNKNOWN):
        attributes.pop("built_year", None)
    rows = list(inspections)
    superseded = {row.supersedes for row in rows if row.supersedes is not None}
    found = list(events)
    for row in rows:
        if row.inspection_id in superseded:
            continue
        kind = INSPECTION_EVENTS.get(row.duty or "", EventKind.INSPECTION)
        found.append(Event(kind, row.inspected_on, row.duty, row.grade))
    found += [Event(REPAIR_EVENTS.get(row.kind, EventKind.REPAIRED), row.repaired_on) for row in repairs]
    started = attributes.pop("use_started_on", None)
    if started is not None and not any(event.kind is EventKind.START_OF_USE for event in found):
        found.append(Event(EventKind.START_OF_USE, started))
    opened = opening(asset)
    if opened is not None and not any(event.kind is EventKind.OPENED for event in found):
        found.append(Event(EventKind.OPENED, opened))
    return AssetFacts(str(asset.asset_id), asset.asset_class, owner, attributes, tuple(found), asset.status)


INSPECTION_EVENTS = {"septic.maintenance": EventKind.MAINTENANCE, "septic.cleaning": EventKind.CLEANING}
"""Duties that are fulfilled by work and not by an inspection, where such work is logged as an inspection."""


def opening(asset: Asset) -> date | None:
    """Return the day from which the age of a structure counts, None for septic systems and where unknown.

    A fiscal year only known stands for its 1 April, a calendar year for 1 January: the earlier day, so that a
    first inspection is never shown too late. A septic system's clock starts with its use, never when built.
    """
    if asset.asset_class is AssetClass.SEPTIC:
        return None
    if asset.built_on is not None:
        return asset.built_on
    if asset.built_year is None:
        return None
    if asset.built_precision is Precision.FISCAL_YEAR:
        return fiscal_year_start(asset.built_year)
    if asset.built_precision is Precision.YEAR:
        return date(asset.built_year, 1, 1)
    return None
