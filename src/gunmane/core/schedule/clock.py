"""The times of one tour: driving, waiting for permitted hours, work and the break; the same code plans and prints.

The search runs `lay` compiled, so it takes nothing but whole numbers and arrays of them.
"""

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Ints = NDArray[np.int64]
FAR = 1 << 30
NOON, LUNCH_BY, LUNCH_FROM = 720, 780, 660


class Clock(Struct, frozen=True, eq=False):
    """Hours of visits and routes.

    `rows` (visits x routes) points into `windows` (rows x pieces x 2; row 0: any time). `shifts` per
    route: start, end, break, minutes beyond which a night needs it (0: by day). `bound`: routes whose times are laid
    out always; others only where a visit in them has hours.
    """

    rows: NDArray[np.int32]
    windows: Ints
    shifts: Ints
    bound: NDArray[np.bool_]


def lay(
    drive: Any, minutes: Any, rows: Any, windows: Any, count: int, home: int, shift: Any, arrive: Any, leave: Any
) -> tuple[int, int]:
    """Give `count` stops their times; return when the team sets out and is back, (-1, -1) where it cannot be.

    Each stop lies wholly inside one piece of its windows, the earliest that it can. The team sets out as late as the
    first stop allows. By day, lunch comes before the first work that would last beyond 13:00 or within it, or while
    waiting; a tour that ends by 13:00 has none. By night (shift[3] > 0) a tour longer than shift[3] has its break
    while waiting or after the first stop where that works. One long function: what is compiled may call no other.
    """
    start, end, pause, over = shift[0], shift[1], shift[2], shift[3]
    for after in range(-1, count if over > 0 else 0):
        now, set_out, rested = start, start, over > 0 or pause == 0
        waited = False
        fits = True
        for at in range(count):
            now += drive[at]
            found = False
            for piece in range(windows.shape[1]):
                low, high = windows[rows[at], piece, 0], windows[rows[at], piece, 1]
                begin, lunch, inside = max(now, low), rested, False
                if not lunch and begin - now >= pause and begin > LUNCH_FROM:
                    lunch = True
                done = begin + minutes[at]
                if not lunch and done > LUNCH_BY:
                    lunch = True
                    if begin >= LUNCH_FROM:
                        begin = max(now + pause, low)
                        done = begin + minutes[at]
                    else:
                        done += pause
                        inside = True
                if begin < high and done <= high:
                    if at == 0:
                        set_out = begin - drive[0]
                        if lunch and not rested and not inside:
                            set_out -= pause
                    elif begin - now >= pause:
                        waited = True
                    arrive[at], leave[at] = begin, done
                    now, rested, found = done, lunch, True
                    break
            if not found:
                fits = False
                break
            if at == after:
                now += pause
        if not fits:
            if after < 0:
                return -1, -1  # a break makes nothing earlier
            continue
        if not rested and now + home > LUNCH_BY:
            now += pause
        back = now + home
        if back > end:
            if after < 0:
                return -1, -1
            continue
        if over > 0 and after < 0 and back - set_out > over and not waited:
            continue
        return set_out, back
    return -1, -1


def windows_of(pieces: list[list[tuple[int, int]]]) -> Ints:
    """Rows of windows as an array; what is missing in a row holds nothing."""
    found = np.zeros((len(pieces), max((len(row) for row in pieces), default=1), 2), dtype=np.int64)
    for at, row in enumerate(pieces):
        for number, piece in enumerate(row):
            found[at, number] = piece
    return found
