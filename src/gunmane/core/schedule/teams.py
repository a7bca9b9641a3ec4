"""Who goes together on which day with which car: teams formed before the routes are sought."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from gunmane.core.calendar import WorkingDays
from gunmane.core.schedule.clock import LUNCH_BY, NOON
from gunmane.core.schedule.hours import DAY_MIN, Piece, longest, without
from gunmane.core.schedule.roster import Car, Person, Roster, Work, distance_km, fits_in

LEAST_SHIFT = 60
"""Minutes without which nobody is sent out."""
PARTLY = 0.6
"""Share of a team's hours below which a member who is there only for a part stays behind."""


class Shift(Struct, frozen=True):
    """When a team can be out: minutes of the day, the break that its hours ask for, by night or not."""

    start: int
    end: int
    pause: int
    night: bool = False
    over: int = 0


class TeamDay(Struct, frozen=True):
    """A possible tour: people who go together on a day, with the cars they have and their hours."""

    day: date
    people: tuple[Person, ...]
    shift: Shift
    cars: tuple[Car, ...] = ()

    @property
    def night(self) -> bool:
        """Tell whether it is a night shift."""
        return self.shift.night

    @property
    def minutes(self) -> int:
        """Minutes for driving and work; a night's break depends on how long its tour takes."""
        return max(0, self.shift.end - self.shift.start - (0 if self.shift.night else self.shift.pause))


def day_hours(roster: Roster) -> Piece:
    """From the first who begins to the last who ends by day."""
    people = roster.people
    return min((one.start_min for one in people), default=0), max((one.end_min for one in people), default=0)


def duty(roster: Roster, person: Person, *, night: bool) -> Piece:
    """Hours of duty of a person: the own ones by day, those of the rules by night."""
    if night:
        return roster.rules.night.start_min, roster.rules.night.end_min
    return person.start_min, person.end_min


def free_hours(
    roster: Roster, person: Person, day: date, office: WorkingDays, *, night: bool = False
) -> Piece | None:
    """The longest stretch of a person's duty on a day that no leave and no closure cuts; None where there is none."""
    if not office.is_open(day) or (night and not person.nights):
        return None
    gone = [piece for span in (*person.away, *roster.closed.get(person.owner, ())) for piece in span.pieces(day)]
    hours = duty(roster, person, night=night)
    left = longest(without([hours] if hours[0] < hours[1] else [], gone))
    return left if left is not None and left[1] - left[0] >= LEAST_SHIFT else None


def shift_of(roster: Roster, people: Sequence[Person], hours: Sequence[Piece], *, night: bool = False) -> Shift:
    """The hours that all of a team have; by day the break counts where they reach from before to after noon."""
    start, end = max(piece[0] for piece in hours), min(piece[1] for piece in hours)
    if night:
        rules = roster.rules.night
        return Shift(start, end, rules.break_min, True, rules.break_over_min)
    rest = start < NOON and end > LUNCH_BY
    return Shift(start, end, max(person.break_min for person in people) if rest else 0)


def shift_on(roster: Roster, people: Sequence[Person], day: date, office: WorkingDays, *, night: bool) -> Shift:
    """As `shift_of`; whoever is away all the same counts with the hours of duty (a person may have put a team so)."""
    hours = [free_hours(roster, one, day, office, night=night) or duty(roster, one, night=night) for one in people]
    return shift_of(roster, people, hours, night=night)


def team_days(
    roster: Roster, office: WorkingDays, nights: Sequence[TeamDay], former: Sequence[TeamDay], variant: int = 0
) -> list[TeamDay]:
    """Form teams week by week and give them the shared cars.

    People are shared out to teams of one, two, … by the person-minutes of the work that needs as many; who holds
    what the work asks for leads, the nearest join. `variant` shifts the shares by one team, so that several
    divisions can be tried. A member away for a day leaves a smaller team for it; so does one on, before or after a
    night shift (`nights`, which stand at the end of the list, and last week's, `former`).
    """
    found: list[TeamDay] = []
    days, hours, resting = roster.days(), day_hours(roster), [*former, *nights]
    for number, week in enumerate(sorted({day.isocalendar()[:2] for day in days})):
        mine = [day for day in days if day.isocalendar()[:2] == week]
        open_work = [work for work in roster.work if any(fits_in(work, day, hours, roster) for day in mine)]
        teams = _teams(roster.people, open_work or roster.work, variant)
        for day in mine:
            present = [one for one in (_present(roster, team, day, office, resting) for team in teams) if one]
            held = _cars(roster, present, open_work, day, number, resting)
            found += [TeamDay(day, team, shift, held.get(at, ())) for at, (team, shift) in enumerate(present)]
    return [*found, *nights]


