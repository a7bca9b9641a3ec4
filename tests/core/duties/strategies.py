"""Life stories for property tests: any class, any attribute known or not, any order of events."""

from datetime import date, timedelta

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

ATTRIBUTES = {
    AssetClass.SEPTIC: {
        "treatment": st.sampled_from(["single", "combined"]),
        "process": st.sampled_from(PROCESSES),
        "capacity_persons": st.sampled_from([5, 20, 21, 50, 51, 300, 301, 501]),
        "advanced_unit": st.booleans(),
        "flow_equalisation": st.booleans(),
        "type_approved": st.booleans(),
        "inspection_month": st.integers(1, 12),
        "maintenance_weeks": st.sampled_from([0, 1, 4, 60]),
        "inspection_agency": st.sampled_from(["x", "y"]),
    },
    AssetClass.BRIDGE: {"length_m": st.sampled_from([1.9, 2.0, 50.0])},
    AssetClass.ROAD_STRUCTURE: {"kind": st.sampled_from(["shed", "sign", "gantry"])},
    AssetClass.PAVEMENT: {
        "road_class": st.sampled_from(["A", "B", "C", "D"]),
        "inspection_cycle_years": st.sampled_from([0, 5, 8]),
    },
    AssetClass.SEWER_PIPE: {
        "diameter_mm": st.sampled_from([250, 1999, 2000]),
        "box_width_mm": st.sampled_from([1000, 2500]),
        "built_year": st.sampled_from([1970, 1994, 1995]),
        "corrosion_prone": st.booleans(),
        "occupies_road": st.booleans(),
        "important": st.booleans(),
        "risk_prone": st.booleans(),
        "under_emergency_route": st.booleans(),
    },
    AssetClass.WATER_PIPE: {
        "crossing": st.booleans(),
        "material": st.sampled_from(["CIP", "DIP"]),
        "under_emergency_route": st.booleans(),
        "occupies_road": st.booleans(),
    },
    AssetClass.TREATMENT_PLANT: {"kind": st.sampled_from(["water", "sewage"])},
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
    attributes = {name: draw(st.none() | values) for name, values in ATTRIBUTES[asset_class].items()}
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


CLASSES = st.sampled_from(list(ATTRIBUTES))
