"""What a trail file holds and where: the members of the zip, the shapes of its JSON, the text that is sealed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.archive import Archive
from ledger.notes import Key, parse_key
from ledger.strict import Malformed, parse

REQUIRED = ("manifest.json", "seal.txt", "checkpoint.txt", "entries.jsonl", "leaves.json")
MANIFEST: Mapping[str, Any] = {
    "v": int, "origin": str, "size": int, "root": str, "exported_at": str, "whole": bool, "files": dict,
    "subjects": [{"subject_type": str, "subject_id": str, "count": int, "last_leaf": str, "state": dict}],
}
LEAVES: Mapping[str, Any] = {"subject_type": str, "subject_id": str, "leaves": [(int, int, str)]}


def seal_text(origin: str, manifest: bytes) -> str:
    """The note text of a seal: the log's owner says that this list is the whole trail as of its checkpoint."""
    return f"{origin}/trail-seal\n{base64.b64encode(hashlib.sha256(manifest).digest()).decode()}\n"


def definition_name(pin: Mapping[str, Any]) -> str:
    """Where a bundle keeps a pinned definition."""
    return f"definitions/{pin['kind']}.{pin['key']}.{pin['version']}.json"


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key and the span of time (ISO UTC text) in which its seals count; None: open end."""

    key: Key
    valid_from: str | None = None
    valid_until: str | None = None


def parse_trusted_key(text: str) -> TrustedKey:
    """A key file of a bundle (JSON), or the bare text form of a key."""
    if not text.lstrip().startswith("{"):
        return TrustedKey(parse_key(text))
    value = parse(text.encode())
    if value.keys() != {"key", "valid_from", "valid_until"} or not isinstance(value["key"], str):
        raise Malformed("key.malformed", name="")
    if not all(isinstance(value[name], str | None) for name in ("valid_from", "valid_until")):
        raise Malformed("key.malformed", name=value["key"][:80])
    return TrustedKey(parse_key(value["key"]), value["valid_from"], value["valid_until"])


def shaped(archive: Archive, name: str, shape: Any) -> Any:
    """The JSON of a member, when it has exactly this shape: a dict by member, a list of one kind, a tuple by place."""
    try:
        value = parse(archive.read(name))
    except Malformed as error:
        if error.code.startswith("file."):
            raise
        raise Malformed("file.malformed", name=name) from None
    if not _fits(value, shape):
        raise Malformed("file.malformed", name=name)
    return value


def _fits(value: Any, shape: Any) -> bool:
    if isinstance(shape, type):
        return type(value) is shape
    if isinstance(shape, tuple):
        return isinstance(value, list) and len(value) == len(shape) and all(map(_fits, value, shape))
    if isinstance(shape, list):
        return isinstance(value, list) and all(_fits(item, shape[0]) for item in value)
    return (
        isinstance(value, dict)
        and value.keys() == shape.keys()
        and all(_fits(value[member], inner) for member, inner in shape.items())
    )
