"""Tags: short words, free or out of a list, kept in one order so that equal sets are equal answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from typing import Any, ClassVar

from rules import Problem

from .. import controls
from ..label import LOCALES, listed, say
from ..raw import SHORT, bad_character, nfc, shown, trim
from .choice import OPTIONS, Option, folded, options_of, words_of
from .field import At, Column, Field, Hint, Setup
from .web import render

MOST_TAGS = 100
SEPARATORS = re.compile("[、,，;；\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags(Field):
    """Any number of words. One that names an option is kept as its code, any other as written, if `free` allows it.

    Options come first in the form's order, then free words in the order of their letters; words that differ only in
    case or width are one.
    """

    type: ClassVar[str] = "tags"
    feel: ClassVar[str] = "list"
    empty: ClassVar[Any] = ()
    own: ClassVar[dict[str, Any]] = {
        "options": OPTIONS,
        "free": {"type": "boolean"},
        "min_items": {"type": "integer", "minimum": 0, "maximum": MOST_TAGS},
        "max_items": {"type": "integer", "minimum": 1, "maximum": MOST_TAGS},
        "max_length": {"type": "integer", "minimum": 1, "maximum": SHORT},
    }

    options: tuple[Option, ...] = ()
    words: Mapping[str, str] = member(default_factory=dict, repr=False, compare=False)
    free: bool = True
    min_items: int = 0
    max_items: int = 20
    max_length: int = 30

    @classmethod
    def own_values(cls, setup: Setup, problems: list[Problem]) -> dict[str, Any]:
        low, high = setup.get("min_items", 0), setup.get("max_items", 20)
        if low > high:
            problems.append(Problem("form.bounds", "/min_items", {"low": str(low), "high": str(high)}))
        if "options" not in setup:
            if not setup.get("free", True):
                problems.append(Problem("form.tags_closed", "/free"))
            return {}
        options = options_of(setup, problems)
        return {"options": options, "words": words_of(options)}

    @property
    def feel_type(self) -> str:
        return "list<string>"

    @property
    def choices(self) -> Mapping[str, Mapping[str, str]]:
        return {o.code: dict(o.label) for o in self.options}

    def option(self, code: str) -> Option | None:
        return next((o for o in self.options if o.code == code), None)

    def parse(self, raw: object, at: At) -> tuple[str, ...]:
        if isinstance(raw, str):
            if len(raw) > MOST_TAGS * (SHORT + 1):
                raise self.refuse("tags.too_many", max=self.max_items, count=raw.count(",") + 1)
            raw = SEPARATORS.split(raw)
        if not isinstance(raw, list | tuple):
            raise self.refuse("tags.type")
        if len(raw) > 10 * MOST_TAGS:
            raise self.refuse("tags.too_many", max=self.max_items, count=len(raw))
        found: dict[str, str] = {}
        for item in raw:
            word = self.word(item)
            if word:
                found.setdefault(folded(word), word)
        if len(found) > MOST_TAGS:
            raise self.refuse("tags.too_many", max=self.max_items, count=len(found))
        place = {option.code: number for number, option in enumerate(self.options)}
        return tuple(sorted(found.values(), key=lambda word: (place.get(word, len(place)), folded(word), word)))

    def word(self, raw: object) -> str:
        """One tag as it is kept; an empty one is nothing."""
        if not isinstance(raw, str):
            raise self.refuse("tags.type")
        text = trim(raw)
        if len(text) > SHORT:
            raise self.refuse("tags.length", max=self.max_length, value=shown(text))
        bad = bad_character(text)
        if bad is not None:
            raise self.refuse("text.character", position=bad[0], character=bad[1])
        if SEPARATORS.search(text):
            raise self.refuse("tags.separator", value=shown(text))
        text = nfc(text)
        return self.words.get(folded(text), text)

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        before = at.before or ()
        for word in value:
            option = self.option(word)
            if option is None and not self.free and word not in before:
                yield self.problem("tags.unknown", value=shown(word))
            elif option is not None and option.retired and word not in before:
                yield self.problem("tags.retired", value=dict(option.label))
            elif option is None and len(word) > self.max_length:
                yield self.problem("tags.length", max=self.max_length, value=shown(word))
        if len(value) > self.max_items:
            yield self.problem("tags.too_many", max=self.max_items, count=len(value))
        if len(value) < self.min_items:
            yield self.problem("tags.too_few", min=self.min_items, count=len(value))

    def name_of(self, word: str, locale: str) -> str:
        option = self.option(word)
        return word if option is None else say(option.label, locale)

    def show(self, value: Any, locale: str) -> str:
        return listed((self.name_of(word, locale) for word in value), locale)

    def write(self, value: Any) -> str:
        return ";".join(value)

    def to_json(self, value: Any) -> Any:
        return list(value)

    def fact(self, value: Any) -> Any:
        return list(value)

    def hints(self) -> tuple[Hint, ...]:
        offered = [o.label for o in self.options if not o.retired][:10]
        if not self.free or not offered:
            return (Hint("hint.tags", {}),) if self.free else ()
        words = {locale: listed((say(label, locale) for label in offered), locale) for locale in LOCALES}
        return (Hint("hint.tags", {}), Hint("hint.tags_offered", {"words": words}))

    def control(self, locale: str) -> Any:
        if self.free:
            return controls.Control(**render(self, locale, autocomplete="off"))
        offered = [(o.code, say(o.label, locale)) for o in self.options if not o.retired]
        names = {o.code: say(o.label, locale) for o in self.options}
        return controls.ManyOptions(choices=offered, names=names, **render(self, locale))

    def json_schema(self) -> dict[str, Any]:
        word = {"type": "string", "minLength": 1, "maxLength": SHORT}
        return {"type": "array", "items": word, "maxItems": MOST_TAGS, "uniqueItems": True}

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), width=24)
