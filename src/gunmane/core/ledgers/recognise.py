"""Recognising which column of a ledger feeds which field."""

from collections.abc import Mapping as Table
from collections.abc import Sequence

from msgspec import Struct, structs

from gunmane.core.errors import Fault
from gunmane.core.ledgers.fields import Field, fields_of
from gunmane.core.ledgers.mapping import ColumnRule, Mapping
from gunmane.core.ledgers.names import match, match_below, year_alone, yearly_date, yearly_grade
from gunmane.core.ledgers.probe import share_readable
from gunmane.core.ledgers.synonyms import Lexicon
from gunmane.core.ledgers.text import fold, header_parts
from gunmane.core.words import AssetClass, Scale

SURE = 0.8
"""Share of the cells of a column without a telling name that must be grades for it to be taken as such."""

CERTAIN = 0.75
"""Confidence from which a column is taken without asking; an exact name has 1, a name inside a longer one 0.8."""

NAMED = 0.9
"""Confidence of a name that is met whole; below it the lower of two header rows speaks first (`位置情報_X座標`)."""

_ALSO_CALLED = {"process": "treatment"}
"""Field → the field whose words some ledgers write under its name: 処理方式 that says 合併 or 単独."""

SECTIONS_FROM = 0.8
"""Share of different numbers below which a number column is a route's, above it repetitions are mistakes."""


class Use(Struct, frozen=True, kw_only=True):
    """One column put to use: `column` is its position, `field` what it feeds, `confidence` 1 for a person's word."""

    column: int
    header: str
    field: Field
    unit: str = ""
    era: str = ""
    fiscal: bool = False
    year: int | None = None
    scale: str | None = None
    zero_unknown: bool = False
    values: dict[str, str] = {}
    confidence: float = 1.0


class Question(Struct, frozen=True):
    """Something about a column that only a person can answer; `code` names a text in the catalogue."""

    code: str
    header: str
    candidates: tuple[str, ...] = ()


class Reading(Struct, frozen=True, kw_only=True):
    """How a ledger is read: the uses of its columns, what was left over, and what is asked."""

    asset_class: AssetClass
    header: tuple[str, ...]
    uses: tuple[Use, ...]
    rows: str = "asset"
    scale: str | None = None
    number_from: tuple[int, ...] = ()
    constants: dict[str, str | int | float | bool] = {}
    keep: tuple[tuple[int, frozenset[str]], ...] = ()
    leave_out: tuple[tuple[int, frozenset[str]], ...] = ()
    words: dict[str, dict[str, str]] = {}
    mapping_name: str = ""
    unrecognised: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    faults: tuple[Fault, ...] = ()

    def use_of(self, name: str) -> Use | None:
        """Return the use that feeds field `name` (grade columns of single years apart), or None."""
        return next((use for use in self.uses if use.field.name == name and use.year is None), None)


