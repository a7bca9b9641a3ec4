"""Writing a mapping file that a person completes."""

from collections.abc import Sequence

from gunmane.core.ledgers.fields import fields_of
from gunmane.core.ledgers.recognise import Reading, Use
from gunmane.core.ledgers.text import one_line

_HEAD = """\
# 対応表: {file}
# 列ごとに、左が台帳の列名、右が読み込み先の項目です。
# `?` の行を書き換えてください。使わない列は "" のままにします。
# Mapping for {file}: on the left the ledger's column, on the right the field it feeds.
# Answer the lines marked `?`; leave "" for columns that are not needed.
# A column can also be a table: {{ field = "length_m", unit = "km" }}.

asset_class = "{asset_class}"
# asset 1行1施設 | inspection 1行1点検 | asset_years 施設×年 (one row per asset and year)
rows = "{rows}"
"""

_ASK_NUMBER = """\
# 番号列がないとき、1行を特定する列 / where there is no number column: columns that identify a row
# number_from = ["…", "…"]
"""


def suggestion(reading: Reading, sample: Sequence[Sequence[str]], file: str) -> str:
    """Return TOML with one entry per column: the field taken, its confidence and examples; questions are marked
    `?`.
    """
    lines = [_HEAD.format(file=file, asset_class=reading.asset_class.value, rows=reading.rows)]
    if reading.scale:
        lines.append(f"scale = {_quoted(reading.scale)}          # 判定の尺度 / scale of the grades")
    uses = {use.column: use for use in reading.uses}
    asked = {question.header: question for question in reading.questions}
    lines.append("\n[columns]")
    for position, name in enumerate(reading.header):
        if not name:
            continue
        examples = _examples(sample[position] if position < len(sample) else ())
        if position in uses:
            lines.append(f"{_quoted(name)} = {_rule(uses[position])}  # {uses[position].confidence:.0%}  {examples}")
        elif name in asked:
            options = ", ".join(asked[name].candidates)
            lines.append(f'{_quoted(name)} = ""  # ? {_REASONS[asked[name].code]}: {options}  {examples}')
        else:
            note = "不要 / not needed" if name in reading.ignored else "? 未認識 / not recognised"
            lines.append(f'{_quoted(name)} = ""  # {note}  {examples}')
    if not reading.use_of("number"):
        lines.insert(1, _ASK_NUMBER)
    lines.append("\n# 項目 / fields: " + ", ".join(fields_of(reading.asset_class)))
    return "\n".join(lines) + "\n"


_REASONS = {
    "column_ambiguous": "同じ項目の候補が複数 / several columns could be this",
    "column_uncertain": "不確か / uncertain",
    "column_not_readable": "名前は合うが値が読めない / the name fits, the values do not",
}


def _rule(use: Use) -> str:
    """Return the right-hand side of a column's entry."""
    parts = [f"field = {_quoted(use.field.name)}"]
    if use.unit:
        parts.append(f"unit = {_quoted(use.unit)}")
    if use.era:
        parts.append(f"era = {_quoted(use.era)}")
    if use.year is not None:
        parts.append(f"year = {use.year}")
        if use.scale:
            parts.append(f"scale = {_quoted(use.scale)}")
    return _quoted(use.field.name) if len(parts) == 1 else "{ " + ", ".join(parts) + " }"


def _examples(cells: Sequence[str]) -> str:
    """Return a few different cells as a comment."""
    different = list(dict.fromkeys(text for text in (one_line(cell)[:24] for cell in cells) if text))[:3]
    return "例 / e.g. " + " | ".join(different) if different else "空欄 / blank"


def _quoted(text: str) -> str:
    """Return a TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
