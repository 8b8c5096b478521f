"""Files: sent in for the answers of a form, and read where a record holds them."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from flask.views import MethodView

from app.api.noun import Noun, act
from app.api.schemas.files import FileSchema, FileUploadSchema
from app.edge import stored_files
from app.edge.pages import SIGNED_IN
from app.edge.runtime import runtime
from app.services import files

noun = Noun("files", __name__)


@noun.route("/files")
class Files(MethodView):
    @noun.operation("files.send", SIGNED_IN, gives=FileSchema, status=201, upload=FileUploadSchema, acts=True)
    def post(self, upload: dict[str, Any]) -> Response:
        """What comes back is what an answer of type attachment, image or signature takes."""
        waiting = stored_files.arrived(upload["file"])
        g.api_body = waiting.file.to_json()  # the same key with another file is another request
        try:
            return act(
                lambda work: files.store(work, files.vault_of(runtime().settings), waiting), FileSchema, 201
            )  # fmt: skip
        finally:
            files.dropped(waiting)


@noun.route("/files/<hash>")
class OneFile(MethodView):
    @noun.operation("files.read", SIGNED_IN, gives={"type": "string", "format": "binary"}, binary=True)
    def get(self, hash: str) -> Response:
        """The content itself, with its own media type."""
        return stored_files.download(hash)
