"""Personal values: never in clear in a body, readable with the key, gone without it."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ledger
from ledger import PersonalKey, Unopened, open_personal, seal_personal
from ledger.personal import commits
from tests.ledger.sample import START, Log, bundle_of, signer, unzip, verified
from tests.ledger.test_entry import BASE

KEY = PersonalKey(bytes(range(64)))
OTHER = PersonalKey(bytes(range(1, 65)))
PLACE: dict[str, Any] = {"subject": "customer:c1", "field": "legal_rep"}
CANARY = "张金丝雀-13800138000"


def test_opens_with_its_key_at_its_place_only() -> None:
    sealed = seal_personal(CANARY, **PLACE, key=KEY)
    assert open_personal(sealed, **PLACE, key=KEY) == CANARY
    for place, key in (
        (PLACE, OTHER),
        (PLACE, PersonalKey(KEY.secret[:32] + OTHER.secret[32:])),
        ({**PLACE, "field": "phone"}, KEY),
        ({**PLACE, "subject": "customer:c2"}, KEY),
    ):
        with pytest.raises(Unopened):
            open_personal(sealed, **place, key=key)


def test_commitment_fits_one_value_at_one_place() -> None:
    sealed = seal_personal(CANARY, **PLACE, key=KEY)
    assert commits(sealed, CANARY, **PLACE, salt=KEY.salt)
    assert not commits(sealed, CANARY + " ", **PLACE, salt=KEY.salt)
    assert not commits(sealed, CANARY, subject="customer:c1", field="phone", salt=KEY.salt)
    assert not commits(sealed, CANARY, **PLACE, salt=OTHER.salt)
    assert not commits({}, CANARY, **PLACE, salt=KEY.salt)


def test_bytes_are_the_same_each_time_and_differ_for_each_place_value_and_customer() -> None:
    sealed = [
        seal_personal(CANARY, **PLACE, key=KEY),
        seal_personal(CANARY, subject="customer:c1", field="phone", key=KEY),
        seal_personal(CANARY + "1", **PLACE, key=KEY),
        seal_personal(CANARY, **PLACE, key=OTHER),
    ]
    assert sealed[0] == seal_personal(CANARY, **PLACE, key=KEY)
    assert len({each["commitment"] for each in sealed}) == len(sealed)
    assert len({base64.b64decode(each["cipher"])[:12] for each in sealed}) == len(sealed)


@pytest.mark.parametrize("cipher", ["", "AAAA", "!!", base64.b64encode(bytes(40)).decode()])
def test_a_spoiled_cipher_is_not_opened(cipher: str) -> None:
    with pytest.raises(Unopened):
        open_personal({"cipher": cipher, "commitment": ""}, **PLACE, key=KEY)
    with pytest.raises(Unopened):
        open_personal({}, **PLACE, key=KEY)


def test_a_commitment_of_another_value_is_not_passed_over() -> None:
    sealed = seal_personal(CANARY, **PLACE, key=KEY)
    with pytest.raises(Unopened):
        open_personal({**sealed, "commitment": "00" * 32}, **PLACE, key=KEY)


def test_two_places_cannot_look_alike() -> None:
    with pytest.raises(ValueError, match="alike"):
        seal_personal("x", subject="a|b", field="c", key=KEY)
    with pytest.raises(ValueError, match="64 bytes"):
        PersonalKey(bytes(32))
    assert CANARY not in repr(KEY)
    assert "secret" not in repr(KEY)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_in_nfc(value: str) -> None:
    sealed = seal_personal(value, **PLACE, key=KEY)
    opened = open_personal(sealed, **PLACE, key=KEY)
    assert seal_personal(opened, **PLACE, key=KEY) == sealed


def test_the_canary_is_nowhere_in_an_export_and_erasure_leaves_the_trail_intact() -> None:
    sealed = seal_personal(CANARY, **PLACE, key=KEY)
    entry = ledger.make_entry(**{**BASE, "ts": START}, after={"legal_rep": sealed})
    log = Log([entry], ledger.Tree([entry.leaf_hash]))
    data = bundle_of(log, None, states={}, definitions=[], earlier=[])
    needles = [CANARY.encode(), "张金丝雀".encode(), b"13800138000", CANARY.encode("unicode_escape")]
    needles += [base64.b64encode(CANARY.encode()), CANARY.encode().hex().encode()]
    contents = b"".join(unzip(data).values())
    assert not [needle for needle in needles if needle in contents]
    # Without the key nothing opens; the bytes that were hashed never change, so the trail still verifies.
    with pytest.raises(Unopened):
        open_personal(sealed, **PLACE, key=OTHER)
    assert verified(data, by=signer()).verdict == "intact"
