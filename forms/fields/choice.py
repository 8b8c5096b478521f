"""One of several options, or any number of them; options keep stable codes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from types import MappingProxyType
from typing import Any, ClassVar

from rules import Problem

from .. import controls
from ..label import LOCALES, Label, listed, say
from ..raw import SHORT, half_width, nfc, shown, trim
from .field import LABEL, At, Column, Field, Setup
from .web import render

OPTION = {
    "oneOf": [
        {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"},
        {
            "type": "object",
            "properties": {
                "code": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"},
                "label": LABEL,
                "retired": {"type": "boolean"},
                "aliases": {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": 20},
                "parents": {"type": "array", "items": {"type": "string"}, "maxItems": 500, "uniqueItems": True},
            },
            "required": ["code", "label"],
            "additionalProperties": False,
        },
    ]
}
DEPENDS_ON = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,63}$"}
OPTIONS = {"type": "array", "minItems": 1, "maxItems": 500, "items": OPTION}


@dataclass(frozen=True, slots=True)
class Option:
    """One option. A retired one stays readable on old records and cannot be chosen anew.

    `aliases` are other spellings people and workbooks use, such as RMB for CNY. `parents` are codes of the field that
    this one depends on: it is offered only while one of them is chosen there, without any always.
    """

    code: str
    label: Label
    retired: bool = False
    aliases: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()


def folded(text: str) -> str:
    """A text as options are compared: one width, one case, no space around it."""
    return half_width(nfc(trim(text))).casefold()


def options_of(setup: Setup, problems: list[Problem]) -> tuple[Option, ...]:
    """The options of a setup; codes used twice and words that would mean two options are Problems."""
    found: list[Option] = []
    for raw in setup["options"]:
        if isinstance(raw, str):
            # A bare code is its own label in every language, as with currencies.
            found.append(Option(raw, {"zh-CN": raw, "en": raw}))
        else:
            found.append(Option(
                raw["code"], raw["label"], raw.get("retired", False), tuple(raw.get("aliases", ())),
                tuple(raw.get("parents", ())),
            ))  # fmt: skip
    meaning: dict[str, str] = {}
    for index, option in enumerate(found):
        path = f"/options/{index}"
        if any(option.code == other.code for other in found[:index]):
            problems.append(Problem("form.option_duplicate", path, {"code": option.code}))
            continue
        for word in (option.code, *option.label.values(), *option.aliases):
            owner = meaning.setdefault(folded(word), option.code)
            if owner != option.code:
                problems.append(Problem("form.option_ambiguous", path, {"word": word, "first": owner}))
    if all(option.retired for option in found):
        problems.append(Problem("form.options_retired", "/options"))
    return tuple(found)


def words_of(options: Collection[Option]) -> MappingProxyType[str, str]:
    """Every word that names an option, folded, and the code it means."""
    words: dict[str, str] = {}
    for option in options:
        for word in (option.code, *option.label.values(), *option.aliases):
            words.setdefault(folded(word), option.code)
    return MappingProxyType(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Field):
    """One option; its code, its label in either language or an alias are read, the code is kept."""

    type: ClassVar[str] = "choice"
    feel: ClassVar[str] = "string"
    needs: ClassVar[tuple[str, ...]] = ("options",)
    own: ClassVar[dict[str, Any]] = {"options": OPTIONS, "depends_on": DEPENDS_ON}

    depends_on: str | None = None
    options: tuple[Option, ...] = ()
    words: Mapping[str, str] = member(default_factory=dict, repr=False, compare=False)

    @classmethod
    def own_values(cls, setup: Setup, problems: list[Problem]) -> dict[str, Any]:
        options = options_of(setup, problems)
        return {"options": options, "words": words_of(options)}

    @property
    def allowed(self) -> tuple[str, ...]:
        return tuple(o.code for o in self.options)

    @property
    def choices(self) -> Mapping[str, Mapping[str, str]]:
        return {o.code: dict(o.label) for o in self.options}

    def option(self, code: str) -> Option | None:
        return next((o for o in self.options if o.code == code), None)

    def code_of(self, raw: object) -> str:
        if not isinstance(raw, str):
            raise self.refuse("choice.type")
        code = self.words.get(folded(raw)) if len(raw) <= SHORT else None
        if code is None:
            raise self.refuse("choice.unknown", value=shown(trim(raw[:SHORT])), options=self.offered())
        return code

    def under(self, parent: Any) -> frozenset[str] | None:
        """The codes offered while the field this one depends on answers `parent`; None where it depends on none."""
        if self.depends_on is None:
            return None
        chosen = {parent} if isinstance(parent, str) else set(parent or ())
        return frozenset(o.code for o in self.options if not o.parents or chosen.intersection(o.parents))

    def offered(self, only: Collection[str] | None = None) -> dict[str, str]:
        """The options open to new answers, named in both languages, the first ten."""
        labels = [o.label for o in self.options if not o.retired and (only is None or o.code in only)]
        more = "…" if len(labels) > 10 else ""
        return {locale: listed((say(label, locale) for label in labels[:10]), locale) + more for locale in LOCALES}

    def parse(self, raw: object, at: At) -> Any:
        return self.code_of(raw)

    def codes(self, value: Any) -> tuple[str, ...]:
        """The codes an answer holds."""
        return () if value is None else (value,)

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        before = self.codes(at.before)
        for code in self.codes(value):
            option = self.option(code)
            if option is not None and option.retired and code not in before:
                yield self.problem("choice.retired", value=dict(option.label), options=self.offered())

    def among(self, value: Any, allowed: Collection[str]) -> Iterator[Problem]:
        """Problems of codes that a rule does not offer now."""
        for code in self.codes(value):
            option = self.option(code)
            if code not in allowed and option is not None:
                yield self.problem("choice.not_offered", value=dict(option.label), options=self.offered(allowed))

    def name_of(self, code: str, locale: str) -> str:
        option = self.option(code)
        return code if option is None else say(option.label, locale)

    def show(self, value: Any, locale: str) -> str:
        return self.name_of(value, locale)

    def pairs(self, locale: str) -> list[tuple[str, str]]:
        return [(o.code, say(o.label, locale)) for o in self.options if not o.retired]

    def names(self, locale: str) -> dict[str, str]:
        return {o.code: say(o.label, locale) for o in self.options}

    def control(self, locale: str) -> Any:
        choices = [("", ""), *self.pairs(locale)]
        return controls.Options(choices=choices, names=self.names(locale), **self.wiring(locale))

    def wiring(self, locale: str) -> dict[str, Any]:
        """Arguments of the control; which option belongs under which is told to the page, the server judges."""
        if self.depends_on is None:
            return render(self, locale)
        under = {o.code: o.parents for o in self.options if o.parents}
        return {"under": under, **render(self, locale, data_depends_on=self.depends_on, data_key=self.key)}

    def json_schema(self) -> dict[str, Any]:
        return {"enum": [o.code for o in self.options]}

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), "list", choices=tuple(name for _, name in self.pairs(locale)))


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiChoice(Choice):
    """Any number of options within limits, in the order the form lists them; text separates them by 、 , or ;"""

    type: ClassVar[str] = "multi_choice"
    feel: ClassVar[str] = "list"
    empty: ClassVar[Any] = ()
    own: ClassVar[dict[str, Any]] = {
        "options": OPTIONS,
        "depends_on": DEPENDS_ON,
        "min_items": {"type": "integer", "minimum": 0, "maximum": 500},
        "max_items": {"type": "integer", "minimum": 1, "maximum": 500},
    }

    @property
    def feel_type(self) -> str:
        return "list<string>"

    @property
    def allowed(self) -> tuple[str, ...]:
        return ()

    min_items: int = 0
    max_items: int = 500

    @classmethod
    def own_values(cls, setup: Setup, problems: list[Problem]) -> dict[str, Any]:
        low, high = setup.get("min_items", 0), setup.get("max_items", 500)
        if low > high:
            problems.append(Problem("form.bounds", "/min_items", {"low": str(low), "high": str(high)}))
        options = options_of(setup, problems)
        return {"options": options, "words": words_of(options)}

    def parse(self, raw: object, at: At) -> Any:
        if isinstance(raw, str):
            if len(raw) > SHORT * len(self.options):
                raise self.refuse("choice.unknown", value=shown(raw), options=self.offered())
            for separator in ("、", ",", "，", "；", "\n"):
                raw = raw.replace(separator, ";")
            raw = [part for part in raw.split(";") if trim(part)]
        if not isinstance(raw, list | tuple):
            raise self.refuse("choice.type_many")
        if len(raw) > 500:
            raise self.refuse("choice.too_many", max=min(self.max_items, 500), count=len(raw))
        codes = {self.code_of(item) for item in raw}
        if len(codes) < len(raw):
            raise self.refuse("choice.repeated")
        return tuple(o.code for o in self.options if o.code in codes)

    def codes(self, value: Any) -> tuple[str, ...]:
        return tuple(value or ())

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        yield from Choice.limits(self, value, at)
        if len(value) > self.max_items:
            yield self.problem("choice.too_many", max=self.max_items, count=len(value))
        if len(value) < self.min_items:
            yield self.problem("choice.too_few", min=self.min_items, count=len(value))

    def show(self, value: Any, locale: str) -> str:
        return listed((self.name_of(code, locale) for code in value), locale)

    def write(self, value: Any) -> str:
        return ";".join(value)

    def to_json(self, value: Any) -> Any:
        return list(value)

    def fact(self, value: Any) -> Any:
        return list(value)

    def control(self, locale: str) -> Any:
        return controls.ManyOptions(choices=self.pairs(locale), names=self.names(locale), **self.wiring(locale))

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"enum": [o.code for o in self.options]}, "uniqueItems": True}

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), width=24)