def _present(
    roster: Roster, team: Sequence[Person], day: date, office: WorkingDays, nights: Sequence[TeamDay]
) -> tuple[tuple[Person, ...], Shift] | None:
    """Who of a team goes on a day, and their hours; whoever is there for a small part only stays behind."""
    hours = {one.code: free for one in team if (free := free_hours(roster, one, day, office)) is not None}
    here = [one for one in team if one.code in hours and rested(roster, one, day, hours[one.code], nights)]
    if not here:
        return None
    most = max(hours[one.code][1] - hours[one.code][0] for one in here)
    while True:
        shift = shift_of(roster, here, [hours[one.code] for one in here])
        if len(here) == 1 or shift.end - shift.start >= PARTLY * most:
            return (tuple(here), shift) if shift.end - shift.start >= LEAST_SHIFT else None
        here.remove(min(here, key=lambda one: hours[one.code][1] - hours[one.code][0]))


def rested(roster: Roster, person: Person, day: date, hours: Piece, nights: Sequence[TeamDay]) -> bool:
    """Tell whether a person who works these hours of a day has the rest that lies around the night shifts given."""
    low, high = (day.toordinal() * DAY_MIN + minute for minute in hours)
    rest = roster.rules.night.rest_min
    for one in nights:
        if person not in one.people:
            continue
        begin, end = (one.day.toordinal() * DAY_MIN + minute for minute in (one.shift.start, one.shift.end))
        if low < end + rest and begin < high + rest:
            return False
    return True


def _teams(people: Sequence[Person], work: Sequence[Work], variant: int) -> list[tuple[Person, ...]]:
    need: dict[int, int] = {}
    for one in work:
        need[one.crew] = need.get(one.crew, 0) + one.crew * (one.minutes + 20)
    total = sum(need.values())
    free = list(people)
    teams: list[tuple[Person, ...]] = []
    for size in sorted(need, reverse=True):
        if size == 1:
            continue
        share = need[size] / total * len(people) / size
        count = max(1, round(share) + (variant if size == max(need) else 0))
        wanted = {name for one in work if one.crew == size for name in one.qualifications}
        for _ in range(count):
            if len(free) < size:
                break
            leader = max(free, key=lambda p: (len(wanted & set(p.qualifications)), -free.index(p)))
            if not wanted & set(leader.qualifications):
                break
            others = sorted((p for p in free if p is not leader), key=lambda p: (_apart(leader, p), p.code))
            team = (leader, *others[: size - 1])
            free = [p for p in free if p not in team]
            teams.append(team)
    return [*teams, *((person,) for person in free)]


def _apart(one: Person, two: Person) -> float:
    return distance_km(one.base, two.base)


def _cars(
    roster: Roster, teams: Sequence[tuple[tuple[Person, ...], Shift]], work: Sequence[Work], day: date, week: int,
    nights: Sequence[TeamDay],
) -> dict[int, tuple[Car, ...]]:  # fmt: skip
    """Give each car to the team that has most work for it; with several good teams they take turns by the week."""
    held: dict[int, tuple[Car, ...]] = {}
    kinds: dict[str, int] = {}
    for car in roster.cars:
        if not any(car_free(car, day, shift, nights) for _, shift in teams):
            continue
        wanted = [one for one in work if one.car == car.kind and fits_in(one, day, day_hours(roster), roster)]
        score = [(sum(one.minutes for one in wanted if able(team, one)), -at) for at, (team, _) in enumerate(teams)]
        good = [-at for minutes, at in sorted(score, reverse=True) if minutes]
        free = [
            at
            for at in good
            if not any(one.kind == car.kind for one in held.get(at, ())) and car_free(car, day, teams[at][1], nights)
        ]
        if free:
            turn = (week + kinds.get(car.kind, 0)) % len(free) if len(free) > 1 else 0
            best = free[turn]
            held[best] = (*held.get(best, ()), car)
        kinds[car.kind] = kinds.get(car.kind, 0) + 1
    return held


def car_free(car: Car, day: date, shift: Shift, nights: Sequence[TeamDay]) -> bool:
    """Tell whether a car is there for the whole of a shift and not out by night at that time."""
    if any(low < shift.end and shift.start < high for span in car.away for low, high in span.pieces(day)):
        return False
    begin = day.toordinal() * DAY_MIN
    taken = [
        (one.day.toordinal() * DAY_MIN + one.shift.start, one.day.toordinal() * DAY_MIN + one.shift.end)
        for one in nights
        if car in one.cars
    ]
    return all(high <= begin + shift.start or begin + shift.end <= low for low, high in taken)


def able(team: Sequence[Person], work: Work) -> bool:
    """Tell whether a team is large enough and one of it holds a fitting qualification."""
    return len(team) >= work.crew and any(set(person.qualifications) & set(work.qualifications) for person in team)
