"""Personal values in an immutable log: a commitment that stays, and a ciphertext that dies with the customer's key."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
SECRET_BYTES = 64


class Unopened(ValueError):
    """The ciphertext cannot be read: the key is another, the place is another, or it was changed."""


@dataclass(frozen=True, slots=True)
class PersonalKey:
    """The 64 secret bytes of one customer: 32 for the cipher, 32 as salt of commitments. Destroying them erases."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise ValueError(f"a personal key has {SECRET_BYTES} bytes")

    @property
    def cipher_key(self) -> bytes:
        return self.secret[:32]

    @property
    def salt(self) -> bytes:
        return self.secret[32:]


def seal_personal(value: str, *, subject: str, field: str, key: PersonalKey) -> dict[str, str]:
    """What may stand in an entry's body: {"commitment": hex HMAC-SHA256, "cipher": base64(nonce || AES-256-GCM)}.

    Bound to `subject` and `field`, so a sealed value cannot be moved to another place. The nonce is derived from
    salt, place and value: the same input gives the same bytes, which shows no more than equal commitments do, and two
    different inputs never share a nonce by a caller's mistake. Text is brought to NFC, as everywhere in a body.
    """
    place, value = _place(subject, field), unicodedata.normalize("NFC", value)
    nonce = _mac(key.salt, b"nonce", place, value)[:NONCE_BYTES]
    sealed = AESGCM(key.cipher_key).encrypt(nonce, value.encode(), place)
    return {
        "commitment": _mac(key.salt, b"commitment", place, value).hex(),
        "cipher": base64.b64encode(nonce + sealed).decode(),
    }


def open_personal(sealed: Mapping[str, Any], *, subject: str, field: str, key: PersonalKey) -> str:
    """The value again. Raises Unopened when the key, the place or the sealed value is not the one it was made with."""
    try:
        blob = base64.b64decode(str(sealed["cipher"]), validate=True)
        plain = AESGCM(key.cipher_key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], _place(subject, field))
        value = plain.decode()
    except (KeyError, binascii.Error, InvalidTag, ValueError):
        raise Unopened("personal value cannot be opened") from None
    if not commits(sealed, value, subject=subject, field=field, salt=key.salt):
        raise Unopened("personal value does not fit its commitment")
    return value


def commits(sealed: Mapping[str, Any], value: str, *, subject: str, field: str, salt: bytes) -> bool:
    """Whether the commitment was made for exactly this value at this place: proof for who was shown value and salt."""
    expected = _mac(salt, b"commitment", _place(subject, field), unicodedata.normalize("NFC", value)).hex()
    return hmac.compare_digest(expected.encode(), str(sealed.get("commitment", "")).encode())


def _place(subject: str, field: str) -> bytes:
    if "|" in subject or "|" in field:
        raise ValueError("subject and field may not contain '|': two places would look alike")
    return f"{subject}|{field}".encode()


def _mac(salt: bytes, use: bytes, place: bytes, value: str) -> bytes:
    return hmac.digest(salt, b"|".join((use, place, value.encode())), hashlib.sha256)
