"""Small real files for tests of attachments, and forms that ask for some."""

from __future__ import annotations

import io
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import Any

from PIL import Image

from app.services import definitions, files
from app.services.files_scan import unscanned
from forms.fields.files import File
from tests.builders import House

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
WORD = ("[Content_Types].xml", "_rels/.rels", "word/document.xml")


def image(form: str = "PNG", size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "seagreen").save(out, form, **more)
    return out.getvalue()


def archive(*names: str, content: bytes = b"<a/>", **parts: bytes) -> bytes:
    """A ZIP of parts with one content each, and of `parts` by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
        for name, each in parts.items():
            made.writestr(name, each)
    return out.getvalue()


def bomb(megabytes: int) -> bytes:
    """A small archive of many zeros."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made, made.open("zeros.txt", "w") as part:
        for _ in range(megabytes):
            part.write(b"\x00" * (1 << 20))
    return out.getvalue()


def locked(content: bytes) -> bytes:
    """An archive that says its parts are encrypted."""
    at = content.index(b"PK\x01\x02")
    flagged = bytearray(content)
    flagged[6] |= 1
    flagged[at + 8] |= 1
    return bytes(flagged)


def ole(*streams: str) -> bytes:
    return OLE + b"\x00" * 504 + b"".join(each.encode("utf-16-le").ljust(128, b"\x00") for each in streams)


def scan_command(folder: Path) -> str:
    """A scanner as a program: 1 for the agreed test content, 2 where it is told to fail, else 0."""
    script = folder / "scan.sh"
    script.write_text(
        '#!/bin/sh\ngrep -q "FAIL-THE-SCAN" "$1" && exit 2\n'
        'grep -q "EICAR-STANDARD-ANTIVIRUS" "$1" && exit 1\nexit 0\n', encoding="utf-8"
    )  # fmt: skip
    return f"/bin/sh {script} {{file}}"


def setup(type: str, key: str, id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "key": key, "type": type, "label": {"zh-CN": f"字段{key}", "en": f"Field {key}"}, **more}


def ask(house: House, form: str, *fields: dict[str, Any], **book: Any) -> None:
    """Publish a version of the form that asks for these fields as well, at the end of its first section."""
    with house.work("zhoumin") as work:
        row = definitions.restore(work, definitions.find(work.session, "form", form))
        body: dict[str, Any] = deepcopy(dict(row.body))
        body["sections"][0]["fields"] += fields
        if book:
            body["book"] |= book
        definitions.save(work, row, row.row_version, body=body)
        definitions.publish(work, row, row.row_version, warnings_read=True)


def permit(house: House, **steps: dict[str, str]) -> None:
    """Publish a version of the approval flow in which these steps treat these fields so."""
    with house.work("zhoumin") as work:
        row = definitions.restore(work, definitions.find(work.session, "flow", "credit_approval"))
        body: dict[str, Any] = deepcopy(dict(row.body))
        for step in body["steps"]:
            if step["id"] in steps:
                step["fields"] |= steps[step["id"]]
        definitions.save(work, row, row.row_version, body=body)
        definitions.publish(work, row, row.row_version, warnings_read=True)


def put(house: House, who: str, content: bytes = PDF, name: str = "合同.pdf") -> File:
    """A file this person sent in."""
    vault = files.vault_of(house.instance.settings)
    arrived = files.receive(vault, unscanned, io.BytesIO(content), name, 1 << 20)
    with house.work(who) as work:
        return files.store(work, vault, arrived)
