"""Files of hostile or careless origin: each ends in a Problem, soon, and in another process."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services import sheets
from app.services.sheets import Formula, Limits, TooLong, column_name
from app.services.sheets_writer import ACTIVE, Writer, safe_text
from rules import Invalid

SMALL = Limits(memory_mib=400, seconds=10, wall=20, unpacked_mib=16, rows=1000)
DAY, MOMENT = datetime.fromisoformat("2020-01-02"), datetime.fromisoformat("2020-01-02T03:04")
SHEET = "xl/worksheets/sheet1.xml"


def workbook(fill: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["a", "b"])
    if fill is not None:
        fill(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def changed(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one part rewritten."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part.filename, change(data) if part.filename == name else data)
    return out.getvalue()


def rows(content: bytes, name: str = "x.xlsx", limits: Limits = SMALL) -> list[tuple[object, ...]]:
    with sheets.opened(content, name, limits) as book:
        return [row.cells for row in book.rows(min(book.sheets))]


def refused(content: bytes, name: str = "x.xlsx", limits: Limits = SMALL) -> str:
    begun = time.monotonic()
    with pytest.raises(Invalid) as caught, sheets.opened(content, name, limits):
        pass
    assert time.monotonic() - begun < limits.wall + 5
    return caught.value.problems[0].code


class TestRefused:
    @pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"\xef\xbb\xbf", b",,,\n,,,\n", b"\x00" * 50])
    def test_nothing_in_it(self, content: bytes) -> None:
        assert refused(content, "x.csv") == "sheet.empty"

    def test_no_workbook(self) -> None:
        assert refused(b"just some text\n", "x.xlsx") == "sheet.not_a_workbook"
        assert refused(b"%PDF-1.7 ...", "x.xlsx") == "sheet.not_a_workbook"

    def test_a_web_page_renamed(self) -> None:
        for page in (b"<html><body><table>", b"<?xml version='1.0'?><Workbook>", b" \n<TABLE border=1>"):
            assert refused(page, "report.xlsx") == refused(page, "report.csv") == "sheet.web_page"

    def test_an_old_or_locked_workbook(self) -> None:
        assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600) == "sheet.old_workbook"

    def test_another_archive(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("hello.txt", "hello")
        assert refused(out.getvalue()) == "sheet.not_a_workbook"

    @pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
    def test_cut_off(self, share: float) -> None:
        content = workbook()
        assert refused(content[: int(len(content) * share)]) == "sheet.damaged"

    def test_flipped_bytes_never_read_as_something_else(self) -> None:
        content = workbook(lambda book: [book.worksheets[0].append([n, "x" * 50]) for n in range(50)] and None)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            offset = archive.getinfo(SHEET).header_offset + 60
        broken = bytearray(content)
        for place in range(offset, offset + 20):
            broken[place] ^= 0xFF
        assert refused(bytes(broken)) == "sheet.damaged"

    def test_declared_size_of_gigabytes(self) -> None:
        content = changed(workbook(), SHEET, lambda data: data + b" " * (20 << 20))
        assert len(content) < 100_000
        assert refused(content) == "sheet.too_heavy"

    def test_declared_size_that_lies(self) -> None:
        content = bytearray(changed(workbook(), SHEET, lambda data: data + b" " * (20 << 20)))
        end = content.rindex(b"PK\x05\x06")
        place = content.index(SHEET.encode(), content.index(b"PK\x01\x02")) - 46
        assert place < end
        content[place + 24 : place + 28] = (1000).to_bytes(4, "little")
        assert refused(bytes(content)) == "sheet.damaged"

    def test_entities(self) -> None:
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        for name in (SHEET, "xl/workbook.xml", "[Content_Types].xml", "_rels/.rels"):
            content = changed(workbook(), name, lambda data: data.replace(b"?>", b"?>" + bomb, 1) if b"?>" in data
                              else bomb + data)  # fmt: skip
            assert refused(content) == "sheet.entities", name
        wide = changed(workbook(), SHEET, lambda data: (bomb + data).decode().encode("utf-16"))
        assert refused(wide) == "sheet.damaged"

    def test_a_cell_at_the_far_corner(self) -> None:
        def corner(book: openpyxl.Workbook) -> None:
            book.worksheets[0]["XFD1048576"] = 1

        assert refused(workbook(corner)) in ("sheet.too_heavy", "sheet.too_many_columns", "sheet.too_many_rows")

    def test_one_text_in_very_many_cells(self) -> None:
        """Small in the archive, gigabytes once each cell has its own copy."""
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream)
        page = book.add_worksheet()
        for row in range(900):
            for column in range(50):
                page.write_string(row, column, "x" * 32_000)
        book.close()
        content = stream.getvalue()
        assert len(content) < 200_000
        assert refused(content) == "sheet.too_heavy"

    def test_too_many_rows_and_columns(self) -> None:
        assert refused(b"a,b\n" + b"1,2\n" * 1001, "x.csv") == "sheet.too_many_rows"
        assert refused(b",".join(b"c%d" % n for n in range(301)) + b"\n", "x.csv") == "sheet.too_many_columns"

    def test_quotes_that_do_not_match(self) -> None:
        assert refused(b'a,b\n"1,2\n3,4\n', "x.csv") == "sheet.csv_quotes"

    def test_no_known_encoding(self) -> None:
        assert refused(b"a,b\n\xff\xff\xff,\x80\n", "x.csv") == "sheet.encoding"

    def test_time(self) -> None:
        limits = Limits(wall=0)
        assert refused(b"a\n1\n", "x.csv", limits) == "sheet.too_slow"

    def test_memory(self) -> None:
        content = b"a,b\n" + b"x" * (60 << 20)
        assert refused(content, "x.csv", Limits(memory_mib=120)) == "sheet.too_heavy"


class TestRead:
    def test_cells_keep_their_kind(self) -> None:
        def fill(book: openpyxl.Workbook) -> None:
            page = book.worksheets[0]
            page.append([1.5, "1.5", True, DAY, MOMENT, "=A1+1", None, "'=x"])
            page["B9"] = "#DIV/0!"

        found = rows(workbook(fill))
        assert found[1] == (
            1.5, "1.5", True, DAY.date(), MOMENT, Formula("=A1+1"), None, "'=x"
        )  # fmt: skip
        assert found[2:8] == [()] * 6
        assert found[8] == (None, Formula("#DIV/0!"))

    def test_hidden_sheets_and_macros_stay_out(self) -> None:
        def fill(book: openpyxl.Workbook) -> None:
            book.create_sheet("old").append(["secret"])
            book.worksheets[1].sheet_state = "veryHidden"

        content = workbook(fill)
        with zipfile.ZipFile(buffer := io.BytesIO(content), "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"macro")
            archive.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
        with sheets.opened(buffer.getvalue(), "x.xlsm", SMALL) as book:
            assert list(book.sheets.values()) == ["Sheet"]
            assert book.hidden == ("old",)

    def test_a_cell_of_megabytes(self) -> None:
        found = rows(b"a,b\n" + b"x" * (5 << 20) + b",1\n", "x.csv")
        assert isinstance(found[1][0], TooLong)
        assert (found[1][0].length, found[1][1]) == (5 << 20, "1")

    def test_as_many_rows_as_allowed(self) -> None:
        content = b"a,b\n" + b"1,2\n" * 200_000
        with sheets.opened(content, "x.csv") as book:
            assert sum(1 for _ in book.rows(0, after=1)) == 200_000
        assert refused(content + b"1,2\n", "x.csv", Limits()) == "sheet.too_many_rows"

    def test_nul_bytes(self) -> None:
        assert rows(b"a,b\n1\x00,2\n", "x.csv")[1] == ("1\x00", "2")

    def test_line_ends_inside_quotes(self) -> None:
        assert rows(b'a,b\r\n"1\r\n2",3\r\n', "x.csv")[1] == ("1\r\n2", "3")

    def test_utf_16_as_excel_saves_it(self) -> None:
        assert rows("客户\t名称\r\n甲\t乙\r\n".encode("utf-16"), "x.txt") == [("客户", "名称"), ("甲", "乙")]

    def test_a_name_says_nothing_about_a_workbook(self) -> None:
        assert rows(workbook(), "x.csv")[0] == ("a", "b")

    def test_column_names(self) -> None:
        assert [column_name(n) for n in (0, 25, 26, 51, 701, 702)] == ["A", "Z", "AA", "AZ", "ZZ", "AAA"]


class TestWritten:
    @given(st.text())
    def test_no_text_begins_like_a_formula(self, text: str) -> None:
        assert not safe_text(text).startswith(ACTIVE)

    @given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    def test_what_is_written_is_text_and_no_formula(self, texts: list[str]) -> None:
        writer = Writer()
        writer.row(writer.sheet("s"), 0, ["x", *texts])
        cells = next(openpyxl.load_workbook(io.BytesIO(writer.bytes())).worksheets[0].iter_rows())
        assert all(cell.data_type != "f" for cell in cells)
        for cell, text in zip(cells[1:], texts, strict=False):
            assert cell.value is None or not str(cell.value).startswith(ACTIVE)
            assert (cell.value is None) == (text == "")

    def test_numbers_stay_numbers_while_a_worksheet_can_hold_them(self) -> None:
        writer = Writer()
        exact, long = Decimal("1234.50"), Decimal("12345678901234567.89")
        writer.row(writer.sheet("s"), 0, [exact, long, 12, date(2020, 1, 2), Formula("=1/0"), True])
        cells = next(openpyxl.load_workbook(io.BytesIO(writer.bytes())).worksheets[0].iter_rows(values_only=True))
        assert cells == (1234.5, str(long), 12, DAY, "'=1/0", True)
