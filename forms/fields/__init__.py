"""The field types: one class each, and the table that names them all."""

from __future__ import annotations

from types import MappingProxyType

from .choice import Choice, MultiChoice
from .codes import CreditCode, Email, Phone
from .dates import Date
from .field import At, Column, Field, Hint, Lookup
from .lookup import LookupField, Reference
from .money import Money, Percent
from .note import Note
from .number import Integer, Number
from .subform import Subform
from .text import LongText, Text
from .yes_no import YesNo

FIELD_TYPES: MappingProxyType[str, type[Field]] = MappingProxyType({
    cls.type: cls
    for cls in (
        Text, LongText, Number, Integer, Money, Percent, Date, YesNo, Choice, MultiChoice,
        CreditCode, Email, Phone, LookupField, Subform, Note,
    )
})

__all__ = ["FIELD_TYPES", "At", "Column", "Field", "Hint", "Lookup", "LookupField", "Reference", "Subform"]