def recognise(
    header: Sequence[str],
    sample: Sequence[Sequence[str]],
    asset_class: AssetClass,
    mapping: Mapping | None,
    lexicon: Lexicon,
    scales: Table[str, Scale],
    where: Table[str, str | Sequence[str]] | None = None,
) -> Reading:
    """Decide which column feeds which field.

    `sample` holds some rows' cells, column by column; a name that is met exactly is believed, a name that is only
    contained must be readable in half of the sample. A mapping's words come first. Faults: `no_such_column`,
    `no_such_field`, `no_such_scale`.
    """
    chosen = mapping or Mapping()
    fields = fields_of(asset_class)
    rules = chosen.rules()
    faults = _faults_of(chosen, rules, header, fields, scales, where or {})
    scale = chosen.scale or default_scale(asset_class, scales)
    uses: dict[int, Use] = {}
    ignored: list[str] = []
    for position, name in enumerate(header):
        rule = rules.get(fold(name))
        if rule is not None and rule.field in fields:
            uses[position] = _by_rule(position, name, rule, fields[rule.field], scale)
        elif rule is not None or chosen.only_named:
            ignored.append(name)
    taken = dict.fromkeys(chosen.constants, 1.0) | {use.field.name: 1.0 for use in uses.values()}
    open_columns = [] if chosen.only_named else [i for i, name in enumerate(header) if fold(name) not in rules]
    questions = _guess(
        open_columns, header, sample, asset_class, fields, lexicon, scales, scale, uses, taken, ignored
    )
    key_columns = _key_of_sections(uses, sample) if not chosen.number_from else ()
    positions = {fold(name): index for index, name in reversed(list(enumerate(header)))}
    conditions = {
        **chosen.keep,
        **{key: (value,) if isinstance(value, str) else tuple(value) for key, value in (where or {}).items()},
    }
    return Reading(
        asset_class=asset_class,
        header=tuple(header),
        uses=tuple(uses[index] for index in sorted(uses)),
        rows=chosen.rows,
        scale=scale,
        number_from=key_columns
        or tuple(positions[fold(name)] for name in chosen.number_from if fold(name) in positions),
        constants=chosen.constants,
        keep=_conditions(conditions, positions),
        leave_out=_conditions(chosen.leave_out, positions),
        words=chosen.words,
        mapping_name=chosen.name,
        unrecognised=tuple(
            header[i] for i in open_columns if i not in uses and header[i] not in ignored and header[i]
        ),
        ignored=tuple(ignored),
        questions=tuple(questions),
        faults=tuple(faults),
    )


