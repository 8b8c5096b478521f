"""Files people send in and take home, for pages and the API alike."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import Response, request
from werkzeug.datastructures import FileStorage
from werkzeug.wsgi import wrap_file

from app.access import Missing
from app.edge.downloads import attachment
from app.edge.runtime import runtime
from app.edge.transaction import reading, writing
from app.services import files, files_access
from app.services.files import Arrived, File
from app.services.files_scan import scanner
from rules import Invalid, Problem

# A file can do nothing in our name, not even where a browser shows it against our word.
NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'"


def arrived(upload: FileStorage | None) -> Arrived:
    """A file of a post, judged and waiting on the disk; Invalid where it may not come in, or where there is none."""
    if upload is None or not upload.filename:
        raise Invalid([Problem("file.none")])
    settings = runtime().settings
    return files.receive(
        files.vault_of(settings), scanner(settings.file_scan), cast(BinaryIO, upload.stream), upload.filename,
        settings.upload_mib << 20,
    )  # fmt: skip


def take(upload: FileStorage | None) -> File:
    """A file of a post, made known as this person's."""
    waiting = arrived(upload)
    try:
        with writing() as work:
            return files.store(work, files.vault_of(runtime().settings), waiting)
    finally:
        files.dropped(waiting)


def download(hash: str) -> Response:
    """A file to keep; who may is asked each time, and reading a personal one is recorded before anything is sent."""
    with reading() as view:
        held = files_access.readable(view, hash)
    content = opened(held.file.hash)
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


def opened(hash: str) -> BinaryIO | None:
    """A content, None where the store has lost it."""
    return files.vault_of(runtime().settings).open(hash)


def image(hash: str) -> tuple[File, BinaryIO]:
    """An image this person may see as a small picture; Missing for anything else, personal ones among them."""
    with reading() as view:
        held = files_access.readable(view, hash)
    content = opened(held.file.hash) if held.file.is_image and not held.personal else None
    if content is None:
        raise Missing("file", hash)
    return held.file, content
