"""Archives and office documents looked into before anybody opens them: sizes, paths, macros, programs, passwords."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from forms.raw import shown
from rules import Invalid, Problem

OFFICE = "application/vnd.openxmlformats-officedocument"
# What tells one kind of archive from another: a part that every one of its kind has.
PARTS = {
    "word/document.xml": f"{OFFICE}.wordprocessingml.document",
    "xl/workbook.xml": f"{OFFICE}.spreadsheetml.sheet",
    "ppt/presentation.xml": f"{OFFICE}.presentationml.presentation",
    "OFD.xml": "application/ofd",
}
TYPES = "[Content_Types].xml"
ZIP = "application/zip"
MOST_PARTS = 5_000
MOST_UNPACKED = 300 << 20
PIECE = 1 << 16
_MACROS = re.compile(r"(^|/)(vbaProject\w*\.bin|vbaData\.xml|macrosheets/.+)$", re.IGNORECASE)
_PROGRAMS = re.compile(
    r"\.(exe|dll|com|scr|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|lnk|msi|jar|cpl|reg|docm|xlsm|pptm|xlsb)$", re.IGNORECASE
)
_OLE_KINDS = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
_OLE_MACROS = ("_VBA_PROJECT", "VBA")
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")


def type_of_archive(path: Path, name: str) -> str:
    """The media type of a ZIP by what is in it, after a look at every part; Invalid for what nobody should open."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            found = next((type for part, type in PARTS.items() if part in names), ZIP)
            if found.startswith(OFFICE) and TYPES not in names:
                found = ZIP
            problem = next(_faults(parts, name, found), None)
            if problem is not None:
                raise Invalid([problem])
            _unpack(archive, parts, name)
            return found
    except (Invalid, MemoryError):
        raise
    except Exception as error:
        raise Invalid([Problem("file.damaged", params={"name": name})]) from error  # a bad archive fails in many ways


def _faults(parts: list[zipfile.ZipInfo], name: str, type: str) -> Iterator[Problem]:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        yield Problem("file.bomb", params={"name": name, "parts": MOST_PARTS, "max": MOST_UNPACKED >> 20})
    for part in parts:
        inner = part.filename
        if part.flag_bits & 0x1:
            yield Problem("file.encrypted", params={"name": name})
        if inner.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", inner) or re.match(r"[A-Za-z]:", inner):
            yield Problem("file.path", params={"name": name, "part": shown(inner, 80)})
        if type != ZIP and _MACROS.search(inner):
            yield Problem("file.macro", params={"name": name, "part": shown(inner, 80)})
        if type == ZIP and (_PROGRAMS.search(inner) or _MACROS.search(inner)):
            yield Problem("file.program", params={"name": name, "part": shown(inner, 80)})


def _unpack(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], name: str) -> None:
    """Every part once, counting: an archive may lie about the sizes it declares, or hold parts within parts."""
    left = MOST_UNPACKED
    for part in parts:
        with archive.open(part) as stream:
            head = b""
            while piece := stream.read(PIECE):
                head = head or piece
                left -= len(piece)
                if left < 0:
                    raise Invalid([Problem("file.bomb", params={
                        "name": name, "parts": MOST_PARTS, "max": MOST_UNPACKED >> 20
                    })])  # fmt: skip
            if part.filename == TYPES and b"macroEnabled" in head:
                raise Invalid([Problem("file.macro", params={"name": name, "part": TYPES})])


def type_of_ole(path: Path, name: str) -> str | None:
    """The media type of an old office document by the streams it names; None where it is another container."""
    content = path.read_bytes()
    if any(_entry(each) in content for each in _OLE_MACROS):
        raise Invalid([Problem("file.macro", params={"name": name, "part": "VBA"})])
    if _entry("EncryptedPackage") in content:
        raise Invalid([Problem("file.encrypted", params={"name": name})])
    return next((type for stream, type in _OLE_KINDS.items() if _entry(stream) in content), None)


def _entry(name: str) -> bytes:
    """A name as the directory of such a document writes it: UTF-16, ended by a zero."""
    return name.encode("utf-16-le") + b"\x00\x00"
