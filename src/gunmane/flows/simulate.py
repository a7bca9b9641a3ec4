"""Writes a simulated region: ledgers, inspections and repairs as files, `region.toml`, and the truth apart."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from gunmane import __version__
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.simulate import sheets, truth
from gunmane.core.simulate.boundaries import boundaries
from gunmane.core.simulate.faults import Injected, spoil
from gunmane.core.simulate.listing import BOUNDARIES, HOMES, ROADS, Entry, region_toml
from gunmane.core.simulate.network import Network, network
from gunmane.core.simulate.parameters import Column, Layout, Parameters
from gunmane.core.simulate.place import Roads
from gunmane.core.simulate.region import Life, Member, live, members, networks
from gunmane.core.simulate.sheets import Sheet
from gunmane.core.simulate.visits import LATER
from gunmane.core.words import AssetClass, OwnerKind, Scale
from gunmane.files.reference import scales
from gunmane.files.writing import Target, Write, writer
from gunmane.resources import DATA

BATCH = 20_000
"""Assets made at a time; part of the result, because every batch has its own stream of random numbers."""

MOST_ROWS = 500_000
"""Ledgers longer than this are CSV where the layout says XLSX: a sheet ends at 1,048,576 rows."""

LIVED_IN = 0.4
"""Part of the road nodes at which fictitious people live."""

MARK = Column("備考", "origin")
"""Added to every table: its cells say `simulated`."""

Progress = Callable[[int, int, str], None]


class Simulated(Struct, frozen=True):
    """What was written: the region file and counts."""

    region: Path
    owners: int
    assets: int
    inspections: int
    repairs: int
    faults: int


class _Book:
    """An open file with its layout; knows on which row the next batch begins."""

    def __init__(self, layout: Layout, write: Write, header_rows: int) -> None:
        self.layout = layout
        self.write = write
        self.rows = header_rows if layout.kind in ("csv", "tsv", "xlsx") else 0


def parameters() -> Parameters:
    """Read the simulator's parameters."""
    return msgspec.toml.decode((DATA / "simulate.toml").read_bytes(), type=Parameters)


def simulate(
    folder: Path,
    owners: int,
    assets: int,
    seed: int,
    as_of: date | None = None,
    progress: Progress = lambda done, total, what: None,
) -> Simulated:
    """Write a simulated region into `folder`, which is made if need be; equal arguments give equal files.

    A later `as_of` continues the same region: the same assets and past, with what happened since. Raises
    GunmaneError `bad_simulation` for counts and days that make no region.
    """
    _check(owners, assets, seed)
    told = parameters()
    if as_of is not None:
        last = told.horizon.replace(year=told.horizon.year - LATER[-1])
        if not told.as_of <= as_of <= last:
            values = {"name": "as_of", "low": told.as_of, "high": last, "value": as_of}
            raise GunmaneError("bad_simulation", [Fault("simulation_range", at="as_of", values=values)])
        told = replace(told, as_of=as_of)
    folder.mkdir(parents=True, exist_ok=True)
    group = members(told, owners, assets, seed)
    run = _Run(folder, told, group, seed, assets, progress)
    nets = networks(told, group, seed)
    run.places(nets)
    with ExitStack() as stack:
        run.open_truth(stack)
        for member, net in zip(group, nets, strict=True):
            for code, count in member.counts.items():
                run.one_class(member, net, code, count)
    return run.finish()


def _check(owners: int, assets: int, seed: int) -> None:
    bounds = {
        "owners": (owners, 1, 400),
        "assets": (assets, max(owners, 1), 20_000_000),
        "seed": (seed, 0, 2**63 - 1),
    }
    faults = [
        Fault("simulation_range", at=name, values={"name": name, "low": low, "high": high, "value": value})
        for name, (value, low, high) in bounds.items()
        if not low <= value <= high
    ]
    if faults:
        raise GunmaneError("bad_simulation", faults)


