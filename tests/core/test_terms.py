"""When a work may be done: rules, permits in their place, schools nearby; mistakes named by their place."""

from datetime import date

from gunmane.core.calendar import WorkingDays
from gunmane.core.schedule.hours import Span
from gunmane.core.schedule.rolling import DueWork, roster_of, year_by_week
from gunmane.core.schedule.roster import Person, asks_for_night
from gunmane.core.schedule.teams import day_hours
from gunmane.core.schedule.terms import Extra, HourRule, Season, Terms, Zone, extra_mistakes, terms_of, unknown_people
from gunmane.core.words import SourceStatus
from gunmane.files.rules import workbook

START = date(2026, 11, 24)
RAIL = HourRule(("bridge",), 1470, 1710, "rail", SourceStatus.UNVERIFIED, "", ("鉄道",))
RIVER = Season(("bridge",), (11, 12, 1, 2, 3, 4, 5), "flood", SourceStatus.UNVERIFIED, "", ("河川",))
SCHOOL = Zone(
    name="第一小", place=(139.0, 35.0), within_m=300,
    never=(Span(date(2027, 1, 8), date(2027, 3, 24), "登校", 450, 540),),
)  # fmt: skip


def terms(crosses: str | None, extra: Extra, place: tuple[float, float] | None = (139.2, 35.0)) -> Terms:
    return terms_of(("042064", "bridge", "B-1", crosses), place, extra, START, (RIVER,), (RAIL,))


def test_rules_permits_and_schools() -> None:
    assert terms("道路", Extra()) == Terms()
    [possession] = terms("鉄道", Extra()).only
    assert (possession.start_min, possession.end_min, possession.reason) == (1470, 1710, "rail")
    # the flood season from June to October, as far as a plan looks
    assert [(span.first, span.last) for span in terms("河川", Extra()).never] == [
        (date(2027, 6, 1), date(2027, 10, 31))
    ]  # fmt: skip
    given = (Span(date(2026, 12, 3), date(2026, 12, 3), "JR", 1470, 1650),)
    assert terms("鉄道", Extra(permits={"B-1": given})).only == given
    # the number of another owner's asset is another asset
    assert terms("鉄道", Extra(permits={"B-1": (), "042064:B-1": given})).only == given
    near, far = (139.003, 35.0), (139.004, 35.0)  # 273 m and 365 m to the east
    assert terms(None, Extra(zones=(SCHOOL,)), near).never == (
        Span(date(2027, 1, 8), date(2027, 3, 24), "登校(第一小)", 450, 540),
    )
    assert terms(None, Extra(zones=(SCHOOL,)), far) == Terms()
    assert terms(None, Extra(zones=(SCHOOL,)), None) == Terms()


def test_mistakes_are_named_by_their_place() -> None:
    wrong = Extra(
        permits={"B-1": (Span(START, date(2026, 1, 1)),)},
        away={"nobody": (Span(START, START, "", 900, 800),)},
        nights=("ghost",),
        zones=(Zone(name="x", place=(500.0, 0.0), within_m=0.0),),
    )
    assert {(fault.code, fault.at) for fault in extra_mistakes(wrong, START)} == {
        ("ends_before", "/permits/B-1/0"), ("out_of_range", "/away/nobody/0"), ("no_place", "/zones/0/place"),
        ("out_of_range", "/zones/0/within_m"),
    }  # fmt: skip
    assert [fault.at for fault in unknown_people(wrong, ())] == ["/away/nobody", "/nights/0"]


def test_the_year_and_the_weeks_know_nights_and_seasons() -> None:
    def due(number: str, crosses: str, last: date) -> DueWork:
        return DueWork(
            owner="042064", asset_id=number, asset_class="bridge", number=number, name=None, duty="road.periodic",
            window_open=None, due=last, basis=None, lon=139.0, lat=35.0, crosses=crosses, loss=1.0,
        )  # fmt: skip

    people = tuple(
        Person(
            code=code, owner="042064", qualifications=("bridge_inspection",), base=(139.0, 35.0), nights=code != "c"
        )
        for code in "abc"
    )
    rows = (due("rail", "鉄道", date(2026, 12, 18)), due("river", "河川", date(2027, 9, 30)))
    office = WorkingDays()
    year = year_by_week(rows, people, Extra(), START, workbook(), office)
    assert year.breaches == ()
    river = year.weeks[int(year.plan.month[1])]
    assert river.first < date(2027, 6, 1)
    assert year.plan.engineer[0] in (0, 1)
    roster = roster_of(year, people, Extra(), workbook(), region="simulated", weeks=4, previous=None, simulated=True)
    rail = next(work for work in roster.work if work.asset == "rail")
    assert asks_for_night(rail, day_hours(roster))
    nobody = tuple(
        Person(code=one.code, owner=one.owner, qualifications=one.qualifications, base=one.base) for one in people
    )
    alone = year_by_week(rows, nobody, Extra(), START, workbook(), office)
    assert alone.plan.engineer[0] == -1
    assert "rail" in {work.asset for work in roster_of(
        alone, nobody, Extra(), workbook(), region="", weeks=4, previous=None, simulated=True
    ).work}  # fmt: skip
