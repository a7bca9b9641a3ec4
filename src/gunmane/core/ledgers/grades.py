"""Grades in all their spellings, always on a named scale."""

import re

from gunmane.core.errors import Fault
from gunmane.core.ledgers.synonyms import Lexicon
from gunmane.core.ledgers.text import fold
from gunmane.core.ledgers.values import Parsed
from gunmane.core.words import Scale

_ROMAN = ("i", "ii", "iii", "iv", "v")
_TOKEN = re.compile(r"(iv|v|i{1,3}|\d+(?:\.0+)?|[a-z]|[一二三四])(?:[-‐](\d))?")


class GradeReader:
    """Reads the grades of one scale.

    Words come from the scale itself (codes, Japanese and English names) and from the lexicon. A word that names
    another scale (緊急度 in a column of soundness classes) is the fault `grade_of_another_scale`: scales are never
    mixed.
    """

    def __init__(self, scale: Scale, lexicon: Lexicon) -> None:
        self.scale = scale
        self._unknown = lexicon.unknown_grades
        words = {fold(grade): grade for grade in scale.grades}
        for names in (scale.names_ja, scale.names_en):
            words |= {fold(name): grade for name, grade in zip(names, scale.grades, strict=True)}
        for grade, names in lexicon.synonyms.grades.get(scale.code, {}).items():
            words |= {fold(name): grade for name in names}
        roman = [grade for grade in scale.grades if grade.casefold() in _ROMAN]
        for grade in roman:
            number = _ROMAN.index(grade.casefold()) + 1
            words |= {str(number): grade, "一二三四五"[number - 1]: grade}
        self._words = words
        labels = lexicon.synonyms.grade_labels
        self._labels = sorted(map(fold, (*labels.get(scale.code, ()), *labels.get("any", ()))), key=len, reverse=True)
        own = frozenset(self._labels)
        self._foreign = (
            frozenset(fold(name) for code, names in labels.items() if code != "any" for name in names) - own
        )

    def __call__(self, text: str) -> Parsed:
        """Return the grade, None for "not judged", or a fault `unknown_grade`, `grade_of_another_scale`."""
        folded = fold(text)
        grade = self._words.get(folded)
        if grade is not None or folded in self._unknown:
            return grade
        if any(label in folded for label in self._foreign):
            return Fault("grade_of_another_scale", values={"text": text, "scale": self.scale.code})
        bare = folded
        for label in self._labels:
            bare = bare.removeprefix(label).lstrip(":=-")
        bare = re.sub(r"[()\[\]【】「」『』:：・,，、。]", " ", bare).strip()
        if bare in self._words:
            return self._words[bare]
        return self._with_words(bare) or Fault("unknown_grade", values={"text": text, "scale": self.scale.code})

    def _with_words(self, bare: str) -> str | None:
        """Read "iii早期措置段階", "iii-2", "2.0": a token, then words that must not name another grade."""
        match = _TOKEN.match(bare)
        if not match:
            return None
        token = match[1].split(".")[0] if match[1][0].isdigit() else match[1]
        grade = self._words.get(token)
        rest = bare[match.end() :].strip()
        if grade is None:
            return None
        if not rest:
            return grade
        named = {found for word, found in self._words.items() if len(word) > 2 and word in rest}
        if named == {grade} or self._words.get(rest) == grade:
            return grade
        return grade if not named and rest in ("判定", "ランク", "段階", "評価", "度") else None
