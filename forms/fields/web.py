"""Wiring every control shares: label, help, screen-reader ties, and the value put back as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..label import say

if TYPE_CHECKING:
    from .field import Field


def render(field: Field, locale: str, **attributes: Any) -> dict[str, Any]:
    """Arguments of a WTForms field for `field`: texts by `locale`, aria data, attributes of the input.

    A required field is marked for screen readers only: whether it blocks depends on rules, and the server says so.
    """
    keywords: dict[str, Any] = {key.replace("_", "-"): value for key, value in attributes.items()}
    keywords["data-type"] = field.type
    if field.required:
        keywords["aria-required"] = "true"
    if field.placeholder:
        keywords["placeholder"] = say(field.placeholder, locale)
    if field.compute is not None and field.mode == "always":
        keywords["readonly"] = True
    return {
        "label": say(field.label, locale),
        "description": say(field.help, locale),
        "to_text": field.to_text,
        "kind": field.type,
        "key": field.key,
        "render_kw": keywords,
    }
