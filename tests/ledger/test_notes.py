"""Signed notes and checkpoints: the example of the Go authors of the format, and every way to be malformed."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import ledger
from ledger import Checkpoint, Key, Malformed, parse_key, read_checkpoint, sign_checkpoint, verify_checkpoint
from ledger.checkpoint import format_hashes, format_proof, parse_checkpoint, parse_hashes, parse_proof
from ledger.notes import verify_note
from ledger.signer import sign_note
from tests.ledger.sample import ORIGIN, signer

VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
SIGNED = f"{TEXT}\n\u2014 PeterNeumann {SIGNATURE}\n"
ROOT = bytes(range(32))
HEAD = Checkpoint(ORIGIN, 12, ROOT)


def test_the_reference_key_signs_the_reference_note() -> None:
    peter = ledger.ed25519_signer("PeterNeumann", Ed25519PrivateKey.from_private_bytes(SEED))
    assert str(peter.key) == VKEY
    assert parse_key(VKEY) == peter.key
    assert sign_note(TEXT, peter) == SIGNED
    assert verify_note(SIGNED, [peter.key]) == (TEXT, (peter.key,))


def test_a_changed_text_is_forged_and_an_unknown_key_is_passed_over() -> None:
    peter, enoch = parse_key(VKEY), signer("EnochRoot")
    with pytest.raises(Malformed) as caught:
        verify_note(SIGNED.replace("answer", "Answer"), [peter])
    assert caught.value.code == "note.forged"
    with pytest.raises(Malformed) as caught:
        verify_note(SIGNED, [enoch.key])
    assert caught.value.code == "note.unsigned"
    both = SIGNED + sign_note(TEXT, enoch).split("\n\n")[1]
    assert verify_note(both, [enoch.key])[1] == (enoch.key,)
    assert verify_note(both, [peter, enoch.key])[1] == (peter, enoch.key)
    spoiled = both.replace("x08go/ZJ", "x08go/ZK")
    with pytest.raises(Malformed) as caught:  # one bad signature of a known key spoils the note
        verify_note(spoiled, [peter, enoch.key])
    assert caught.value.code == "note.forged"


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        TEXT + "\n",
        SIGNED[:-1],
        SIGNED.replace("\u2014", "-"),
        SIGNED.replace("PeterNeumann x", "Peter Neumann x"),
        SIGNED.replace("PeterNeumann x", "Peter+Neumann x"),
        SIGNED.replace("BwJnAM=", "BwJnAM"),
        SIGNED.replace("BwJnAM=", "BwJnAN="),
        SIGNED.replace("your", "your\r"),
        SIGNED.replace("x08go/ZJ", "!!!!!!!!"),
        TEXT + "\n\u2014 PeterNeumann x08g\n",
        SIGNED + SIGNED.split("\n\n")[1] * 64,
        "x" * 1_000_001,
    ],
)
def test_malformed_notes(note: str) -> None:
    with pytest.raises(Malformed) as caught:
        verify_note(note, [parse_key(VKEY)])
    assert caught.value.code == "note.malformed"


@pytest.mark.parametrize("change", range(len(VKEY)))
def test_a_key_with_any_character_changed_is_refused(change: int) -> None:
    wrong = VKEY[:change] + chr(ord(VKEY[change]) + 1) + VKEY[change + 1 :]
    with pytest.raises(Malformed) as caught:
        parse_key(wrong)
    assert caught.value.code == "key.malformed"


@pytest.mark.parametrize("text", ["", "a+b", "a+00000000+", "a+00000000+Ag==", "a b+00000000+ARpc"])
def test_malformed_keys(text: str) -> None:
    with pytest.raises(Malformed):
        parse_key(text)


def test_a_key_of_unknown_kind_or_length_is_refused() -> None:
    for name, public, algorithm in (("a", bytes(31), 1), ("a", bytes(32), 2), ("", bytes(32), 1), ("a+", bytes(32), 1)):
        with pytest.raises(Malformed):
            Key(name, public, algorithm)


def test_a_public_key_that_is_no_point_verifies_nothing() -> None:
    key = Key("a", b"\x02" + bytes(30) + b"\xff")
    note = sign_note(TEXT, ledger.Signer(key, lambda _text: bytes(64)))
    with pytest.raises(Malformed) as caught:
        verify_note(note, [key])
    assert caught.value.code == "note.forged"


def test_a_checkpoint_is_text_of_three_lines() -> None:
    assert HEAD.text() == f"{ORIGIN}\n12\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    note = sign_checkpoint(HEAD, signer())
    assert verify_checkpoint(note, [signer().key]) == (HEAD, signer().key)
    assert read_checkpoint(note) == HEAD


def test_a_witness_may_sign_too_but_only_the_log_speaks_for_itself() -> None:
    witness = signer("witness.example", 9)
    note = sign_checkpoint(HEAD, signer(), witness)
    assert verify_checkpoint(note, [witness.key, signer().key])[1] == signer().key
    with pytest.raises(Malformed) as caught:
        verify_checkpoint(note, [witness.key])
    assert caught.value.code == "note.unsigned"
    with pytest.raises(ValueError, match="does not speak for"):
        sign_checkpoint(HEAD, witness)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        f"\n1\n{base64.b64encode(ROOT).decode()}\n",
        f"o\n01\n{base64.b64encode(ROOT).decode()}\n",
        f"o\n-1\n{base64.b64encode(ROOT).decode()}\n",
        f"o\n+1\n{base64.b64encode(ROOT).decode()}\n",
        f"o\n\u0661\n{base64.b64encode(ROOT).decode()}\n",
        f"o\n{10**19}\n{base64.b64encode(ROOT).decode()}\n",
        f"o\n\n{base64.b64encode(ROOT).decode()}\n",
        f"o\n1\n{base64.b64encode(ROOT[:31]).decode()}\n",
        "o\n1\nnot base64\n",
        f"o\n1\n{base64.b64encode(ROOT).decode()}\nextension\n",
        f"o\n1\n{base64.b64encode(ROOT).decode()}",
    ],
)
def test_malformed_checkpoints(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse_checkpoint(text)
    assert caught.value.code == "checkpoint.malformed"


def test_proof_files() -> None:
    note = sign_checkpoint(HEAD, signer())
    text = format_proof(7, [ROOT, ROOT[::-1]], note)
    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 7\nAAECAwQF")
    assert parse_proof(text) == (7, [ROOT, ROOT[::-1]], note)
    assert parse_proof(format_proof(0, [], note)) == (0, [], note)
    assert parse_hashes(format_hashes([ROOT])) == [ROOT]
    assert parse_hashes("") == []
    for wrong in ("", text.replace("@v1", "@v2"), text.replace("index 7", "index 07"), text.replace("index 7\n", ""),
                  text.replace("index 7", "extra AA==\nindex 7"), text.replace("AAEC", "AAED", 1)[:60]):  # fmt: skip
        with pytest.raises(Malformed):
            parse_proof(wrong)
    for wrong in ("AAEC\n", format_hashes([ROOT])[:-1], "\n"):
        with pytest.raises(Malformed):
            parse_hashes(wrong)


def test_what_cannot_be_signed() -> None:
    for text in ("no newline", "tab\there\n"):
        with pytest.raises(ValueError, match="text of a note"):
            sign_note(text, signer())
    with pytest.raises(ValueError, match="needs a signer"):
        sign_note("text\n")
