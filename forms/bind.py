"""A Form as a WTForms class: it renders fields and collects raw input; judging stays with `check`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .controls import PageForm
from .fields import Subform
from .model import Form


def to_wtforms(form: Form, locale: str = "zh-CN") -> type[PageForm]:
    """The page form of `form` with its texts in `locale`, fields in written order, notes included.

    ``Page(formdata).raw_answers()`` is what `check` wants; ``.tell(problems)`` ties what it found to the controls;
    without formdata, ``Page(data=page_data(form, answers.typed))`` shows stored answers.
    """
    return type("AnswersPage", (PageForm,), {key: field.control(locale) for key, field in form.fields.items()})


def page_data(form: Form, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values as the controls take them; rows as plain dicts."""
    data: dict[str, Any] = {}
    for field in form.asked:
        value = typed.get(field.key, field.empty)
        data[field.key] = [dict(row) for row in value] if isinstance(field, Subform) else value
    return data
