"""Rosters by chance: a small group of municipalities with people, cars, permits, seasons and works, all simulated."""

import random
from datetime import date, timedelta

from msgspec import structs

from gunmane.core.schedule.hours import Span
from gunmane.core.schedule.roster import Car, Person, Roster, Work

FIRST = date(2026, 11, 24)  # Tuesday after a holiday
SKILLS = ("bridge_inspection", "sewer_inspection", "water_inspection", "pavement_inspection")
KINDS = (
    ("bridge", "road.periodic", "bridge_inspection", 155, 2, None),
    ("bridge", "road.periodic", "bridge_inspection", 120, 2, "bridge_car"),
    ("manhole", "sewer.corrosion", "sewer_inspection", 60, 3, None),
    ("water_pipe", "water.crossing", "water_inspection", 60, 1, None),
    ("pavement", "road.pavement", "pavement_inspection", 30, 1, None),
)


def roster(seed: int, works: int = 60, people: int = 6, weeks: int = 2) -> Roster:
    """A roster of some weeks; the same seed gives the same."""
    rng = random.Random(seed)
    towns = [(139.0 + rng.random() * 0.4, 35.6 + rng.random() * 0.3) for _ in range(3)]
    last = FIRST + timedelta(days=7 * weeks)

    def day(low: int, high: int) -> date:
        return FIRST + timedelta(days=rng.randrange(low, high))

    def work(number: int) -> Work:
        asset_class, duty, skill, minutes, crew, car = rng.choice(KINDS)
        town = rng.randrange(3)
        near = (towns[town][0] + rng.gauss(0, 0.03), towns[town][1] + rng.gauss(0, 0.03))
        due = max(day(-60, 400), date(2026, 1, 1))
        only = (Span(day(0, 5), day(5, 12), "permit"),) if rng.random() < 0.1 else ()
        never = (Span(date(2026, 12, 1), date(2027, 3, 31), "snow"),) if rng.random() < 0.1 else ()
        return Work(
            id=f"w{number:03}", owner=f"0420{town}4", asset=f"a{number}", asset_class=asset_class, duty=duty,
            name=f"{asset_class} {number}", place=(round(near[0], 5), round(near[1], 5)), minutes=minutes,
            qualifications=(skill,), crew=crew, car=car, first=min(day(-200, 5), due), last=due,
            prize=rng.randrange(10, 300), only=only, never=never,
        )  # fmt: skip

    return Roster(
        region="simulated",
        first=FIRST,
        weeks=weeks,
        people=tuple(
            Person(
                code=f"p{number}", owner=f"0420{number % 3}4", name=f"Person {number}",
                qualifications=tuple(rng.sample(SKILLS, rng.randrange(1, 4))), base=towns[number % 3],
                away=(Span(day(0, 6), min(day(6, 9), last), "leave"),) if rng.random() < 0.3 else (),
            )
            for number in range(people)
        ),
        cars=(Car(code="car1", kind="bridge_car", owner="042004"),),
        work=tuple(work(number) for number in range(works)),
        closed={"042014": (Span(date(2026, 11, 30), date(2026, 11, 30), "festival"),)},
        simulated=True,
    )  # fmt: skip


def with_hours(given: Roster, seed: int) -> Roster:
    """The same with hours: railway nights, works near schools, half days off, people who may go by night."""
    rng = random.Random(seed)

    def later(low: int, high: int) -> date:
        return given.first + timedelta(days=rng.randrange(low, high))

    def timed(work: Work) -> Work:
        kind = rng.random()
        if kind < 0.15:
            nights = tuple(Span(day, day, "possession", 1470, 1470 + rng.choice([120, 200, 260])) for day in
                           (later(0, 6), later(6, 13)))  # fmt: skip
            return structs.replace(work, only=nights)
        if kind < 0.3:
            school = tuple(Span(given.first, given.last, "school", *hours) for hours in ((450, 540), (870, 990)))
            return structs.replace(work, never=(*work.never, *school))
        if kind < 0.4:
            return structs.replace(
                work, only=(Span(given.first, given.last, "permit", 570, 570 + work.minutes + 90),)
            )
        return work

    def person(number: int, one: Person) -> Person:
        morning = Span(later(0, 5), later(5, 9), "training", 0, 720)
        away = (*one.away, morning) if number % 3 == 2 else one.away
        return structs.replace(one, nights=number % 2 == 0, away=away)

    people = tuple(person(number, one) for number, one in enumerate(given.people))
    return structs.replace(given, people=people, work=tuple(timed(work) for work in given.work))
