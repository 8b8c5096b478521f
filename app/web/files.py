"""Files sent in one by one while a form is written, and read again by whoever may read where they are held."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, request
from werkzeug.wsgi import wrap_file

from app.access import Missing
from app.edge.downloads import attachment
from app.edge.pages import Open, access
from app.edge.runtime import runtime
from app.edge.transaction import reading, writing
from app.services import files, files_access, files_images
from app.web import file_parts
from rules import Invalid, Problem

blueprint = Blueprint("files", __name__, url_prefix="/files")
# A file can do nothing in our name, not even where a browser shows it against our word.
NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'"


blueprint.add_app_template_global(file_parts.shown, "filed")


@blueprint.post("")
@access(Open.SIGNED_IN)
def upload() -> Response:
    """Take one file in; its reference goes into the answers of a form. Sent twice, it is the same file."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid([Problem("file.none")])
    return make_response(jsonify(file_parts.take(sent).to_json()), 201)


@blueprint.get("/<hash>")
@access(Open.SIGNED_IN)
def download(hash: str) -> Response:
    """A file to keep; who may is asked each time, and reading a personal one is recorded."""
    with reading() as view:
        held = files_access.readable(view, hash)
    content = files.vault_of(runtime().settings).open(held.file.hash)
    if content is None:
        raise Invalid([Problem("file.gone")])
    if held.personal:
        with writing() as work:
            files_access.read(work, held)
    response = attachment(b"", held.file.name, held.file.type)
    response.response = wrap_file(request.environ, content)
    response.call_on_close(content.close)
    response.headers["Content-Length"] = str(held.file.size)
    response.headers["Content-Security-Policy"] = NOTHING
    return response


@blueprint.get("/<hash>/small")
@access(Open.SIGNED_IN)
def small(hash: str) -> Response:
    """A small picture of an image, drawn by us; of a personal one there is none."""
    with reading() as view:
        held = files_access.readable(view, hash)
    if held.personal or not held.file.is_image:
        raise Missing("file", hash)
    content = files.vault_of(runtime().settings).open(held.file.hash)
    if content is None:
        raise Missing("file", hash)
    with content:
        response = make_response(files_images.thumbnail(content, held.file.name))
    response.headers["Content-Type"] = "image/jpeg"
    response.headers["Content-Security-Policy"] = NOTHING
    return response
