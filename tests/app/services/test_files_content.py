"""What may come in and what may not, by content, name and size; each refusal in words a person can act on."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from app.edge.locale import catalogue
from app.services.files import Arrived, receive
from app.services.files_scan import scanner, unscanned
from app.services.files_vault import DiskVault
from rules import Invalid
from tests.app.services.filed import EICAR, PDF, WORD, archive, bomb, image, locked, ole, scan_command

OFFICE = "application/vnd.openxmlformats-officedocument"
MOST = 2 << 20
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
CHINESE = (
    "二〇二五年度华东精工机械制造股份有限公司与上海宏远国际贸易有限公司"
    "购销合同补充协议及附件清单扫描件（最终盖章版）共六十页.pdf"
)


def arrive(tmp_path: Path, content: bytes, name: str, most: int = MOST, command: str = "") -> Arrived:
    return receive(DiskVault(tmp_path / "files"), scanner(command), io.BytesIO(content), name, most)


GOOD = [
    ("合同.pdf", PDF, "application/pdf"),
    ("合同.PDF", PDF, "application/pdf"),
    ("照片.png", image(), "image/png"),
    ("照片.jpg", image("JPEG"), "image/jpeg"),
    ("照片.jpeg", image("JPEG"), "image/jpeg"),
    ("照片.webp", image("WEBP"), "image/webp"),
    ("说明.docx", archive(*WORD), f"{OFFICE}.wordprocessingml.document"),
    ("报表.xlsx", archive("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}.spreadsheetml.sheet"),
    ("介绍.pptx", archive("[Content_Types].xml", "ppt/presentation.xml"), f"{OFFICE}.presentationml.presentation"),
    ("发票.ofd", archive("OFD.xml", "Doc_0/Document.xml"), "application/ofd"),
    ("资料.zip", archive("合同/扫描件.pdf", "说明.txt"), "application/zip"),
    ("旧.doc", ole("WordDocument"), "application/msword"),
    ("旧.xls", ole("Workbook"), "application/vnd.ms-excel"),
    ("清单.csv", "名称,金额\n甲,1\n".encode(), "text/csv"),
    ("清单.csv", "名称,金额\n甲,1\n".encode("gb18030"), "text/csv"),
    ("说明.txt", "第一行\r\n".encode("utf-16"), "text/plain"),
    (CHINESE, PDF, "application/pdf"),
]


@pytest.mark.parametrize(("name", "content", "type"), GOOD)
def test_what_is_taken(tmp_path: Path, name: str, content: bytes, type: str) -> None:
    arrived = arrive(tmp_path, content, name)
    assert (arrived.file.type, arrived.file.name) == (type, name)
    assert arrived.path.stat().st_size == arrived.file.size
    assert arrived.path.stat().st_mode & 0o077 == 0


BAD = [
    ("报告.pdf", HTML, "file.unlike"),
    ("报告.pdf", b"\x00" * 40 + PDF, "file.unlike"),
    ("报告.pdf", b"%PDF-1.4 cut off", "file.damaged"),
    ("报告.pdf", image(), "file.unlike"),
    ("照片.png", image("JPEG"), "file.unlike"),
    ("照片.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "file.damaged"),
    ("照片.png", HTML, "file.unlike"),
    ("照片.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "file.ending"),
    ("网页.html", HTML, "file.ending"),
    ("程序.exe", b"MZ" + b"\x00" * 90, "file.ending"),
    ("程序.pdf", b"MZ" + b"\x00" * 90, "file.unlike"),
    ("说明.txt", HTML, "file.unlike"),
    ("说明.txt", b"#!/bin/sh\nrm -rf /\n", "file.unlike"),
    ("说明.txt", b"a\x00b", "file.unlike"),
    ("清单.csv", b"a,b\n<script>1</script>,2\n", "file.unlike"),
    ("说明.docx", archive("[Content_Types].xml", "xl/workbook.xml"), "file.unlike"),
    ("说明.docx", archive("a.txt"), "file.unlike"),
    ("资料.zip", archive(*WORD), "file.unlike"),
    ("说明.docx", archive(*WORD, "word/vbaProject.bin"), "file.macro"),
    ("说明.docx", archive(*WORD[1:], **{WORD[0]: b"application/vnd.ms-word.macroEnabled.main"}), "file.macro"),
    ("旧.xls", ole("Workbook", "_VBA_PROJECT_CUR", "VBA"), "file.macro"),
    ("旧.doc", ole("Something"), "file.unlike"),
    ("资料.zip", archive("安装.exe"), "file.program"),
    ("资料.zip", archive("../../etc/passwd"), "file.path"),
    ("资料.zip", archive("/etc/passwd"), "file.path"),
    ("资料.zip", archive("C:\\a.txt"), "file.path"),
    ("资料.zip", locked(archive("a.txt")), "file.encrypted"),
    ("资料.zip", archive("a.txt")[:40], "file.damaged"),
    ("资料.zip", bomb(301), "file.bomb"),
    ("空.pdf", b"", "file.empty"),
    ("大.pdf", PDF + b"\n" * MOST, "file.over_size"),
    ("无扩展名", PDF, "file.ending"),
    ("", PDF, "file.name_missing"),
    ("..", PDF, "file.name_missing"),
    ("folder/", PDF, "file.name_missing"),
    ("发票\u202efdp.exe.pdf", PDF, "file.name_character"),
    ("发票\x07.pdf", PDF, "file.name_character"),
    ("长" * 117 + ".pdf", PDF, "file.name_long"),
    ("大图.png", image(size=(20_001, 1)), "file.pixels"),
    ("大图.png", image(size=(7_000, 6_000)), "file.pixels"),
]


@pytest.mark.parametrize(("name", "content", "code"), BAD, ids=[f"{n}-{code}" for n, (_, _, code) in enumerate(BAD)])
def test_what_is_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        arrive(tmp_path, content, name)
    (problem,) = refused.value.problems
    assert problem.code == code
    for tag in ("zh-CN", "en"):
        assert "{" not in catalogue(tag)[code].format(**problem.params)
    assert not list((tmp_path / "files").rglob("*[0-9a-f]")) or not any(
        each.is_file() for each in (tmp_path / "files").rglob("*")
    ), "nothing of it stays"


def test_a_name_loses_its_folders(tmp_path: Path) -> None:
    for given in ("C:\\Users\\me\\合同.pdf", "/tmp/../合同.pdf", "  合同.pdf "):
        assert arrive(tmp_path, PDF, given).file.name == "合同.pdf"


def test_a_macro_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        arrive(tmp_path, archive(*WORD, "word/vbaProject.bin"), "说明.docx")
    assert refused.value.problems[0].params["part"] == "word/vbaProject.bin"


def test_an_image_is_made_anew_without_what_hides_in_it(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "SecretCamera", 6
    sent = image("JPEG", exif=exif) + b"<script>alert(1)</script>"
    arrived = arrive(tmp_path, sent, "照片.jpg")
    kept = arrived.path.read_bytes()
    assert b"SecretCamera" not in kept
    assert b"<script>" not in kept
    assert (arrived.file.width, arrived.file.height) == (40, 60), "turned upright"
    tailed = arrive(tmp_path, image() + b"<?php system($_GET[0]);", "照片.png")
    assert b"<?php" not in tailed.path.read_bytes()
    assert arrive(tmp_path, image(), "照片.png").file.hash == tailed.file.hash, "one picture, one hash"


def test_a_scanner_refuses_what_it_finds_and_what_it_cannot_look_at(tmp_path: Path) -> None:
    command = scan_command(tmp_path)
    assert arrive(tmp_path, PDF, "好.pdf", command=command).file.size == len(PDF)
    for content, named, code in (
        (EICAR, command, "file.infected"), (b"FAIL-THE-SCAN", command, "file.unscanned"),
        (b"a", "/nowhere/clamscan", "file.unscanned"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            arrive(tmp_path, content, "文本.txt", command=named)
        assert [problem.code for problem in refused.value.problems] == [code]
    assert scanner(" ") is unscanned