def _key_of_sections(uses: dict[int, Use], sample: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """Return the columns that identify sections of road where the number repeats along a route.

    A number column that repeats in the sample is a route's number when the ledger has a from and a to: then route
    number, from and to together are the number, and the column stops being one.
    """
    found = {use.field.name: column for column, use in uses.items() if use.year is None}
    keys = tuple(found[name] for name in ("number", "from_km", "to_km") if name in found)
    if len(keys) < 2 or "number" not in found:
        return ()
    cells = [cell for cell in sample[found["number"]] if cell]
    if len(set(cells)) > SECTIONS_FROM * len(cells):
        return ()
    del uses[found["number"]]
    return keys


def _conditions(
    conditions: Table[str, Sequence[str]], positions: Table[str, int]
) -> tuple[tuple[int, frozenset[str]], ...]:
    """Return conditions by position of their column, texts folded."""
    return tuple(
        (positions[fold(key)], frozenset(map(fold, texts)))
        for key, texts in conditions.items()
        if fold(key) in positions
    )


def default_scale(asset_class: AssetClass, scales: Table[str, Scale]) -> str | None:
    """Return the first scale in the catalogue that grades this class, or None."""
    return next((code for code, scale in scales.items() if asset_class in scale.classes), None)


def _faults_of(
    mapping: Mapping,
    rules: Table[str, ColumnRule],
    header: Sequence[str],
    fields: Table[str, Field],
    scales: Table[str, Scale],
    where: Table[str, object],
) -> list[Fault]:
    """Return what a mapping asks for that does not exist."""
    present = {fold(name) for name in header}
    needed = [
        *(() if mapping.match else mapping.columns),
        *mapping.number_from,
        *mapping.keep,
        *mapping.leave_out,
        *where,
    ]
    faults = [Fault("no_such_column", at=name) for name in needed if fold(name) not in present]
    faults += [
        Fault("no_such_field", at=name, values={"field": rule.field})
        for name, rule in rules.items()
        if rule.field and rule.field not in fields
    ]
    named = [mapping.scale, *(rule.scale for rule in rules.values())]
    return faults + [Fault("no_such_scale", at=code) for code in named if code and code not in scales]


def _by_rule(position: int, name: str, rule: ColumnRule, target: Field, scale: str | None) -> Use:
    unit = header_parts(name)[1]
    return Use(
        column=position,
        header=name,
        field=target,
        unit=unit if rule.unit is None else fold(rule.unit),
        era=rule.era or "",
        fiscal="年度" in name if rule.fiscal is None else rule.fiscal,
        year=rule.year,
        scale=rule.scale or scale,
        zero_unknown=rule.zero_unknown,
        values={fold(key): value for key, value in rule.values.items()},
    )


def _guess(
    open_columns: Sequence[int],
    header: Sequence[str],
    sample: Sequence[Sequence[str]],
    asset_class: AssetClass,
    fields: Table[str, Field],
    lexicon: Lexicon,
    scales: Table[str, Scale],
    scale: str | None,
    uses: dict[int, Use],
    taken: dict[str, float],
    ignored: list[str],
) -> list[Question]:
    """Fill `uses` and `ignored` for columns without a rule and return the questions that remain.

    Long because it settles rivals in one pass: the surest column of a field wins, equals are asked about.
    """
    names = lexicon.synonyms.names(asset_class)
    personal = {header_parts(word)[0] for word in lexicon.synonyms.personal}
    skip = {header_parts(word)[0] for word in lexicon.synonyms.ignored} | personal
    candidates: dict[str, list[tuple[float, Use]]] = {}
    questions: list[Question] = []
    graded = {found[0] for i in open_columns if (found := yearly_grade(header[i], lexicon, scales, scale))}
    graded |= {use.year for use in uses.values() if use.year is not None}
    for position in open_columns:
        text, unit = header_parts(header[position])
        yearly = yearly_grade(header[position], lexicon, scales, scale)
        alone = year_alone(header[position])
        if not yearly and alone is not None and scale is not None and position < len(sample):
            grades = Use(column=position, header=header[position], field=fields["grade"], scale=scale)
            if (share_readable(grades, sample[position], lexicon, scales) or 0.0) >= SURE:
                yearly = alone, scale
        if yearly:
            uses[position] = Use(
                column=position, header=header[position], field=fields["grade"], year=yearly[0], scale=yearly[1]
            )
            continue
        if "inspected" in fields and (year := yearly_date(header[position], names)) in graded:
            uses[position] = Use(column=position, header=header[position], field=fields["inspected"], year=year)
            continue
        found, confidence = match(text, names)
        if confidence < NAMED:
            found, confidence = match_below(header[position], names, personal) or (found, confidence)
        if found is None or found not in fields:
            if text in skip or any(word in text for word in personal if not word.isascii()):
                ignored.append(header[position])
            continue
        use = Use(
            column=position,
            header=header[position],
            field=fields[found],
            unit=unit if unit not in ("年度", "年", "西暦", "和暦", "昭和", "平成", "令和", "大正") else "",
            era=unit if unit in ("昭和", "平成", "令和", "大正") else "",
            fiscal="年度" in header[position],
            scale=scale,
        )
        readable = share_readable(use, sample[position] if position < len(sample) else (), lexicon, scales)
        other = _ALSO_CALLED.get(found)
        if readable is not None and readable < 0.5 and other is not None and other in fields:
            instead = structs.replace(use, field=fields[other])
            if (share_readable(instead, sample[position], lexicon, scales) or 0.0) >= 0.5:
                # A column that bears the field's own name goes before one that only holds its words.
                candidates.setdefault(other, []).append((CERTAIN, instead))
                continue
        if readable is not None and readable < 0.5:
            questions.append(Question("column_not_readable", header[position], (found,)))
            continue
        candidates.setdefault(found, []).append((confidence, use))
    for name, rivals in candidates.items():
        best = max(confidence for confidence, _ in rivals)
        top = [use for confidence, use in rivals if confidence == best]
        if name in taken:
            continue
        if len(top) > 1 and fields[name].kind != "text":
            questions += [Question("column_ambiguous", use.header, (name,)) for use in top]
            continue
        if best < CERTAIN:
            questions.append(Question("column_uncertain", top[0].header, (name,)))
            continue
        uses[top[0].column] = top[0]
        taken[name] = best
    return questions
