"""Hostile zip files: each one is refused as unreadable, none is believed, none is unpacked without bound."""

from __future__ import annotations

import io
import random
import struct
import warnings
import zipfile
from typing import Any

import pytest

from ledger import archive as limits
from ledger.archive import Archive
from ledger.strict import Malformed
from tests.ledger.sample import bundle_of, make_log, unzip, verified, zipped

TRAIL = unzip(bundle_of(make_log(9)))


def refused(data: bytes) -> tuple[str, int]:
    report = verified(data)
    assert len(report.findings) == 1
    return report.findings[0].code, report.exit_code


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06", bytes(1000), b"\xff" * 70_000])
def test_not_a_zip(data: bytes) -> None:
    assert refused(data) == ("file.not_zip", 3)


def test_a_zip_of_something_else() -> None:
    assert refused(zipped({"hello.txt": b"hello"})) == ("file.not_bundle", 3)
    assert refused(zipped({})) == ("file.not_bundle", 3)


@pytest.mark.parametrize(
    "name",
    ["../evil", "a/../../evil", "/etc/passwd", "C:\\evil", "c:evil", "a\\b", "a//b", "./a", "a/.", "a/..", "folder/",
     "a\x1bb", "a\nb", "what?", "x" * 300],
)  # fmt: skip
def test_names_that_leave_their_place(name: str) -> None:
    assert refused(zipped({**TRAIL, name: b""})) == ("file.bad_name", 3)


def test_names_that_hide_one_another() -> None:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as archive:
        warnings.simplefilter("ignore")
        for name, content in [*TRAIL.items(), ("entries.jsonl", b"{}\n")]:
            archive.writestr(name, content)
    assert refused(buffer.getvalue()) == ("file.repeated_name", 3)
    assert refused(zipped({**TRAIL, "Entries.JSONL": b""})) == ("file.repeated_name", 3)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zipped({**TRAIL, "report.html": bytes(20_000_000)}, zipfile.ZIP_DEFLATED)
    assert len(bomb) < 60_000
    assert refused(bomb) == ("file.too_large", 3)


def with_sizes(data: bytes, name: str, declared: int) -> bytes:
    """The zip with another unpacked size of a member in its directory."""
    at = data.rindex(name.encode()) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    return data[: at + 24] + struct.pack("<I", declared) + data[at + 28 :]


def test_a_size_that_lies_is_damage() -> None:
    data = zipped(TRAIL, zipfile.ZIP_DEFLATED)
    for declared in (3, len(TRAIL["manifest.json"]) + 1):
        assert refused(with_sizes(data, "manifest.json", declared)) == ("file.damaged", 3)
    assert refused(with_sizes(data, "report.html", 2**32 - 2)) == ("file.too_large", 3)


def test_members_that_share_their_bytes_are_refused() -> None:
    data = bytearray(zipped(TRAIL))
    at = data.rindex(b"PK\x01\x02")
    data[at + 20 : at + 24] = struct.pack("<I", len(data))
    assert refused(bytes(data)) == ("file.damaged", 3)


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped(TRAIL)
    monkeypatch.setattr(limits, "MAX_MEMBERS", 3)
    assert refused(data) == ("file.too_large", 3)
    monkeypatch.undo()
    monkeypatch.setattr(limits, "MAX_MEMBER_BYTES", 100)
    assert refused(data) == ("file.too_large", 3)
    monkeypatch.undo()
    monkeypatch.setattr(limits, "MAX_LINE_BYTES", 100)
    monkeypatch.setattr(limits, "CHUNK", 120)
    assert "file.too_large" in [finding.code for finding in verified(data).findings]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_two_methods_of_packing(method: int) -> None:
    assert refused(zipped(TRAIL, method)) == ("file.damaged", 3)


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(zipped(TRAIL))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    assert refused(bytes(data)) == ("file.damaged", 3)


def test_a_changed_byte_inside_is_damage() -> None:
    data = zipped(TRAIL)
    at = data.index(TRAIL["report.html"]) + 4
    damaged = data[:at] + b"\x00" + data[at + 1 :]
    assert (verified(damaged).findings[-1].code, verified(damaged).exit_code) == ("file.damaged", 3)


def test_text_that_is_not_utf8() -> None:
    for name in ("manifest.json", "leaves.json", "checkpoint.txt"):
        report = verified(zipped({**TRAIL, name: b"\xff\xfe"}))
        assert report.findings[-1].code == "file.malformed"
        assert report.exit_code == 3


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"null", b"{}", b'{"v":1}', b'{"v":NaN}', b"[" * 100_000,
     TRAIL["manifest.json"].replace(b'"whole":false', b'"whole":0'),
     TRAIL["manifest.json"].replace(b'"size":9', b'"size":9.0'),
     TRAIL["manifest.json"].replace(b'"files":{', b'"files":{},"files":{')],
)  # fmt: skip
def test_a_list_that_is_none(manifest: bytes) -> None:
    assert refused(zipped({**TRAIL, "manifest.json": manifest})) == ("file.malformed", 3)


@pytest.mark.parametrize("leaves", [b"", b"{}", b"[1]", b'[{"leaves":[],"subject_id":1,"subject_type":"case"}]',
                                    b'[{"leaves":[[1]],"subject_id":"a","subject_type":"case"}]'])  # fmt: skip
def test_places_that_are_none(leaves: bytes) -> None:
    report = verified(zipped({**TRAIL, "leaves.json": leaves}))
    assert report.findings[-1].code == "file.malformed"
    assert report.exit_code == 3


def test_random_bytes_never_raise() -> None:
    chance = random.Random(48)
    original = bytearray(zipped(TRAIL, zipfile.ZIP_DEFLATED))
    for _ in range(600):
        data = bytearray(original)
        start = chance.choice([0, len(data) - 1200])  # local headers, or the directory at the end
        for _ in range(chance.randrange(1, 12)):
            data[start + chance.randrange(1200)] = chance.randrange(256)
        report = verified(bytes(data))
        assert report.exit_code in (0, 1, 2, 3)


def test_lines_keep_a_last_one_without_newline() -> None:
    def lines(content: bytes) -> list[bytes]:
        return list(Archive(io.BytesIO(zipped({"a": content}))).lines("a"))

    assert lines(b"") == []
    assert lines(b"x\ny\n") == [b"x", b"y"]
    assert lines(b"x\n\ny") == [b"x", b"", b"y"]


class Broken(io.BytesIO):
    def read(self, size: Any = -1) -> bytes:
        raise OSError("gone")


def test_a_medium_that_fails_is_unreadable() -> None:
    with pytest.raises(Malformed) as caught:
        Archive(Broken(b"x" * 100))
    assert caught.value.code == "file.not_zip"
