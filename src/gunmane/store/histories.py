"""Histories of assets in columns: whose they are, and in which order they stand."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gunmane.core.assess.fleets import Days, Ints
from gunmane.core.duties.columns import Coded
from gunmane.store.copied import JOINED

EPOCH = date(2000, 1, 1).toordinal() - date(1970, 1, 1).toordinal()
"""The day from which PostgreSQL counts, in days from 1970."""


class Words:
    """Texts and their codes; None, and what is `known` to stand for nothing, is -1."""

    def __init__(self, known: Sequence[str] = ()) -> None:
        self.index: dict[Any, int] = {None: -1} | dict.fromkeys(known, -1)
        self.labels: list[Any] = []

    def codes(self, values: Sequence[Any]) -> NDArray[np.int32]:
        """Encode values."""
        for value in set(values) - self.index.keys():
            self.index[value] = len(self.labels)
            self.labels.append(value)
        return np.array(list(map(self.index.__getitem__, values)), dtype=np.int32)

    def settled(self, codes: NDArray[np.int32]) -> Coded:
        """Number the texts by their first use, so that the rows alone decide the codes."""
        used, first = np.unique(codes, return_index=True)
        order = used[used >= 0][np.argsort(first[used >= 0])]
        renamed = np.full(int(used.max(initial=-1)) + 2, -1, dtype=np.int32)
        renamed[order] = np.arange(len(order))
        return Coded(renamed[codes], tuple(self.labels[code] for code in order.tolist()))


class Keys:
    """Finds the places of identifiers of 16 bytes among those given; -1 where there is none."""

    def __init__(self, ids: NDArray[Any]) -> None:
        self.halves = self._split(ids)
        mixed = self._mix(self.halves)
        self.order = np.argsort(mixed)
        self.sorted = mixed[self.order]
        if (self.sorted[1:] == self.sorted[:-1]).any():  # two numbers alike of 2 ** 64: the bytes decide
            self.sorted = np.empty(0, dtype=np.uint64)
            self.whole = np.ascontiguousarray(ids).view("S16").ravel()
            self.order = np.argsort(self.whole)

    def find(self, ids: NDArray[Any]) -> Ints:
        """Look identifiers up."""
        halves = self._split(ids)
        if not len(self.order):
            return np.full(len(halves), -1)
        if len(self.sorted):
            slots = np.searchsorted(self.sorted, self._mix(halves))
        else:
            slots = np.searchsorted(self.whole, np.ascontiguousarray(ids).view("S16").ravel(), sorter=self.order)
        at = self.order[np.minimum(slots, len(self.order) - 1)]
        return np.where((self.halves[at] == halves).all(axis=1), at, -1)

    @staticmethod
    def _split(ids: NDArray[Any]) -> NDArray[np.uint64]:
        return np.ascontiguousarray(ids).view(np.uint64).reshape(-1, 2)

    @staticmethod
    def _mix(halves: NDArray[np.uint64]) -> NDArray[np.uint64]:
        return halves[:, 0] * np.uint64(0x9E3779B97F4A7C15) + halves[:, 1]


class Events:
    """Collects inspections or repairs with their words; those of assets no longer listed are left out."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.index: dict[tuple[str, ...], int] = {}
        self.parts: list[tuple[NDArray[np.int8], Ints, Days, Ints]] = []

    def begin(self, ids: Sequence[NDArray[np.void]], firsts: Sequence[int]) -> None:
        """Say whose events follow: of each class, identifiers in the order of the rows, and the first row."""
        self.keys = Keys(np.concatenate(ids))
        self.kind = np.repeat(np.arange(len(ids), dtype=np.int8), [len(one) for one in ids])
        self.row = np.concatenate([first + np.arange(len(one)) for one, first in zip(ids, firsts, strict=True)])

    def take(self, words: tuple[str, ...], assets: bytes, days: bytes) -> None:
        """Take over the events of the present owner that have these words in common."""
        at = self.keys.find(np.frombuffer(assets, dtype="V16"))
        kept = at >= 0
        at = at[kept]
        day = np.frombuffer(days, dtype=">i4")[kept].astype(np.int32) + np.int32(EPOCH)
        code = np.full(len(at), self.index.setdefault(words, len(self.index)))
        self.parts.append((self.kind[at], self.row[at], day, code))

    def close(self) -> None:
        """Put all that came by class, asset, day and words, so that equal histories come in an equal order."""
        none = (np.zeros(0, np.int8), np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int64))
        kind, asset, day, code = (np.concatenate(one) for one in zip(none, *self.parts, strict=True))
        said = sorted(self.index, key=lambda words: JOINED.join(words).encode())
        rank = np.zeros(len(said), dtype=np.int64)
        rank[[self.index[words] for words in said]] = np.arange(len(said))
        self.texts = said
        self.all = ordered((kind, asset, day, rank[code]))

    def of_class(self, place: int) -> tuple[Ints, Days, list[Coded]]:
        """The events of one class."""
        kind, asset, day, code = self.all
        cut = slice(*np.searchsorted(kind, [place, place + 1]).tolist())
        coded: list[Coded] = []
        for column in range(len(self.names)):
            words = Words([""])
            table = words.codes([said[column] for said in self.texts])
            coded.append(words.settled(table[code[cut]]))
        return asset[cut], day[cut], coded


def ordered(columns: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """Order rows by all their columns, the first foremost: as one number a row where that holds them."""
    lows = [int(one.min(initial=0)) for one in columns]
    bits = [(int(one.max(initial=0)) - low).bit_length() for one, low in zip(columns, lows, strict=True)]
    if sum(bits) > 63:
        order = np.lexsort(tuple(columns)[::-1])
        return [one[order] for one in columns]
    packed = np.zeros(len(columns[0]), dtype=np.int64)
    for one, low, width in zip(columns, lows, bits, strict=True):
        packed = packed << width | (one.astype(np.int64) - low)
    packed.sort()
    found: list[NDArray[Any]] = []
    for one, low, width in list(zip(columns, lows, bits, strict=True))[::-1]:
        found.append(((packed & ((1 << width) - 1)) + low).astype(one.dtype))
        packed >>= width
    return found[::-1]
