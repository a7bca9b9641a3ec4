"""Groups of requests: who waits with whom, and what each is told."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from gunmane.core.errors import GunmaneError
from gunmane.http.groups import AT_ONCE, MOST, Groups


class Till:
    """Carries out groups of texts: `bad` is refused, `poison` breaks its whole group, `gone` loses the server."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.groups: Groups[str, str] = Groups(self.carry_out)

    async def carry_out(self, wishes: Sequence[str]) -> list[str | Exception]:
        self.seen.append(list(wishes))
        await self.open.wait()
        if "poison" in wishes:
            raise asyncpg.UniqueViolationError("one of them")
        if "gone" in wishes:
            raise ConnectionResetError
        return [GunmaneError("invalid") if one == "bad" else one.upper() for one in wishes]

    async def all(self, wishes: Sequence[str], lane: str = "a") -> list[str | BaseException]:
        return await asyncio.gather(*(self.groups.join(lane, one, [one]) for one in wishes), return_exceptions=True)


async def test_what_comes_while_the_database_is_busy_is_carried_out_together() -> None:
    till = Till()
    till.open.clear()
    first: list[asyncio.Task[list[str | BaseException]]] = []
    for n in range(AT_ONCE):
        first.append(asyncio.create_task(till.all([f"f{n}"])))
        await asyncio.sleep(0.01)
    later = asyncio.create_task(till.all([f"l{n}" for n in range(10)]))
    await asyncio.sleep(0.01)
    assert sum(len(group) for group in till.seen) == AT_ONCE
    till.open.set()
    assert await later == [f"L{n}" for n in range(10)]
    await asyncio.gather(*first)
    assert max(len(group) for group in till.seen) == (10 + AT_ONCE) // AT_ONCE  # its share of all who are there


async def test_a_group_has_a_largest_size_and_loses_nobody() -> None:
    till = Till()
    wishes = [str(n) for n in range(5 * MOST + 3)]
    assert await till.all(wishes) == wishes
    assert max(len(group) for group in till.seen) <= MOST
    assert sorted(one for group in till.seen for one in group) == sorted(wishes)


async def test_each_has_its_own_outcome() -> None:
    till = Till()
    found = await till.all(["one", "bad", "two"])
    assert (found[0], found[2]) == ("ONE", "TWO")
    assert isinstance(found[1], GunmaneError)


async def test_one_that_breaks_its_group_harms_no_other() -> None:
    till = Till()
    found = await till.all(["one", "poison", "two"])
    assert (found[0], found[2]) == ("ONE", "TWO")
    assert isinstance(found[1], asyncpg.UniqueViolationError)


async def test_nothing_is_tried_again_when_the_server_was_lost() -> None:
    till = Till()
    found = await till.all(["one", "gone", "three", "four"])
    assert till.seen == [["one", "gone"], ["three", "four"]]
    assert all(isinstance(one, ConnectionResetError) for one in found[:2])
    assert found[2:] == ["THREE", "FOUR"]


async def test_wishes_that_clash_are_never_in_one_group_and_keep_their_order() -> None:
    till = Till()
    found = await asyncio.gather(*(till.groups.join("a", f"w{n}", [n % 3]) for n in range(12)))
    assert found == [f"W{n}" for n in range(12)]
    for group in till.seen:
        assert len({int(one[1:]) % 3 for one in group}) == len(group)
    order = [one for group in till.seen for one in group]
    for rest in range(3):
        same = [int(one[1:]) for one in order if int(one[1:]) % 3 == rest]
        assert same == sorted(same)


async def test_lanes_do_not_mix() -> None:
    till = Till()
    await asyncio.gather(till.all([f"a{n}" for n in range(9)], "a"), till.all([f"b{n}" for n in range(9)], "b"))
    assert all(len({one[0] for one in group}) == 1 for group in till.seen)


async def test_who_hangs_up_stops_nobody() -> None:
    till = Till()
    till.open.clear()
    gone = asyncio.create_task(till.groups.join("a", "x", ["x"]))
    stays = asyncio.create_task(till.groups.join("a", "y", ["y"]))
    await asyncio.sleep(0.01)
    gone.cancel()
    till.open.set()
    assert await stays == "Y"
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_a_group_beside_another_begins_with_its_share_of_the_company_not_with_the_first_that_comes() -> None:
    begun: list[tuple[list[str], asyncio.Event]] = []

    async def carry_out(wishes: Sequence[str]) -> Sequence[str | Exception]:
        begun.append((list(wishes), asyncio.Event()))
        await begun[-1][1].wait()
        return wishes

    groups: Groups[str, str] = Groups(carry_out)
    tasks: list[asyncio.Task[str]] = []

    async def come(*names: str) -> None:
        tasks.extend(asyncio.create_task(groups.join("a", name, [name])) for name in names)
        await asyncio.sleep(0.01)

    async def end(number: int) -> None:
        begun[number][1].set()
        await asyncio.sleep(0.01)

    await come(*"abcdefgh")  # half of them each: while one half is carried out, the other is not left waiting
    assert [sorted(names) for names, _ in begun] == [list("abcd"), list("efgh")]
    await end(0)
    await come("a", "b", "c")  # four are being served: three are too few for a commit of their own
    assert len(begun) == 2
    await come("d")
    assert [len(names) for names, _ in begun] == [4, 4, 4]
    await end(1)
    await come("e", "f")
    assert len(begun) == 3
    await end(2)  # nobody is being served any more: no reason to wait
    assert [len(names) for names, _ in begun] == [4, 4, 4, 2]
    await end(3)
    await come("g")  # one alone waits for nobody either
    assert [len(names) for names, _ in begun] == [4, 4, 4, 2, 1]
    await end(4)
    assert sorted(await asyncio.gather(*tasks)) == sorted("abcdefghabcdefg")
