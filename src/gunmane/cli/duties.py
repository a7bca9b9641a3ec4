"""`gunmane duties`: which statutory duties assets have on a day, each explained by its article."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from gunmane.cli.days import iso_day
from gunmane.core.calendar import date_text, fiscal_year
from gunmane.core.duties.engine import DueItem, due_items
from gunmane.core.duties.facts import AssetFacts, life
from gunmane.core.duties.outlook import outlook
from gunmane.core.duties.reasons import event_text
from gunmane.core.duties.rules import RuleBook, Texts
from gunmane.core.errors import Fault, GunmaneError
from gunmane.core.words import Language
from gunmane.files.faults import said
from gunmane.files.rules import SHIPPED, load_rules, local_files, rule_book, texts
from gunmane.files.stories import read_stories


def add(commands: Any) -> None:
    """Add the sub-commands `duties explain` and `duties rules`."""
    duties = commands.add_parser("duties", help="statutory duties: due dates explained by article (法定義務の期限)")
    actions = duties.add_subparsers(metavar="ACTION", required=True)
    explain = actions.add_parser("explain", help="duties of the assets in a file of life stories")
    explain.add_argument("facts", type=Path, metavar="FACTS.json", help="array of life stories; - = standard input")
    explain.add_argument("--on", type=iso_day, required=True, metavar="DATE", help="as of this day")
    explain.add_argument("--json", action="store_true", help="print one JSON array")
    explain.add_argument(
        "--what-if", type=iso_day, metavar="DATE", help="as if rules not in force came into force on DATE"
    )
    explain.add_argument(
        "--rules", type=Path, action="append", default=[], metavar="FILE.toml", help="further rules: local practice"
    )
    explain.set_defaults(run=run_explain)
    table = actions.add_parser("table", help="what falls due in the next fiscal years, with slack (5年期限表)")
    table.add_argument("facts", type=Path, metavar="FACTS.json", help="array of life stories; - = standard input")
    table.add_argument("--on", type=iso_day, required=True, metavar="DATE", help="as of this day")
    table.add_argument("--years", type=int, default=5, choices=range(1, 31), metavar="N", help="default 5")
    table.add_argument("--out", type=Path, required=True, metavar="DUE.xlsx", help="workbook to be written")
    table.add_argument("--language", type=Language, default=Language.JA, choices=list(Language), help="default ja")
    table.add_argument(
        "--what-if", type=iso_day, metavar="DATE", help="as if rules not in force came into force on DATE"
    )
    table.add_argument("--rules", type=Path, action="append", default=[], metavar="FILE.toml", help="further rules")
    table.set_defaults(run=run_table)
    rules = actions.add_parser("rules", help="list the rules with basis, source and status")
    rules.add_argument("--on", type=iso_day, metavar="DATE", help="only those in force on DATE")
    rules.add_argument("--rules", type=Path, action="append", default=[], metavar="FILE.toml", help="further rules")
    rules.set_defaults(run=run_rules)


def run_explain(options: argparse.Namespace) -> int:
    """Print one row per asset and duty; exit code 2 with every fault on standard error for bad input."""
    try:
        book = _book(options.rules)
        if options.what_if is not None:
            book = book.what_if(options.what_if)
        stories = read_stories(_document(options.facts), book)
    except GunmaneError as error:
        return _refuse(error)
    items = [
        (story.owner, story.asset_class.value, item)
        for story in stories
        for item in due_items(story, options.on, book)
    ]
    notes = {story.id: _notes(story, book) for story in stories}
    rows = [{"owner": owner, "asset_class": name, **as_row(item), **notes[item.id]} for owner, name, item in items]
    _warn(stories, options.on, book)
    if options.json:
        json.dump(rows, sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    for row in rows:
        window = f"{row['window_open'] or '':10} {row['due_soft'] or '':10} {row['due'] or '':10}"
        print(f"{row['id']:12} {row['duty']:28} {row['state']:15} {window}")
        print(f"    {row['reason_ja']}\n    {row['reason_en']}")
    return 0


def run_table(options: argparse.Namespace) -> int:
    """Write the due table; exit code 2 with every fault on standard error for bad input."""
    from gunmane.files.rosters import texts as sheet_texts
    from gunmane.files.workbooks import due_book

    try:
        book = _book(options.rules)
        if options.what_if is not None:
            book = book.what_if(options.what_if)
        rows = outlook(read_stories(_document(options.facts), book), options.on, book, options.years)
    except GunmaneError as error:
        return _refuse(error)
    told = book.ja if options.language is Language.JA else book.en
    first = fiscal_year(options.on)
    years = range(first, first + options.years)
    data = due_book(
        rows, years, sheet_texts(options.language.value), told.duties, told.states, options.language.value
    )
    options.out.write_bytes(data)
    print(f"{len(rows)} → {options.out}")
    return 0


def run_rules(options: argparse.Namespace) -> int:
    """Print the rule rows, one a line."""
    try:
        book = _book(options.rules)
    except GunmaneError as error:
        return _refuse(error)
    for rule in book.rules:
        if options.on is None or rule.in_force(options.on):
            since = rule.valid_from.isoformat() if rule.valid_from else "not in force"
            print(f"{rule.id:45} {rule.kind:10} {rule.status:11} {since:12} {rule.basis_ja} [{rule.source}]")
    return 0


def as_row(item: DueItem) -> dict[str, Any]:
    """Return a due item as plain JSON values; dates as YYYY-MM-DD."""

    def day(value: date | None) -> str | None:
        return value.isoformat() if value is not None else None

    anchor = item.anchor
    return {
        "id": item.id,
        "duty": item.duty,
        "state": item.state.value,
        "window_open": day(item.window_open),
        "due_soft": day(item.due_soft),
        "due": day(item.due),
        "basis": item.basis_ja,
        "basis_en": item.basis_en,
        "reason_ja": item.reason_ja,
        "reason_en": item.reason_en,
        "anchor": None if anchor is None else {"kind": anchor.kind.value, "duty": anchor.duty, "on": day(anchor.on)},
        "done_on": day(item.done_on),
        "missing": list(item.missing),
        "rule": item.rule,
        "status": item.status.value,
        "as_of": day(item.as_of),
    }


def _notes(story: AssetFacts, book: RuleBook) -> dict[str, list[str]]:
    """Say under which reservations an asset's facts were read, in both languages."""
    languages = {"notes_ja": book.ja, "notes_en": book.en}
    return {key: [_remark(one, words) for one in story.remarks] for key, words in languages.items()}


