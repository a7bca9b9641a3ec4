"""Who goes together on which day and with which car: the routes that a day plan is made of."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from gunmane.core.calendar import WorkingDays
from gunmane.core.schedule.roster import Car, Person, Roster, Work, distance_km, may_be_done, works_on


class TeamDay(Struct, frozen=True):
    """A possible tour: people who go together on a day, with the cars they have."""

    day: date
    people: tuple[Person, ...]
    cars: tuple[Car, ...] = ()

    @property
    def start(self) -> int:
        """When the last of the team begins."""
        return max(person.start_min for person in self.people)

    @property
    def minutes(self) -> int:
        """Minutes for driving and work: until the first of the team ends, without the break."""
        end = min(person.end_min for person in self.people)
        return max(0, end - self.start - max(person.break_min for person in self.people))


def team_days(roster: Roster, office: WorkingDays, variant: int = 0) -> list[TeamDay]:
    """Form teams week by week and give them the shared cars.

    People are shared out to teams of one, two, … by the person-minutes of the work that needs as many; who holds
    what the work asks for leads, the nearest join. `variant` shifts the shares by one team, so that several
    divisions can be tried. A member away for a day leaves a smaller team for it.
    """
    found: list[TeamDay] = []
    days = roster.days()
    for number, week in enumerate(sorted({day.isocalendar()[:2] for day in days})):
        mine = [day for day in days if day.isocalendar()[:2] == week]
        open_work = [work for work in roster.work if any(may_be_done(work, day, roster) for day in mine)]
        teams = _teams(roster.people, open_work or roster.work, variant)
        for day in mine:
            present = [tuple(p for p in team if works_on(roster, p, day, office)) for team in teams]
            held = _cars(roster, [team for team in present if team], open_work, day, number)
            found += [TeamDay(day, team, held.get(at, ())) for at, team in enumerate(t for t in present if t)]
    return found


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
    roster: Roster, teams: Sequence[tuple[Person, ...]], work: Sequence[Work], day: date, week: int
) -> dict[int, tuple[Car, ...]]:
    """Give each car to the team that has most work for it; with several good teams they take turns by the week."""
    held: dict[int, tuple[Car, ...]] = {}
    kinds: dict[str, int] = {}
    for car in roster.cars:
        if any(span.holds(day) for span in car.away):
            continue
        wanted = [one for one in work if one.car == car.kind and may_be_done(one, day, roster)]
        score = [(sum(one.minutes for one in wanted if able(team, one)), -at) for at, team in enumerate(teams)]
        good = [-at for minutes, at in sorted(score, reverse=True) if minutes]
        free = [at for at in good if not any(one.kind == car.kind for one in held.get(at, ()))]
        if free:
            turn = (week + kinds.get(car.kind, 0)) % len(free) if len(free) > 1 else 0
            best = free[turn]
            held[best] = (*held.get(best, ()), car)
        kinds[car.kind] = kinds.get(car.kind, 0) + 1
    return held


def able(team: Sequence[Person], work: Work) -> bool:
    """Tell whether a team is large enough and one of it holds a fitting qualification."""
    return len(team) >= work.crew and any(set(person.qualifications) & set(work.qualifications) for person in team)
