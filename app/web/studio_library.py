"""The library of fields beside the designer of forms: what is offered, a set put into the form, one kept, one ended."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from app.access import Right
from app.edge.locale import t
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.queries import definitions as queries
from app.services import field_library
from app.services.field_library_parts import put
from app.web.studio_form import KIND, posted
from rules import Invalid, Problem

blueprint = Blueprint("studio_library", __name__, url_prefix="/studio/form/<key>/<int:version>/design/library")

BROKEN = (LookupError, TypeError, AttributeError, ValueError)


@blueprint.get("")
@access(Right.DEFINITION_WRITE)
def offered(key: str, version: int) -> Response:
    """Every set there is, ready-made ones first."""
    with reading() as view:
        queries.definition(view, KIND, key, version)
        found = field_library.offers(view)
    return jsonify({"sets": [_told(each) for each in found]})


def _told(offer: field_library.Offer) -> dict[str, Any]:
    (section,) = offer.body["sections"]
    return {
        "id": offer.id, "name": dict(offer.name), "use": dict(offer.use) if offer.use else None, "own": offer.own,
        "whole": offer.whole, "fields": [each["label"] for each in section["fields"]],
        "rules": len(offer.body.get("rules", ())) + len(offer.body.get("checks", ())),
        "kept": t("library.kept", by=offer.kept_by, at=offer.kept_at) if offer.kept_at else "",
    }  # fmt: skip


@blueprint.post("/put")
@access(Right.DEFINITION_WRITE)
def put_in(key: str, version: int) -> Response:
    """The body sent with a set in it, its first part at the place sent; nothing is stored."""
    sent = posted(set=str, at=list, taken=list)
    with reading() as view:
        queries.definition(view, KIND, key, version)
        offer = field_library.find(view.session, sent["set"])
    try:
        at = _place(sent["at"])
        taken = {each for each in sent["taken"] if isinstance(each, str)}
        body, place = put(sent["body"], offer.body, at, taken, whole=offer.whole)
    except BROKEN:
        raise Invalid([Problem("form.no_such_field", "/at")]) from None
    return jsonify({"body": body, "at": place})


@blueprint.post("/keep")
@access(Right.DEFINITION_WRITE)
def kept(key: str, version: int) -> Response:
    """Keep a section of the body sent, or some of its fields, under a name."""
    sent = posted(places=list, name=dict, replace=bool)
    with reading() as view:
        queries.definition(view, KIND, key, version)
    try:
        with writing() as work:
            places = _places(sent["places"])
            row = field_library.keep(work, key, sent["body"], places, sent["name"], replace=sent["replace"])
    except BROKEN:
        raise Invalid([Problem("form.no_such_field", "/places")]) from None
    return jsonify({"id": row.id})


@blueprint.post("/<id>/end")
@access(Right.DEFINITION_WRITE)
def ended(key: str, version: int, id: str) -> Response:
    """Offer a set no longer."""
    with writing() as work:
        field_library.end(work, id)
    return jsonify({"id": id})


def _place(at: list[Any]) -> list[int]:
    """[section] or [section, field]; raises LookupError."""
    if len(at) not in (1, 2) or not all(type(each) is int and each >= 0 for each in at):
        raise LookupError(at)
    return at


def _places(sent: list[Any]) -> list[list[int]]:
    """One section, or one field and more; raises LookupError."""
    places = [_place(each) for each in sent if isinstance(each, list)]
    lengths = {len(each) for each in places}
    if len(places) != len(sent) or lengths not in ({1}, {2}) or (lengths == {1} and len(places) > 1):
        raise LookupError(sent)
    return places
