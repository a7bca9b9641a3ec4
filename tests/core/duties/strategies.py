"""Life stories for property tests: any class, any attribute known or not, any order of events."""

import random
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from gunmane.core.duties.facts import AssetFacts, Event
from gunmane.core.duties.rules import EventKind
from gunmane.core.words import AssetClass, Status

TODAY = date(2026, 11, 23)

PROCESSES = [
    "full_aeration",
    "separated_contact_aeration",
    "separated_aeration",
    "simple_aeration",
    "trickling_filter",
    "flat_oxidation_bed",
    "underground_sand_filter",
    "anaerobic_filter_contact_aeration",
    "denitrification_filter_contact_aeration",
    "activated_sludge",
    "rotating_disc",
    "contact_aeration",
    "performance_certified",
]

VALUES: dict[AssetClass, dict[str, Any]] = {
    AssetClass.SEPTIC: {
        "treatment": (["single", "combined"]),
        "process": PROCESSES,
        "capacity_persons": ([5, 20, 21, 50, 51, 300, 301, 501]),
        "advanced_unit": (True, False),
        "flow_equalisation": (True, False),
        "type_approved": (True, False),
        "inspection_month": range(1, 13),
        "maintenance_weeks": ([0, 1, 4, 60]),
        "inspection_agency": (["x", "y"]),
    },
    AssetClass.BRIDGE: {"length_m": ([1.9, 2.0, 50.0])},
    AssetClass.ROAD_STRUCTURE: {"kind": (["shed", "sign", "gantry"])},
    AssetClass.PAVEMENT: {
        "road_class": (["A", "B", "C", "D"]),
        "inspection_cycle_years": ([0, 5, 8]),
    },
    AssetClass.SEWER_PIPE: {
        "diameter_mm": ([250, 1999, 2000]),
        "box_width_mm": ([1000, 2500]),
        "built_year": ([1970, 1994, 1995]),
        "corrosion_prone": (True, False),
        "occupies_road": (True, False),
        "important": (True, False),
        "risk_prone": (True, False),
        "under_emergency_route": (True, False),
    },
    AssetClass.WATER_PIPE: {
        "crossing": (True, False),
        "material": (["CIP", "DIP"]),
        "under_emergency_route": (True, False),
        "occupies_road": (True, False),
    },
    AssetClass.TREATMENT_PLANT: {"kind": (["water", "sewage"])},
}

DUTIES = {
    AssetClass.SEPTIC: ["septic.article7", "septic.article11", "septic.start_report", "septic.abolition_report"],
    AssetClass.BRIDGE: ["road.periodic"],
    AssetClass.ROAD_STRUCTURE: ["road.periodic", "road.minor_detailed", "road.minor_intermediate"],
    AssetClass.PAVEMENT: ["road.pavement"],
    AssetClass.SEWER_PIPE: ["sewer.corrosion", "sewer.special_survey", "sewer.soundness", "road.occupancy_renewal"],
    AssetClass.WATER_PIPE: ["water.crossing", "road.occupancy_renewal", "road.occupancy_five_years"],
    AssetClass.TREATMENT_PLANT: ["water.concrete"],
}

# near today, around the turning points of the law, and anywhere
DAYS = st.one_of(
    st.integers(-900, 900).map(lambda n: TODAY + timedelta(n)),
    st.dates(date(1960, 1, 1), date(2040, 12, 31)),
    st.sampled_from([date(2006, 1, 31), date(2006, 2, 1), date(2024, 2, 29), date(2026, 3, 31), date(2025, 8, 31)]),
)


@st.composite
def facts(draw: st.DrawFn, asset_class: AssetClass) -> AssetFacts:
    """One life story of a class."""
    attributes = {name: draw(st.none() | st.sampled_from(values)) for name, values in VALUES[asset_class].items()}
    event = st.builds(
        Event,
        st.sampled_from(list(EventKind)),
        DAYS,
        st.none() | st.sampled_from(DUTIES[asset_class]),
        st.none() | st.sampled_from(["I", "II", "III", "IV"]),
    )
    return AssetFacts(
        id=draw(st.uuids()).hex,
        asset_class=asset_class,
        owner=draw(st.sampled_from(["042064", "131016", "union"])),
        attributes={name: value for name, value in attributes.items() if value is not None},
        events=tuple(draw(st.lists(event, max_size=8))),
        status=draw(st.sampled_from([Status.IN_SERVICE, Status.IN_SERVICE, Status.SUSPENDED, Status.ABOLISHED])),
    )


KINDS = {
    AssetClass.SEPTIC: (
        "start_of_use",
        "inspection",
        "inspection",
        "maintenance",
        "cleaning",
        "suspended",
        "resumed",
    ),
    AssetClass.SEWER_PIPE: ("inspection", "judged", "repaired", "permit_granted", "permit_expires", "reported"),
    AssetClass.WATER_PIPE: ("inspection", "permit_granted", "permit_expires", "reported"),
}


def chance_facts(rng: random.Random, asset_class: AssetClass) -> AssetFacts:
    """One life story by chance, with the events that matter to the class more often than others."""
    events: list[Event] = []
    for _ in range(rng.randrange(9)):
        often = KINDS.get(asset_class, ("inspection", "inspection", "judged", "repaired", "opened", "resurfaced"))
        kind = EventKind(rng.choice(often)) if rng.random() < 0.85 else rng.choice(list(EventKind))
        near = TODAY + timedelta(rng.randrange(-2500, 900))
        day = (
            near
            if rng.random() < 0.8
            else date(rng.randrange(1960, 2040), rng.randrange(1, 13), rng.randrange(1, 29))
        )
        duty = rng.choice([None, *DUTIES[asset_class]])
        events.append(Event(kind, day, duty, rng.choice([None, "I", "II", "III", "IV"])))
    attributes = {name: rng.choice(values) for name, values in VALUES[asset_class].items() if rng.random() < 0.8}
    status = rng.choice([Status.SUSPENDED, Status.ABOLISHED]) if rng.random() < 0.04 else Status.IN_SERVICE
    owner = rng.choice(["042064", "131016", "union"])
    return AssetFacts(str(rng.random()), asset_class, owner, attributes, tuple(events), status)


CLASSES = st.sampled_from(list(VALUES))
