"""Files in checked answers: which there are, and the binding of signatures at the moment of submission."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from .answers import Answers
from .fields import Field
from .fields.files import File, FilesField
from .fields.files_signature import SignatureField, bind
from .model import Form

__all__ = ["File", "Filed", "files_of", "has_files", "signed"]

Filed = FilesField | SignatureField


def has_files(form: Form) -> bool:
    """Whether a Form asks for files at all."""
    return any(isinstance(field, Filed) for field in form.asked)


def files_of(form: Form, typed: Mapping[str, Any]) -> Iterator[tuple[Field, File]]:
    """Every file typed answers hold, with its field; a drawn signature is one."""
    for field in form.asked:
        value = typed.get(field.key)
        if isinstance(field, FilesField):
            yield from ((field, file) for file in value or ())
        elif isinstance(field, SignatureField) and value is not None and value.image is not None:
            yield field, value.image


def signed(
    answers: Answers, *, who: tuple[str, str], now: datetime, digest: Callable[[Mapping[str, Any]], str],
    writable: Collection[str] | None = None,
) -> Answers:
    """The answers with every new signature bound to `who` (id, name), `now`, and what was answered.

    `digest` takes the stored form of the answers without any signature. Raises Invalid where one of the signatures
    this person may write (`writable`, None for all) was given over other answers.
    """
    fields = [field for field in answers.form.asked if isinstance(field, SignatureField)]
    if not any(answers.typed[field.key] is not None for field in fields):
        return answers
    keys = {field.key for field in fields}
    content = digest({key: value for key, value in answers.to_json().items() if key not in keys})
    bound = bind(fields, answers.typed, content, who, now, lambda key: writable is None or key in writable)
    return replace(answers, typed=MappingProxyType({**answers.typed, **bound}))
