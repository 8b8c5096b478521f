"""The keys that never enter the database: the ledger's signing key, and the key that wraps each customer's own key."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

WRAP_VERSION = b"\x01"


@dataclass(frozen=True, slots=True)
class Keyring:
    """`signing` signs checkpoints; `wrapping` (32 bytes) wraps customer keys with AES-256-GCM."""

    signing: Ed25519PrivateKey
    wrapping: bytes

    def wrap(self, secret: bytes, owner: str) -> bytes:
        """version | nonce | ciphertext, bound to `owner` so that a wrapped key cannot be moved to another customer."""
        nonce = os.urandom(12)
        return WRAP_VERSION + nonce + AESGCM(self.wrapping).encrypt(nonce, secret, owner.encode())

    def unwrap(self, wrapped: bytes, owner: str) -> bytes:
        if wrapped[:1] != WRAP_VERSION:
            raise ValueError("wrapped key of an unknown version")
        return AESGCM(self.wrapping).decrypt(wrapped[1:13], wrapped[13:], owner.encode())


def open_keyring(folder: Path) -> Keyring:
    """The keys in `folder`, made there at first start; files are readable by the owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    signing = folder / "ledger-signing.pem"
    wrapping = folder / "customer-wrapping.key"
    if not signing.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write_once(signing, pem)
    if not wrapping.exists():
        _write_once(wrapping, os.urandom(32))
    key = load_pem_private_key(signing.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{signing} must hold an Ed25519 private key in PEM")
    secret = wrapping.read_bytes()
    if len(secret) != 32:
        raise ValueError(f"{wrapping} must hold exactly 32 bytes")
    return Keyring(key, secret)


def _write_once(path: Path, content: bytes) -> None:
    """Complete or not there: written beside, then linked, so that of two first starts one wins for both."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return
    finally:
        beside.unlink()
