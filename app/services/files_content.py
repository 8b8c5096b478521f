"""What a file really is, by its content: the ending of its name is a claim, and both must agree."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import puremagic

from app.services.files_archives import OLE_MAGIC, type_of_archive, type_of_ole
from forms.fields.files import KINDS, LONGEST_NAME
from forms.raw import bad_character, shown, trim
from rules import Invalid, Problem

HEAD = 16_384
PDF = "application/pdf"
_ENDINGS = {ending: type for type, kind in KINDS.items() for ending in kind.endings}
_ACTIVE = re.compile(rb"\s*(<|#!|%PDF|%!PS|\{\\rtf|MZ)|.*<(script|html|svg|iframe|object)\b", re.IGNORECASE | re.DOTALL)
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_ENCODINGS = ("utf-8-sig", "gb18030")


def clean_name(given: str) -> str:
    """The name of a file without folders, as it may be kept and shown; Invalid where it would deceive or not fit."""
    name = trim(unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1]))
    if not name.strip("."):
        raise Invalid([Problem("file.name_missing")])
    bad = bad_character(name)
    if bad is not None:
        params = {"name": shown(name, 80), "position": bad[0], "character": bad[1]}
        raise Invalid([Problem("file.name_character", params=params)])
    if len(name) > LONGEST_NAME:
        raise Invalid([Problem("file.name_long", params={"name": shown(name, 40), "max": LONGEST_NAME})])
    return name


def claimed_type(name: str) -> str:
    """The media type the ending of a name claims; Invalid where it is none that can be attached."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in _ENDINGS:
        known = ", ".join(sorted(_ENDINGS))
        raise Invalid([Problem("file.ending", params={"name": shown(name, 80), "endings": known})])
    return _ENDINGS[ending]


def type_of(path: Path, name: str) -> str:
    """The media type of a content whose name claims one; Invalid where it is something else, or nothing safe."""
    claim = claimed_type(name)
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise Invalid([Problem("file.empty", params={"name": name})])
    if claim.startswith("text/"):
        found: str | None = claim if _is_text(path, head) else _told(head)
    elif head.startswith(OLE_MAGIC):
        found = type_of_ole(path, name)
    elif head.startswith(b"PK"):
        found = type_of_archive(path, name)
    else:
        found = _told(head)
    if found != claim:
        what = found or "?"
        raise Invalid([Problem("file.unlike", params={"name": name, "found": what, "claimed": claim})])
    if found == PDF:
        _check_pdf(path, head, name)
    return found


def _told(head: bytes) -> str | None:
    """The likeliest media type by the marks a content begins with."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    types = [each.mime_type for each in found if each.mime_type]
    if head.startswith(b"%PDF-"):
        return PDF
    return next(iter(types), None)


def _is_text(path: Path, head: bytes) -> bool:
    """Whether a content is words and nothing that a program would run: no markup, no marks of another kind."""
    if _ACTIVE.match(head):
        return False
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _BINARY.search(text) is None
    return False


def _check_pdf(path: Path, head: bytes, name: str) -> None:
    """A PDF begins as one at its first byte and has an end; nothing else may hide before or instead of it."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2048))
        if b"%%EOF" not in file.read():
            raise Invalid([Problem("file.damaged", params={"name": name})])
