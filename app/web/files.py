"""Files sent in one by one while a form is written, and read again by whoever may read where they are held."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, request

from app.edge import stored_files
from app.edge.pages import Open, access
from app.services import files_images
from app.web import file_parts, live_parts

blueprint = Blueprint("files", __name__, url_prefix="/files")
blueprint.add_app_template_global(file_parts.shown, "filed")
blueprint.add_app_template_global(live_parts.live_of, "live_of")


@blueprint.post("")
@access(Open.SIGNED_IN)
def upload() -> Response:
    """Take one file in; its reference goes into the answers of a form. Sent twice, it is the same file."""
    return make_response(jsonify(stored_files.take(request.files.get("file")).to_json()), 201)


@blueprint.get("/<hash>")
@access(Open.SIGNED_IN)
def download(hash: str) -> Response:
    return stored_files.download(hash)


@blueprint.get("/<hash>/small")
@access(Open.SIGNED_IN)
def small(hash: str) -> Response:
    """A small picture of an image, drawn by us; of a personal one there is none."""
    file, content = stored_files.image(hash)
    with content:
        response = make_response(files_images.thumbnail(content, file.name))
    response.headers["Content-Type"] = "image/jpeg"
    response.headers["Content-Security-Policy"] = stored_files.NOTHING
    return response
