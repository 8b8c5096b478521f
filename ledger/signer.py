"""Sign notes and checkpoints; the private key may live in a file, another process or a hardware module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.checkpoint import Checkpoint
from ledger.notes import Key, signature_line


@dataclass(frozen=True, slots=True)
class Signer:
    """A public key and the function that signs for it: bytes → signature bytes."""

    key: Key
    sign: Callable[[bytes], bytes]


def ed25519_signer(name: str, private: Ed25519PrivateKey) -> Signer:
    """A Signer over a private key in this process; `name` is the origin of the log it speaks for."""
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Signer(Key(name, public), private.sign)


def sign_note(text: str, *signers: Signer) -> str:
    """The note of `text`, which must end with a newline, signed by each signer in order."""
    if not text.endswith("\n") or any(char < " " and char != "\n" for char in text):
        raise ValueError("the text of a note ends with a newline and has no other control characters")
    if not signers:
        raise ValueError("a note needs a signer")
    lines = (signature_line(signer.key, signer.sign(text.encode())) for signer in signers)
    return text + "\n" + "".join(lines)


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer, *witnesses: Signer) -> str:
    """The signed note of a Checkpoint. The signer's name must be the origin; a log signs no other log's head."""
    if signer.key.name != checkpoint.origin:
        raise ValueError(f"the key of {signer.key.name} does not speak for {checkpoint.origin}")
    return sign_note(checkpoint.text(), signer, *witnesses)
