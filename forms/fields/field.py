"""Field: what every field type owns, and the one contract by which page, API and import use it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, Literal, Protocol, Self

from rules import Invalid, Problem

from ..label import Label, say
from ..raw import is_empty

OnHide = Literal["clear", "keep", "recompute"]
Mode = Literal["always", "default"]


class Lookup(Protocol):
    """Where records of the world are found; the caller's answer respects the reader's data permission."""

    def find(self, of: str, id: str) -> Mapping[str, Any] | None:
        """The record `id` of kind `of`, or None when it does not exist or may not be seen."""
        ...


@dataclass(frozen=True, slots=True)
class At:
    """The circumstances of reading one value: the time, where records are found, and the value stored before."""

    now: datetime
    lookups: Lookup
    before: Any = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an exported or imported worksheet.

    kind is ``text``, ``number``, ``integer``, ``date``, ``list``; number_format is a worksheet format code.
    """

    key: str
    header: str
    kind: str = "text"
    number_format: str = "@"
    width: int = 20
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hint:
    """One line of help a type gives by itself: a catalogue key and its params, as a Problem has."""

    code: str
    params: Mapping[str, Any]


Setup = Mapping[str, Any]
LABEL = {"$ref": "#/$defs/label"}
DECIMAL = {"$ref": "#/$defs/decimal"}

