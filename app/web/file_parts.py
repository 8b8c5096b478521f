"""Files in pages of forms: taken in from an ordinary post, and shown where answers are read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import get_template_attribute
from markupsafe import Markup
from werkzeug.datastructures import FileStorage, MultiDict

from app.edge import stored_files
from app.services import files
from app.work import Reading
from forms import Field, Form
from forms.controls import PageForm
from forms.fields.files import HASH, File
from forms.fields.files_signature import DRAWN, SignatureField
from forms.files import Filed
from forms.files_page import UPLOAD, Files, Sign
from rules import Invalid, Problem


def taken(
    form: Form, data: MultiDict[str, str], uploads: MultiDict[str, FileStorage], writable: Iterable[str] | None = None,
    prefix: str = "",
) -> tuple[MultiDict[str, str], list[Problem]]:
    """The posted page with the files sent along named among its answers, and what is wrong with those refused.

    Each file is taken in on its own, before anything else is judged: what was sent once need not be sent again.
    """
    out = MultiDict(data.items(multi=True))
    problems: list[Problem] = []
    allowed = set(form.fields if writable is None else writable)
    for field in form.asked:
        if not isinstance(field, Filed) or field.key not in allowed:
            continue
        for upload in uploads.getlist(prefix + field.key + UPLOAD):
            if not upload.filename:
                continue  # the browser's way to say that nothing was chosen
            try:
                file = stored_files.take(upload)
            except Invalid as invalid:
                problems += [problem.under(f"/{field.key}") for problem in invalid.problems]
                continue
            out.add(prefix + field.key, DRAWN + file.hash if isinstance(field, SignatureField) else file.hash)
    return out, problems


def know(view: Reading, controls: PageForm) -> None:
    """Let the controls of a posted page show the files that this person sent in and nothing holds yet."""
    for _, control in controls.controls():
        if isinstance(control, Files):
            asked = [str(each) for each in control.data or () if each not in control.known]
            control.know([file for file in (_own(view, hash) for hash in asked) if file is not None])
        elif isinstance(control, Sign) and str(control.data or "").startswith(DRAWN):
            file = _own(view, control.data.removeprefix(DRAWN))
            control.known.update({control.data: file.name} if file is not None else {})


def _own(view: Reading, hash: str) -> File | None:
    return File.of(files.found(view.session, view.viewer, hash)) if HASH.fullmatch(hash) else None


def shown(field: Field, value: Any) -> Markup | None:
    """The files of an answer as links, images small beside them; None for an answer without files."""
    if not isinstance(field, Filed) or value is None:
        return None
    held = [file for _, file in files_of_one(field, value)]
    if not held:
        return None
    words = field.display(value) if isinstance(field, SignatureField) else ""
    drawn: Markup = get_template_attribute("ui/files.html", "files")(held, words, field.personal)
    return drawn


def files_of_one(field: Field, value: Any) -> Iterable[tuple[Field, File]]:
    """The files of one answer."""
    if isinstance(field, SignatureField):
        return ((field, value.image),) if value.image is not None else ()
    return ((field, file) for file in value)
