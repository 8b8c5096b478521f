"""The desk's one Blueprint: customers, ratings and credit requests, spread over several modules."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint

from app.web.fact_words import band_text, fact_text, kind_text, origin_text, signal_text
from app.web.table_words import unit_words

blueprint = Blueprint("desk", __name__)
FILTERS: dict[str, Callable[..., str]] = {
    "fact": fact_text, "band": band_text, "evidence_kind": kind_text, "source_name": origin_text, "signal": signal_text,
    "unit_name": unit_words,
}  # fmt: skip
for name, words in FILTERS.items():
    blueprint.add_app_template_filter(words, name)