def _remark(remark: Fault, words: Texts) -> str:
    values = {**remark.values, "kind": words.kinds.get(str(remark.values.get("kind")), "")}
    return words.remarks[remark.code].format(**values)


def _warn(stories: list[AssetFacts], on: date, book: RuleBook) -> None:
    """Tell on standard error what of the file was not taken as it stands."""
    for story in stories:
        later = life(story, on).later
        for words, language in ((book.ja, "ja"), (book.en, "en")):
            for remark in story.remarks:
                print(f"{story.id}: {_remark(remark, words)}", file=sys.stderr)
            if later:
                told = words.reasons["and"].join(event_text(event, words, language) for event in later)
                sentence = words.reasons["later"].format(on=date_text(on, language), events=told)
                print(f"{story.id}: {sentence}", file=sys.stderr)


def _book(further: list[Path]) -> RuleBook:
    return load_rules([*further, *local_files(), SHIPPED]) if further else rule_book()


def _document(path: Path) -> Any:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
        return json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise GunmaneError("bad_facts", [Fault("facts_not_json", "", {"message": str(error)})]) from error


def _fault(fault: Fault, language: str) -> str:
    template = texts(language).faults.get(fault.code)
    return said(fault, language) if template is None else template.format_map({"hint": "", **fault.values})


def _refuse(error: GunmaneError) -> int:
    for fault in error.faults:
        for language in ("ja", "en"):
            print(f"{fault.at or '/'}: {_fault(fault, language)}", file=sys.stderr)
    return 2
