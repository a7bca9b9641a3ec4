"""Requests of one kind that come at the same moment are carried out in one transaction, each with its own outcome.

A durable commit costs the same for one row as for fifty. While one group is at the database, the requests that come
meanwhile gather, and are the next group: nobody waits for company, and nobody is answered before the commit.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from gunmane.store import errors

W = TypeVar("W")
R = TypeVar("R")

MOST = 64
"""Requests in one group: more would hold locks longer and save nothing."""
AT_ONCE = 2
"""Groups of one lane at the database at the same moment: one is worked on while the other one's commit is written.

Each takes its fair share of the lane's company, and a further one starts when that share waits. Were it to start with
the first that comes, groups of one would take turns with groups of all the rest; were one to take all, nobody would
be left to work on meanwhile."""

REMEMBERED = 1_000
"""Lanes that are kept while nobody is in them, for what they know of their company."""


class _Waiting(Generic[W, R]):
    __slots__ = ("clashes", "done", "wish")

    def __init__(self, wish: W, clashes: Sequence[Hashable], done: asyncio.Future[R]) -> None:
        self.wish = wish
        self.clashes = clashes
        self.done = done


class _Lane(Generic[W, R]):
    """`company` is how many were served or waiting when groups began of late: as many are likely to come again."""

    __slots__ = ("company", "running", "served", "waiting")

    def __init__(self) -> None:
        self.waiting: list[_Waiting[W, R]] = []
        self.running = 0
        self.served = 0
        self.company = 0

    def due(self, others: int) -> bool:
        """Tell whether those who wait make a group while `others` are being carried out."""
        if not others or not self.waiting:
            return bool(self.waiting)
        return others < AT_ONCE and len(self.waiting) * AT_ONCE >= self.company


class Groups(Generic[W, R]):
    """Gathers wishes by lane and has each lane's carried out together.

    `carry_out` takes the wishes of one group and returns, in their order, what came of each: a result, or the
    exception to be raised to the one who asked. When it raises, nothing may have been kept.
    """

    def __init__(self, carry_out: Callable[[Sequence[W]], Awaitable[Sequence[R | Exception]]]) -> None:
        self._carry_out = carry_out
        self._lanes: dict[Hashable, _Lane[W, R]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def join(self, lane: Hashable, wish: W, clashes: Sequence[Hashable]) -> R:
        """Have a wish carried out with the others of its lane.

        No group holds two wishes that have one of their `clashes` in common: the second must see what the first did.
        """
        waiting = _Waiting[W, R](wish, clashes, asyncio.get_running_loop().create_future())
        found = self._lanes.get(lane)
        if found is None:
            found = self._lanes[lane] = _Lane()
        found.waiting.append(waiting)
        self._start(lane, found)
        return await waiting.done

    def _start(self, name: Hashable, lane: _Lane[W, R]) -> None:
        if lane.due(lane.running):
            lane.running += 1
            task = asyncio.create_task(self._run(name, lane))
            self._tasks.add(task)  # the loop itself holds a task only weakly
            task.add_done_callback(self._tasks.discard)

    async def _run(self, name: Hashable, lane: _Lane[W, R]) -> None:
        try:
            while lane.due(lane.running - 1):
                lane.company = max(lane.company - 1, len(lane.waiting) + lane.served)
                group = _take(lane, min(MOST, -(-lane.company // AT_ONCE)))
                lane.served += len(group)
                self._start(name, lane)
                try:
                    await self._serve(group)
                finally:
                    lane.served -= len(group)
        finally:
            lane.running -= 1
            if not lane.running and not lane.waiting and len(self._lanes) > REMEMBERED:
                del self._lanes[name]

    async def _serve(self, group: Sequence[_Waiting[W, R]]) -> None:
        try:
            results = await self._carry_out([one.wish for one in group])
        except Exception as error:
            if len(group) > 1 and not errors.passing(error):
                # One of them is to blame, and all were undone: each for itself shows which.
                for one in group:
                    await self._serve([one])
                return
            results = [error] * len(group)
        for one, result in zip(group, results, strict=True):
            if one.done.done():
                continue  # whoever asked has gone
            if isinstance(result, Exception):
                one.done.set_exception(result)
            else:
                one.done.set_result(result)


def _take(lane: _Lane[W, R], most: int) -> list[_Waiting[W, R]]:
    """Take the next group off a lane, in the order of arrival; what clashes with it stays for the next one."""
    if len(lane.waiting) == 1:
        return [lane.waiting.pop()]
    taken: list[_Waiting[W, R]] = []
    left: list[_Waiting[W, R]] = []
    seen: set[Hashable] = set()
    for one in lane.waiting:
        if len(taken) == most or not seen.isdisjoint(one.clashes):
            left.append(one)
        else:
            taken.append(one)
        seen.update(one.clashes)
    lane.waiting = left
    return taken
