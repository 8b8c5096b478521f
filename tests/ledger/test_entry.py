"""Entries: their bytes, their chain, and what may not be written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

import ledger
from ledger import Malformed, canonical
from ledger.chain import BODY_MEMBERS, read_body

BASE: dict[str, Any] = {
    "subject_type": "case",
    "subject_id": "0190f3",
    "subject_seq": 1,
    "prev_hash": ledger.FIRST_PREV,
    "ts": datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=8))),
    "actor": "u1",
    "verb": "case.opened",
}

GOLDEN = (
    '{"actor":"u1","after":{"status":"running"},"before":null,"definitions":[{"fingerprint":"sha256:ab","key":"k",'
    '"kind":"flow","version":2}],"detail":{"原因":"新客户"},"on_behalf":null,"prev":"' + "0" * 64 + '","reason":null,'
    '"request_id":"r1","role":"sales","subject_id":"0190f3","subject_seq":1,"subject_type":"case",'
    '"ts":"2026-03-02T01:30:00.000000Z","v":1,"verb":"case.opened"}'
)


def test_the_bytes_of_an_entry() -> None:
    pin = {"kind": "flow", "key": "k", "version": 2, "fingerprint": "sha256:ab"}
    entry = ledger.make_entry(
        **BASE, role="sales", detail={"原因": "新客户"}, after={"status": "running"}, definitions=[pin], request_id="r1"
    )
    assert entry.body.decode() == GOLDEN
    assert entry.leaf_hash == entry.chain_hash == ledger.leaf_hash(entry.body)
    assert read_body(entry.body).keys() == BODY_MEMBERS
    assert b"\n" not in ledger.make_entry(**BASE, detail={"text": "a\nb\r"}).body


def test_the_next_entry_names_the_one_before() -> None:
    first = ledger.make_entry(**BASE)
    second = ledger.make_entry(**{**BASE, "subject_seq": 2, "prev_hash": first.chain_hash})
    assert canonical.parse(second.body)["prev"] == first.leaf_hash.hex()


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"subject_type": ""}, "entry.empty_member", ""),
    ({"actor": ""}, "entry.empty_member", ""),
    ({"subject_seq": 0}, "entry.chain_start", "/prev"),
    ({"subject_seq": 2}, "entry.chain_start", "/prev"),
    ({"prev_hash": b"\x01" * 32}, "entry.chain_start", "/prev"),
    ({"subject_seq": 2, "prev_hash": b"\x01" * 31}, "entry.chain_start", "/prev"),
    ({"ts": datetime(2026, 1, 1)}, "entry.naive_time", "/ts"),  # noqa: DTZ001
    ({"definitions": [{"kind": "form"}]}, "entry.definition", "/definitions/0"),
    ({"detail": {"limit": 1.5}}, "canonical.float", "/detail/limit"),
    ({"after": {"n": 2**60}}, "canonical.integer_range", "/after/n"),
    ({"before": {"at": datetime(2026, 1, 1, tzinfo=UTC)}}, "canonical.type", "/before/at"),
]


@pytest.mark.parametrize(("change", "code", "path"), REFUSED)
def test_refused(change: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(Malformed) as caught:
        ledger.make_entry(**{**BASE, **change})
    assert (caught.value.code, caught.value.path) == (code, path)


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        GOLDEN.replace('"v":1', '"v":2').encode(),
        GOLDEN.replace('"v":1,', "").encode(),
        GOLDEN.replace('"v":1', '"v":1,"x":1').encode(),
        GOLDEN.replace('"subject_seq":1', '"subject_seq":0').encode(),
        GOLDEN.replace('"subject_seq":1', '"subject_seq":true').encode(),
        GOLDEN.replace('"actor":"u1"', '"actor":null').encode(),
    ],
)
def test_what_is_no_entry(body: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        read_body(body)
    assert caught.value.code == "entry.shape"
