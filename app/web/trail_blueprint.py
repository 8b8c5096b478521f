"""The trail's one Blueprint: entries, exports and verification, spread over several modules."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("trail", __name__, url_prefix="/trail")
