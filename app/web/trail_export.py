"""The trail of a subject as a file: recorded, signed, proved, and handed over."""

from __future__ import annotations

import re

from flask import Response

from app.access import Right
from app.edge.pages import access
from app.edge.runtime import runtime
from app.edge.transaction import writing
from app.services import trails
from app.services.trails import House
from app.web import trail_report
from app.web.trail_blueprint import blueprint


@blueprint.post("/exports/<subject_type>/<path:subject_id>")
@access(Right.TRAIL_EXPORT)
def export(subject_type: str, subject_id: str) -> Response:
    """One zip file. That it was made is the last entry in it."""
    here = runtime()
    house = House(here.database, here.keys, here.settings.origin, here.clock())
    with writing() as work:
        dossier = trails.export(work, subject_type, subject_id)
    render = trail_report.renderer(house, work.viewer.name)
    content = trails.build(house, work.viewer, dossier.subject, render)
    disposition = f'attachment; filename="{file_name(dossier.name)}"'
    return Response(content, mimetype="application/zip", headers={"Content-Disposition": disposition})


def file_name(number: str) -> str:
    """A name that every disk takes, after the number of what the trail is about."""
    return f"trail-{re.sub(r'[^A-Za-z0-9._-]+', '-', number).strip('-.') or 'export'}.zip"
