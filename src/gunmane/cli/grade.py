"""`gunmane grade`: from findings and measurements to grades, for files."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gunmane.core.errors import Fault, GunmaneError


def add(commands: Any) -> None:
    """Add the sub-commands of `grade`."""
    grade = commands.add_parser("grade", help="findings and measurements → grades (調査結果から判定)")
    kinds = grade.add_subparsers(metavar="WHAT", required=True)
    sewer = kinds.add_parser("sewer", help="urgency of sewer spans from a camera survey (管きょの緊急度)")
    sewer.add_argument("findings", type=Path, metavar="FINDINGS.csv", help="span, pipe, distance, item, rank")
    sewer.add_argument("spans", type=Path, metavar="SPANS.csv", help="span, material, diameter, number of pipes")
    sewer.add_argument(
        "--profile", default="mlit-2009", metavar="NAME", help="mlit-2009 | mlit-2013 | special-survey | a local one"
    )
    sewer.add_argument(
        "--rules",
        type=Path,
        action="append",
        default=[],
        metavar="FILE.toml",
        help="further profiles: local practice",
    )
    sewer.add_argument("--json", action="store_true", help="print one JSON array; faults go to standard error")
    sewer.add_argument("--faults", type=Path, metavar="FILE.json", help="write every fault with its place")
    sewer.set_defaults(run=run_sewer)
    others = (
        ("pavement", run_pavement, "worst of crack, rut and IRI; MCI (舗装の健全性)"),
        ("septic", run_septic, "treated water by type and design BOD (浄化槽の水質)"),
        ("appurtenance", run_appurtenance, "small road appurtenances: damage and plates (小規模附属物)"),
    )
    for name, run, told in others:
        kind = kinds.add_parser(name, help=told)
        kind.add_argument("file", type=Path, metavar="FILE.csv")
        kind.add_argument("--json", action="store_true", help="print one JSON array; faults go to standard error")
        kind.add_argument("--faults", type=Path, metavar="FILE.json", help="write every fault with its place")
        kind.set_defaults(run=run)


def run_sewer(options: argparse.Namespace) -> int:
    """Print one row per span; faults on standard error; exit code 2 where the files cannot be used at all."""
    from gunmane.core.grades.sewer import judge
    from gunmane.files.grades import explained, sewer_profiles, sewer_survey

    try:
        rules, name = list(options.rules), options.profile
        if name.endswith(".toml"):
            rules.append(Path(name))
        profiles = sewer_profiles(*rules)
        profile = list(profiles.by_name.values())[-1] if name.endswith(".toml") else profiles.find(name)
        survey = sewer_survey(options.findings, options.spans, profile, profiles.words)
    except GunmaneError as error:
        return refuse(error)
    rows: list[dict[str, Any]] = []
    for span in survey.spans:
        found = judge(span, survey.findings.get(span.id, []), profile)
        rows.append({
            "span_id": found.span, "corrosion": found.corrosion, "sag": found.sag, "rate": found.rate,
            "urgency": found.urgency, "reason": explained(found, "ja"), "reason_en": explained(found, "en"),
            "at_least": found.at_least, "pipes_a": found.counts[0], "pipes_b": found.counts[1],
            "pipes_c": found.counts[2], "n_pipes": found.pieces, "soundness_draft": found.soundness,
            "profile": profile.id, "profile_status": profile.status.value,
        })  # fmt: skip
    tell(survey.faults, options.faults)
    show(rows, "span_id", "urgency", as_json=options.json)
    return 0


def run_pavement(options: argparse.Namespace) -> int:
    """Print the soundness and the MCI of each section."""
    from gunmane.core.grades.measured import mci, pavement
    from gunmane.files.grades import grading

    def one(cells: Mapping[str, str], number: Number) -> tuple[Any, dict[str, Any]]:
        rules = grading()
        crack, rut, iri = (number(name) for name in ("crack", "rut", "iri"))
        base, early = number("base_damaged", yes_no=True), number("early", yes_no=True)
        found = pavement(rules.pavement[0], crack=crack, rut=rut, iri=iri, base_damaged=base, early=early is True)
        index = mci(rules.mci, crack=crack, rut=rut, roughness=number("roughness"), iri=iri)
        told = {"mci": None, "mci_band": None} if index is None else {
            "mci": round(index[0], 2), "mci_band": index[1].code, "mci_ja": index[1].ja,
        }  # fmt: skip
        return found, {"items": found.items, **told, "criterion": rules.pavement[0].id,
                       "mci_status": rules.mci.status.value}  # fmt: skip

    return _measured(options, ("crack|rut|iri",), one)


def run_septic(options: argparse.Namespace) -> int:
    """Print the grades of treated water of each tank."""
    from gunmane.core.grades.measured import septic
    from gunmane.files.catalogue import catalogue
    from gunmane.files.grades import grading

    def one(cells: Mapping[str, str], number: Number) -> tuple[Any, dict[str, Any]]:
        word = cells.get("kind", "")
        kind = catalogue().lexicon.word("treatment", word) if word else None
        if kind not in ("single", "combined"):
            number.faults.append(Fault("type_unknown", number.at, {"value": word}))
            kind = "?"
        names = ("bod", "transparency", "ph", "do", "chlorine", "chloride", "sv")
        values = {name: value for name in names if (value := number(name)) is not None}
        design = number("design")
        found = septic(grading().septic, str(kind), design, values)
        return found, {"items": found.items, "type": kind, "design_bod": design}

    return _measured(options, ("kind",), one)


def run_appurtenance(options: argparse.Namespace) -> int:
    """Print the damage grade of each row, and the class of its plate where thicknesses are given."""
    from gunmane.core.grades.measured import appurtenance, plate
    from gunmane.files.grades import grading, sentence

    def one(cells: Mapping[str, str], number: Number) -> tuple[Any, dict[str, Any]]:
        rules = grading().appurtenance
        parts = [(cells.get("part", "-"), cells["mark"].strip().lower())] if "mark" in cells else []
        found = appurtenance(rules, parts)
        measured, limit = number("measured"), number("limit")
        if measured is None or limit is None:
            return found, {"plate": None}
        code, why = plate(rules, measured, limit)
        return found, {"plate": code, "plate_reason": sentence(why, "ja"), "plate_reason_en": sentence(why, "en")}

    return _measured(options, ("mark|measured",), one)


class Number:
    """Reads the numbers of one row; what cannot be read is listed with its place and taken as not measured."""

    def __init__(self, cells: Mapping[str, str], at: str, faults: list[Fault]) -> None:
        self._cells, self.at, self.faults = cells, at, faults

    def __call__(self, name: str, *, yes_no: bool = False) -> Any:
        from gunmane.core.ledgers import values
        from gunmane.files.catalogue import catalogue

        text = self._cells.get(name, "")
        if text.strip().lower() in catalogue().lexicon.unknown:
            return None
        parsed = values.yes_no(text) if yes_no else values.decimal(text, UNITS.get(name, ""))
        if isinstance(parsed, values.Doubt):
            parsed = parsed.value
        if isinstance(parsed, float | int) and parsed < 0:
            parsed = Fault("value_not_plausible", values={"item": name, "value": text})
        if isinstance(parsed, Fault):
            self.faults.append(Fault(parsed.code, f"{self.at}/{name}", parsed.values))
            return None
        return parsed


UNITS = {"crack": "%", "rut": "mm", "iri": "mm/m", "bod": "mg/l", "measured": "mm", "limit": "mm", "do": "mg/l"}


def _measured(options: argparse.Namespace, needed: tuple[str, ...], one: Any) -> int:
    """Judge each row of a file of measurements."""
    from gunmane.files.grades import explained, grading, measurements

    try:
        table = measurements(options.file, ())
        known = {name for _, cells in table for name in cells}
        missing = [names for names in needed if not known & set(names.split("|"))]
        if missing:
            raise GunmaneError("missing_columns", [
                Fault("survey_column_missing", f"{options.file.name}/{names}", {
                    "column": names, "names": ", ".join(grading().columns[names.split("|")[0]][:4])})
                for names in missing
            ])  # fmt: skip
    except GunmaneError as error:
        return refuse(error)
    faults: list[Fault] = []
    rows: list[dict[str, Any]] = []
    for line, cells in table:
        found, more = one(cells, Number(cells, f"{options.file.name}/{line}", faults))
        rows.append({
            "id": cells.get("id", str(line)), "grade": found.grade, "worst": list(found.worst),
            "missing": list(found.missing), "reason": explained(found, "ja"), "reason_en": explained(found, "en"),
            **more,
        })  # fmt: skip
    tell(tuple(faults), options.faults)
    show(rows, "id", "grade", as_json=options.json)
    return 0


def show(rows: list[dict[str, Any]], name: str, grade: str, *, as_json: bool) -> None:
    """Print rows as one JSON array, or each with its reason and the counts below."""
    if as_json:
        json.dump(rows, sys.stdout, ensure_ascii=False, indent=1)
        print()
        return
    for row in rows:
        print(f"{row[name]:16} {row[grade]:13} {row['reason']}\n{'':31}{row['reason_en']}")
    counts = Counter(row[grade] for row in rows)
    print("  ".join(f"{code}: {number}" for code, number in sorted(counts.items())))


def tell(faults: tuple[Fault, ...], path: Path | None) -> None:
    """Print every fault in both languages, and write them to a file if one is named."""
    from gunmane.files.grades import sentence

    for fault in faults:
        print(f"{fault.at}: {sentence(fault, 'ja')} / {sentence(fault, 'en')}", file=sys.stderr)
    if path is not None:
        rows: list[Mapping[str, Any]] = [
            {
                "at": f.at,
                "code": f.code,
                "values": f.values,
                "ja": sentence(f, "ja"),
                "en": sentence(f, "en"),
            }
            for f in faults
        ]
        path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def refuse(error: GunmaneError) -> int:
    """Say in both languages why nothing can be judged; exit code 2."""
    from gunmane.files.faults import said

    for language in ("ja", "en"):
        print(said(error, language), file=sys.stderr)
    return 2