class _Run:
    """One simulation under way: open files of truth, counts, and what `region.toml` will say."""

    def __init__(
        self, folder: Path, told: Parameters, group: list[Member], seed: int, assets: int, progress: Progress
    ) -> None:
        self.folder, self.told, self.group, self.seed = folder, told, group, seed
        self.assets, self.progress, self.done = assets, progress, 0
        self.layouts = {layout.code: layout for layout in told.layouts}
        self.scales = scales()
        self.entries: dict[int, list[Entry]] = {member.position: [] for member in group}
        self.counts = dict.fromkeys(("inspections", "repairs", "faults"), 0)
        self.kinds: dict[str, int] = {}
        self.truth: dict[str, Write] = {}
        self.files: list[str] = []

    def places(self, nets: list[Roads]) -> None:
        """Write the municipalities' areas as GeoJSON, named like the national land data, and their roads."""
        towns = [
            (member, net)
            for member, net in zip(self.group, nets, strict=True)
            if member.parameters.kind is OwnerKind.MUNICIPALITY
        ]
        if not towns:
            return
        rings = boundaries([net for _, net in towns], self.told.place)
        features = [
            {
                "type": "Feature",
                "properties": {
                    "N03_004": member.parameters.name,
                    "N03_007": member.code[:5],
                    MARK.title: "simulated",
                },
                "geometry": {"type": "Polygon", "coordinates": [ring.tolist()]},
            }
            for (member, _), ring in zip(towns, rings, strict=True)
        ]
        text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
        (self.folder / BOUNDARIES).write_text(text + "\n", encoding="utf-8")
        self.files.append(BOUNDARIES)
        roads = network([net for _, net in towns], self.told.place, self.seed)
        if roads is not None:
            (self.folder / ROADS).write_bytes(msgspec.json.encode({"origin": "simulated", **roads._asdict()}))
            self.files.append(ROADS)
            self._homes(roads, sum(member.parameters.population or 0 for member, _ in towns))

    def _homes(self, roads: Network, people: int) -> None:
        """Write where the fictitious people live: a few at each of some nodes of the road network."""
        generator = np.random.default_rng([self.seed, 9])
        lived_in = np.flatnonzero(generator.random(len(roads.lon)) < LIVED_IN)
        if not people or not len(lived_in):
            return
        shares = generator.exponential(1.0, len(lived_in))
        counts = generator.multinomial(people, shares / shares.sum())
        features = [
            {
                "type": "Feature", "properties": {"人口": int(count), MARK.title: "simulated"},
                "geometry": {"type": "Point", "coordinates": [roads.lon[node], roads.lat[node]]},
            }
            for node, count in zip(lived_in.tolist(), counts.tolist(), strict=True)
            if count
        ]  # fmt: skip
        text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
        (self.folder / HOMES).write_text(text + "\n", encoding="utf-8")
        self.files.append(HOMES)

    def open_truth(self, stack: ExitStack) -> None:
        """Open the tables of truth."""
        for name, titles in truth.TABLES.items():
            target = Target(kind="csv", titles=titles, header=(titles,), gzip=True)
            self.truth[name] = stack.enter_context(writer(self.folder / f"truth_{name}.csv.gz", target))

    def one_class(self, member: Member, net: Roads, code: AssetClass, count: int) -> None:
        """Write all files of one class of one owner, batch by batch."""
        kind = next(kind for kind in self.told.classes if kind.code is code)
        scale = self.scales.get(kind.scale)
        habits = member.parameters
        years = range(kind.rounds.first if kind.rounds else 2000, self.told.as_of.year + 1)
        with ExitStack() as stack:
            ledger = self._open(stack, member, "ledgers", code, habits.layouts[code], years)
            looks = self._open_inspections(stack, member, code, years) if scale is not None else []
            repairs = self._open(stack, member, "repairs", code, habits.repairs, years) if habits.repairs else None
            for first in range(0, count, BATCH):
                life = live(self.told, member, net, code, first, min(BATCH, count - first), self.seed)
                self._ledger_rows(member, ledger, life, scale)
                if scale is not None:
                    for book in looks:
                        self._rows(book, sheets.inspections(book.layout, life, scale, years))
                if repairs is not None:
                    self._rows(repairs, sheets.repairs(repairs.layout, life.assets, life.fate))
                self._truths(member, life, scale)
            if ledger.layout.footer:
                ledger.write([[ledger.layout.footer, *[""] * (len(ledger.layout.columns) - 1)]], None)
                self._note(member, code, ledger, [Injected("summary_row", 0, "", "", ledger.layout.footer, "")])

    def _open_inspections(self, stack: ExitStack, member: Member, code: AssetClass, years: range) -> list[_Book]:
        """Open the files of inspections; a ledger that shows the latest inspection is named a second time for it."""
        looks: list[_Book] = []
        entries = self.entries[member.position]
        for name in member.parameters.inspections.get(code, ()):
            if self.layouts[name].kind == "ledger":
                ledger = next(each for each in entries if each.section == "ledgers" and each.asset_class is code)
                entries.append(replace(ledger, section="inspections", duty=self._duty(code, "latest")))
            else:
                looks.append(self._open(stack, member, "inspections", code, name, years))
        return looks

    def _open(
        self, stack: ExitStack, member: Member, section: str, code: AssetClass, name: str, years: range
    ) -> _Book:
        """Open one file and remember it for `region.toml`."""
        layout = self.layouts[name]
        layout = replace(layout, columns=(*layout.columns, MARK))
        if layout.kind == "xlsx" and member.counts[code] > MOST_ROWS:
            layout = replace(layout, kind="csv", encoding="cp932")
        ending = {"shape": "zip"}.get(layout.kind, layout.kind) + (".gz" if layout.gzip else "")
        part = {"ledgers": "", "inspections": "-inspections", "repairs": "-repairs"}[section]
        part = "-first-inspections" if layout.rows == "initial" else part
        path = f"simulated-{member.code}-{code}{part}.{ending}"
        columns = sheets.wide_titles(layout, years) if layout.wide else layout.columns
        header = (*layout.preamble, *map(tuple, sheets.header(columns)))
        target = Target(
            kind=layout.kind,
            titles=tuple(column.title for column in columns),
            header=header,
            numeric=tuple(column.form in sheets.TYPED for column in columns),
            encoding=layout.encoding,
            gzip=layout.gzip,
            sheet=layout.sheet or "Sheet1",
            layer=str(code),
            crs=layout.crs,
            prj=layout.prj,
        )
        duty = self._duty(code, layout.rows) if section == "inspections" else ""
        self.entries[member.position].append(Entry(section, path, code, layout, duty))
        opened: AbstractContextManager[Write] = writer(self.folder / path, target)
        return _Book(layout, stack.enter_context(opened), len(header))

    def _duty(self, code: AssetClass, rows: str) -> str:
        """Return the duty that a file's inspections fulfil."""
        rounds = next(kind.rounds for kind in self.told.classes if kind.code is code)
        if rounds is None:
            return ""
        return rounds.initial_duty if rows == "initial" else rounds.duty

    def _ledger_rows(self, member: Member, book: _Book, life: Life, scale: Scale | None) -> None:
        sheet = sheets.ledger(book.layout, life.assets, life.fate, scale)
        spoiled = spoil(life.generator, sheet.columns, sheet.rows, book.layout.kind, member.parameters.faults)
        self._note(member, life.batch.kind.code, book, spoiled.faults)
        self._rows(book, Sheet(sheet.columns, spoiled.rows, sheets.moved(sheet.places, spoiled)))

    def _rows(self, book: _Book, sheet: Sheet) -> None:
        if sheet.rows:
            book.write(sheet.rows, sheet.places)
        book.rows += len(sheet.rows)

    def _note(self, member: Member, code: AssetClass, book: _Book, faults: list[Injected]) -> None:
        """List faults with the row of the file: records are counted from 1, header and preamble included."""
        path = next(e.path for e in self.entries[member.position] if e.section == "ledgers" and e.asset_class is code)
        rows = [
            (
                member.code,
                path,
                str(book.rows + fault.row + 1),
                str(code),
                fault.number,
                fault.title,
                fault.kind,
                fault.written,
                fault.true,
            )
            for fault in faults
        ]
        self.truth["faults"](rows, None)
        self.counts["faults"] += len(rows)
        for fault in faults:
            self.kinds[fault.kind] = self.kinds.get(fault.kind, 0) + 1

    def _truths(self, member: Member, life: Life, scale: Scale | None) -> None:
        for name, rows in truth.tables(member.code, life, scale).items():
            self.truth[name](rows, None)
        self.counts["inspections"] += life.fate.inspections.asset.size
        self.counts["repairs"] += int(life.fate.repairs.recorded.sum())
        self.done += life.batch.size
        self.progress(self.done, self.assets, f"{member.parameters.name} {life.batch.kind.code}")

    def finish(self) -> Simulated:
        """Write `truth.json`, `region.toml` and the note that says what this folder is."""
        counts = {"assets": self.assets, **self.counts}
        known: dict[str, Any] = truth.summary(self.told, self.group, self.seed, self.layouts)
        known |= {"version": __version__, "counts": counts, "faults": dict(sorted(self.kinds.items()))}
        text = json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True)
        (self.folder / "truth.json").write_text(text + "\n", encoding="utf-8")
        region = self.folder / "region.toml"
        region.write_text(region_toml(self.told, self.group, self.entries, self.seed, self.files), encoding="utf-8")
        (self.folder / "README.txt").write_text(
            _NOTE.format(seed=self.seed, note=self.told.place.note), encoding="utf-8"
        )
        return Simulated(region, len(self.group), self.assets, **self.counts)


_NOTE = """SIMULATED / シミュレーション

このフォルダの市町村・施設・人物・点検結果はすべて架空のもので、乱数(seed = {seed})から作られています。
Every municipality, asset, person and inspection in this folder is fictitious and made from random numbers.
{note}
真の劣化速度と混入した誤りの一覧: truth.json, truth_*.csv.gz (読み込みには使いません / never imported)
"""
