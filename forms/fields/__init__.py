"""The field types: one class each, and the table that names them all."""

from __future__ import annotations

from types import MappingProxyType

from .address import AddressField
from .bank import BankAccount, BankCode
from .choice import Choice, MultiChoice
from .codes import CreditCode, Email, Phone
from .dates import Date
from .field import At, Column, Field, Hint, Lookup
from .files import Attachments, Images
from .files_signature import SignatureField
from .lookup import LookupField, Reference
from .moments import Moment
from .money import Money, Percent
from .note import Note, Separator
from .number import Integer, Number
from .people import DepartmentField, UserField
from .serial import Serial
from .shown import RatingField
from .spans import DateRange
from .subform import Subform
from .tags import Tags
from .text import LongText, Text
from .yes_no import YesNo

FIELD_TYPES: MappingProxyType[str, type[Field]] = MappingProxyType({
    cls.type: cls
    for cls in (
        Text, LongText, Number, Integer, Money, Percent, Date, Moment, DateRange, YesNo, Choice, MultiChoice, Tags,
        CreditCode, Email, Phone, AddressField, BankAccount, BankCode, LookupField, UserField, DepartmentField,
        Serial, Attachments, Images, SignatureField, Subform, RatingField, Note, Separator,
    )
})

__all__ = ["FIELD_TYPES", "At", "Column", "Field", "Hint", "Lookup", "LookupField", "Reference", "Serial", "Subform"]
