"""The answer of a designer's pane about a draft that cannot be tried yet: while somebody writes, that is no refusal."""

from __future__ import annotations

from flask import Response, jsonify

from app.edge.locale import problem_text
from rules import Invalid

MOST = 20


def unfinished(invalid: Invalid) -> Response:
    """`{"unfinished": [...]}` instead of what was asked for: what is to be mended first, at most twenty sentences."""
    return jsonify({"unfinished": [problem_text(each) for each in invalid.problems[:MOST]]})
