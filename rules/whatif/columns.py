"""Facts of many customers as columns: values as they were given, and arrays made of them once, when first asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rules.facts import read_fact
from rules.problem import Invalid, pointer
from rules.scorecard import Fact

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Codes = NDArray[np.int32]

SMALL = 1e6
"""One bound of rounding errors for a whole column, up to here, is far below what any comparison allows for anyway."""
TEXT = Fact("", "string")
SHORT = 15
"""Decimals of so many digits lie in the order of their nearest floats, equal ones and unequal ones."""
SHORT_NUMBER = re.compile(r"-?(?=[0-9.]{1,16}\Z)[0-9]{1,15}(?:\.[0-9]{1,12})?")
DIGITS = re.compile(r"[-0-9.\n]*")


class Column(NamedTuple):
    """One Fact of all customers.

    values  nearest floats, truth values, or codes into the words of its Columns
    gap     where there is no value (None: nowhere)
    odd     where the value is not of the kind asked for, or a number too long for a float
    size    bound of all |values| where it is small, else None
    """

    values: Any
    gap: Mask | None
    odd: Mask | None
    size: float | None = None


class Columns:
    """Facts of N customers, read once and used for any number of Scorecards; it may be kept and shared by threads.

    ids       of the customers, in the order of all columns
    facts     values by name: as `rate` takes them, or with `stored` as JSON keeps them (decimal text, whole numbers,
              truth values, text, None). None is an absence; give it too for what may not be used (stale, refused)
    variants  names of the weight sets, None for the Scorecard's default; one for all, or one for each customer
    """

    def __init__(
        self, ids: Sequence[Any], facts: Mapping[str, Sequence[Any]], variants: Sequence[str | None] | None = None,
        *, stored: bool = False,
    ) -> None:
        lengths = {len(ids), *(len(column) for column in facts.values()), *([len(variants)] if variants else [])}
        if len(lengths) > 1:
            raise ValueError(f"columns of unequal length: {sorted(lengths)}")
        self.ids = ids
        self.facts = facts
        self.variants = variants
        self.stored = stored
        self.words: dict[str, int] = {}
        self._adding = Lock()
        self._made: dict[tuple[str, str], Column] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def word(self, text: str) -> int:
        """The code of a text."""
        found = self.words.get(text)
        if found is None:
            with self._adding:  # two texts must never have one code
                found = self.words.setdefault(text, len(self.words))
        return found

    def known_words(self) -> list[str]:
        """The texts by code, as far as any has one."""
        with self._adding:
            return list(self.words)

    def lower(self, codes: Any) -> Any:
        """The codes of the same texts in lower case."""
        table = np.array([self.word(text.lower()) for text in self.known_words()], np.int32)
        return table[codes]

    def column(self, name: str, kind: str) -> Column:
        """The Fact as arrays; `kind` is number, string or boolean. A name without values is a gap everywhere."""
        found = self._made.get((name, kind))
        if found is None:
            found = self._made[name, kind] = self._read(name, kind)
        return found

    def _read(self, name: str, kind: str) -> Column:
        given = self.facts.get(name)
        if given is None:
            empty = {"number": np.float64, "boolean": np.bool_, "string": np.int32}[kind]
            return Column(np.zeros(len(self), empty), np.ones(len(self), np.bool_), None)
        count, kinds = len(self), set(map(type, given))
        gap = None
        if type(None) in kinds:
            gap = np.fromiter((value is None for value in given), np.bool_, count)
        if kind == "number":
            values, odd = self._numbers(given, kinds)
            most = float(np.max(np.abs(values), initial=0.0))
            return Column(values, gap, odd, most if most <= SMALL else None)
        if kind == "boolean":
            truths = np.fromiter((value is True for value in given), np.bool_, count)
            return Column(truths, gap, _where([value.__class__ not in (bool, type(None)) for value in given]))
        if kinds <= {str, type(None)}:
            codes = {value: self.word(value or "") for value in set(given)}
            refused = {code for value, code in codes.items() if not _is_text(value, self.stored)}
            found = np.fromiter(map(codes.__getitem__, given), np.int32, count)
            return Column(found, gap, np.isin(found, list(refused)) if refused else None)
        texts = [value if _is_text(value, self.stored) else None for value in given]
        odd = _where([kept is None and value is not None for kept, value in zip(texts, given, strict=True)])
        return Column(np.fromiter((self.word(text or "") for text in texts), np.int32, count), gap, odd)

    def _numbers(self, given: Sequence[Any], kinds: set[type]) -> tuple[Floats, Mask | None]:
        """Nearest floats, 0 where there is none, and where that is no number or a long one."""
        texts: Any
        if self.stored and kinds == {str}:
            texts = given
        elif not self.stored and kinds == {Decimal}:
            texts = list(map(str, given))
        else:
            texts = [_digits(value, self.stored) for value in given]
        found = _floats(texts)
        if found is not None:
            return found, None
        long = [SHORT_NUMBER.fullmatch(text) is None for text in texts]
        kept = ["0" if odd else text for text, odd in zip(texts, long, strict=True)]
        return np.fromiter(map(float, kept), np.float64, len(kept)), _where(long)

    def strange(self, name: str, fact: Fact) -> Mask | None:
        """Where a Fact of a kind without arrays is one that the exact function refuses, or might refuse."""
        found = self._made.get((name, fact.type))
        if found is None:
            given = self.facts.get(name, ())
            refused = [_is_refused(value, fact, self.stored) for value in given]
            found = self._made[name, fact.type] = Column(None, None, _where(refused))
        return found.odd

    def exact(self, row: int, facts: Mapping[str, Fact]) -> dict[str, Any]:
        """The Facts of one customer as `rate` takes them; raises Invalid for stored values that cannot be read."""
        given = {name: self.facts[name][row] for name in facts if name in self.facts}
        if not self.stored:
            return given
        values: dict[str, Any] = {}
        problems = []
        for name, raw in given.items():
            values[name], problem = read_fact(facts[name], raw, pointer(name))
            if problem is not None:
                problems.append(problem)
        if problems:
            raise Invalid(problems)
        return values


def _floats(texts: Sequence[str]) -> Floats | None:
    """The numbers of a column in which each text surely is a short one: looked at as one text, twenty times faster."""
    if not texts:
        return np.zeros(0)
    joined = "\n".join(texts)
    if max(map(len, texts)) > SHORT - 1 or not DIGITS.fullmatch(joined):
        return None
    if any(wrong in f"\n{joined}\n" for wrong in (".\n", "\n.", "-.", "\n\n")):
        return None
    try:
        return np.fromiter(map(float, texts), np.float64, len(texts))
    except ValueError:  # a minus or a second point where none belongs
        return None


def _digits(value: Any, stored: bool) -> str:
    """The text of a number; "0" for None, and "" for what is no number to `rate`."""
    kind = value.__class__
    if kind is str:
        text: str = value if stored else ""
        return text
    if value is None:
        return "0"
    return str(value) if kind is int or (kind is Decimal and not stored) else ""


def _is_text(value: Any, stored: bool) -> bool:
    """A text, or None; a stored one also has to be of a kind that may be stored."""
    if value.__class__ is not str:
        return value is None
    return not stored or read_fact(TEXT, value, "")[1] is None


def _is_refused(value: Any, fact: Fact, stored: bool) -> bool:
    if stored:
        return read_fact(fact, value, "")[1] is not None
    return value.__class__ is float or (value.__class__ is Decimal and not value.is_finite())


def _where(found: Sequence[bool]) -> Mask | None:
    return np.array(found, np.bool_) if any(found) else None