COMMON: Mapping[str, Any] = MappingProxyType({
    "id": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,31}$"},
    "key": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,63}$"},
    "label": LABEL,
    "help": LABEL,
    "material": {"type": "boolean"},
    "personal": {"type": "boolean"},
})
VALUE: Mapping[str, Any] = MappingProxyType({
    "placeholder": LABEL,
    "required": {"type": "boolean"},
    "unique": {"enum": ["form", "customer"]},
    "on_hide": {"enum": ["clear", "keep", "recompute"]},
    "compute": {"type": "string", "minLength": 1, "maxLength": 4000},
    "mode": {"enum": ["always", "default"]},
})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(ABC):
    """One field of a Form; a subclass is a type, an instance is one field set up by an admin.

    id        identity for ever, never reused
    key       its name in formulas, answers and the API
    material  changing it voids approvals given before
    personal  its value enters the ledger only as commitment and ciphertext
    compute   formula text, or None for a field people fill; `mode` says whether it is always or only first computed
    """

    type: ClassVar[str]
    own: ClassVar[Mapping[str, Any]] = {}
    needs: ClassVar[tuple[str, ...]] = ()
    feel: ClassVar[str] = "any"
    empty: ClassVar[Any] = None
    has_value: ClassVar[bool] = True
    # Given by the system at its time (a serial number): nobody writes it, nobody is asked for it.
    assigned: ClassVar[bool] = False
    # The members of a setup that all types with a value share, less those that make no sense for this one.
    shared: ClassVar[Mapping[str, Any]] = VALUE

    id: str
    key: str
    label: Label
    help: Label | None = None
    placeholder: Label | None = None
    required: bool = False
    material: bool = False
    personal: bool = False
    unique: str | None = None
    on_hide: OnHide = "clear"
    compute: str | None = None
    mode: Mode = "always"

    @property
    def feel_type(self) -> str:
        """The text of this field's type in the formula language."""
        return self.feel

    @property
    def allowed(self) -> tuple[str, ...]:
        """The only values an answer can have, for the formula checker; empty where there is no such list."""
        return ()

    @property
    def choices(self) -> Mapping[str, Mapping[str, str]]:
        """The labels of the values an answer can have, by value, for whoever writes a formula."""
        return {}

    # setup ---------------------------------------------------------------------------------------------------

    @classmethod
    def setup_schema(cls) -> dict[str, Any]:
        """The JSON Schema fragment of this type's setup; unknown members are refused."""
        members = {**COMMON, **(cls.shared if cls.has_value else {}), "type": {"const": cls.type}, **cls.own}
        return {
            "type": "object",
            "properties": members,
            "required": ["id", "key", "type", "label", *cls.needs],
            "additionalProperties": False,
        }

    @classmethod
    def build(cls, setup: Setup, problems: list[Problem], columns: tuple[Field, ...] = ()) -> Self:
        """The field a checked `setup` describes; what is wrong with it beyond its shape goes to `problems`."""
        given = {f.name for f in fields(cls)}
        values = {name: value for name, value in setup.items() if name in given}
        if "compute" in setup and "on_hide" not in setup:
            values["on_hide"] = "recompute"
        values.update(cls.own_values(setup, problems))
        return cls(**values)

    @classmethod
    def own_values(cls, setup: Setup, problems: list[Problem]) -> dict[str, Any]:
        """Typed values of the members this type adds (limits as Decimal, compiled patterns, …)."""
        return {}

    # reading -------------------------------------------------------------------------------------------------

    def read(self, raw: object, at: At) -> Any:
        """The typed value of `raw` (page text, JSON or a prepared cell); `empty` for nothing.

        Raises Invalid with paths relative to this field.
        """
        return self.empty if is_empty(raw) else self.parse(raw, at)

    @abstractmethod
    def parse(self, raw: object, at: At) -> Any:
        """`raw`, which is not empty, as a typed value; raises Invalid."""

    def restore(self, value: Any, copied: Any, at: At) -> Any:
        """The typed value of what is stored, `copied` beside it; nothing is looked up or judged. Raises Invalid."""
        return self.read(value, at)

    def from_cell(self, cell: object) -> object:
        """A worksheet cell (text, float, bool, date, datetime, None) as raw input for `read`."""
        return cell

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        """What is wrong with a typed, non-empty `value` under this field's limits."""
        return iter(())

    def is_empty(self, value: Any) -> bool:
        return bool(value == self.empty)

    # showing -------------------------------------------------------------------------------------------------

    def display(self, value: Any, locale: str = "zh-CN") -> str:
        """`value` for a reader; an empty value is an empty text."""
        return "" if self.is_empty(value) else self.show(value, locale)

    def show(self, value: Any, locale: str) -> str:
        return str(value)

    def masked(self, stored: Any) -> Any:
        """A stored answer as programs are told it that may not write it; what is not masked stays as it is."""
        return stored

    def to_text(self, value: Any) -> str:
        """`value` as a person would type it; ``read(to_text(v)) == v``."""
        return "" if self.is_empty(value) else self.write(value)

    def write(self, value: Any) -> str:
        return str(value)

    def to_json(self, value: Any) -> Any:
        """`value` as stored and sent: decimal strings, ISO dates; ``read(to_json(v)) == v``."""
        return value

    def fact(self, value: Any) -> Any:
        """`value` as formulas see it."""
        return value

    def packed(self, value: Any) -> Mapping[str, Any] | None:
        """What is stored beside the answer because it was copied from elsewhere; None for nothing."""
        return None

    def simple(self, value: Any) -> Any:
        """`value` without the wrapping that carries what was copied."""
        return value

    def hints(self) -> tuple[Hint, ...]:
        """What this type tells a person about accepted input, as catalogue keys."""
        return ()

    # the world -----------------------------------------------------------------------------------------------

    @abstractmethod
    def control(self, locale: str) -> Any:
        """The WTForms field that shows this field and collects its raw input."""

    @abstractmethod
    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of one non-empty answer in its stored form."""

    def excel(self, locale: str = "zh-CN") -> Column:
        """The worksheet column of this field."""
        return Column(self.key, self.header(locale))

    def header(self, locale: str) -> str:
        """The heading of this field's worksheet column."""
        return say(self.label, locale)

    # problems ------------------------------------------------------------------------------------------------

    def problem(self, code: str, path: str = "", **params: Any) -> Problem:
        """A Problem that names this field in both languages."""
        return Problem(code, path, {"label": dict(self.label), **params})

    def refuse(self, code: str, path: str = "", **params: Any) -> Invalid:
        """The same as an exception to raise."""
        return Invalid([self.problem(code, path, **params)])
