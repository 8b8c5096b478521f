"""A signature: drawn or typed by a person, bound at submission to who, when, and what was answered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from rules import Invalid, Problem

from .. import files_page
from ..label import is_english
from ..raw import bad_character, nfc, shown, trim
from .field import At, Column, Field, Hint
from .files import FILE_SCHEMA, FROM_LIST, HASH, OF, SHARED, File, FromList, hash_of
from .web import render

LONGEST = 60
KEPT = "="  # what the page posts for the signature that is stored already
DRAWN = "file:"
_GIVEN = frozenset({"typed", "image"})


@dataclass(frozen=True, slots=True)
class Signature:
    """What a person put down, `typed` or as an `image`, and what the server bound it to when it was sent in.

    user, name  who signed; at  when, ISO with the offset of the house's zone
    digest      SHA-256 of the other answers as they stood then
    """

    typed: str | None = None
    image: File | None = None
    user: str | None = None
    name: str | None = None
    at: str | None = None
    digest: str | None = None

    @property
    def bound(self) -> bool:
        return self.digest is not None

    def to_json(self) -> dict[str, Any]:
        drawn = None if self.image is None else self.image.to_json()
        members = {
            "typed": self.typed, "image": drawn, "user": self.user, "name": self.name, "at": self.at,
            "digest": self.digest,
        }  # fmt: skip
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureField(Field):
    """One signature. A page or program says only what was drawn or typed; the rest is bound by `signed`."""

    type: ClassVar[str] = "signature"
    feel: ClassVar[str] = "context"
    shared: ClassVar[Mapping[str, Any]] = SHARED
    own: ClassVar[Mapping[str, Any]] = {"by": {"enum": ["any", "drawn", "typed"]}}

    by: str = "any"

    @property
    def feel_type(self) -> str:
        return "context<user: string, name: string, at: string>"

    def parse(self, raw: object, at: At) -> Signature:
        before = at.before if isinstance(at.before, Signature) else None
        if isinstance(raw, FromList):
            raise self.refuse("file.from_list")
        if isinstance(raw, Mapping):
            return self.of_members(raw, at, before)
        if not isinstance(raw, str):
            raise self.refuse("signature.type")
        text = trim(raw[: 10 * LONGEST])
        if text == KEPT and before is not None:
            return before
        if text.startswith(DRAWN) and HASH.fullmatch(text.removeprefix(DRAWN)):
            return self.drawn(text.removeprefix(DRAWN), at, before)
        return self.of_text(text, before)

    def of_members(self, raw: Mapping[str, Any], at: At, before: Signature | None) -> Signature:
        if before is not None and dict(raw) == before.to_json():
            return before
        given = {name: value for name, value in raw.items() if value is not None}
        if len(given) == 1 and _GIVEN.issuperset(given):
            return self.drawn(given["image"], at, before) if "image" in given else self.of_text(given["typed"], before)
        bound = {"user", "name", "at", "digest"}.intersection(given)
        raise self.refuse("signature.bound" if bound else "signature.type")

    def drawn(self, raw: object, at: At, before: Signature | None) -> Signature:
        hash = hash_of(raw)
        if hash is None:
            raise self.refuse("file.not_a_reference")
        if before is not None and before.image is not None and before.image.hash == hash:
            return before
        file = File.of(at.lookups.find(OF, hash))
        if file is None:
            raise self.refuse("file.not_found", name=f"{hash[:12]}…")
        return Signature(image=file)

    def of_text(self, raw: object, before: Signature | None) -> Signature:
        text = nfc(trim(raw)) if isinstance(raw, str) else ""
        if not text:
            raise self.refuse("signature.type")
        if len(text) > LONGEST:
            raise self.refuse("signature.length", max=LONGEST)
        bad = bad_character(text)
        if bad is not None:
            raise self.refuse("text.character", position=bad[0], character=bad[1])
        return Signature(typed=text)

    def restore(self, value: Any, copied: Any, at: At) -> Any:
        if not isinstance(value, Mapping):
            return None
        texts = {name: value.get(name) for name in ("typed", "user", "name", "at", "digest")}
        found = Signature(
            image=File.of(value.get("image")), **{k: v if isinstance(v, str) else None for k, v in texts.items()}
        )
        return found if found.typed or found.image else None

    def from_cell(self, cell: object) -> object:
        return cell if cell is None or cell == "" else FROM_LIST

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        if value == at.before:
            return
        if self.by == "drawn" and value.image is None:
            yield self.problem("signature.draw")
        if self.by == "typed" and value.typed is None:
            yield self.problem("signature.write")
        if value.image is not None and not value.image.is_image:
            yield self.problem("signature.no_image", name=shown(value.image.name, 80))

    def show(self, value: Any, locale: str) -> str:
        who = value.name or value.typed or ("drawn" if is_english(locale) else "手写")
        if value.at is None:
            return str(who)
        return f"{who} {value.at[:16].replace('T', ' ')}"

    def write(self, value: Any) -> str:
        if value.bound:
            return KEPT
        return f"{DRAWN}{value.image.hash}" if value.image is not None else str(value.typed)

    def to_json(self, value: Any) -> Any:
        return None if value is None else value.to_json()

    def fact(self, value: Any) -> Any:
        return None if value is None else {"user": value.user, "name": value.name or value.typed, "at": value.at}

    def hints(self) -> tuple[Hint, ...]:
        return (Hint("hint.signature", {}),)

    def control(self, locale: str) -> Any:
        return files_page.Sign(
            draws=self.by != "typed", writes=self.by != "drawn", longest=LONGEST,
            told=lambda value: self.show(value, locale), kept=KEPT, drawn=DRAWN,
            hint="Type your name" if is_english(locale) else "键入姓名", **render(self, locale),
        )  # fmt: skip

    def json_schema(self) -> dict[str, Any]:
        texts = ("typed", "user", "name", "at", "digest")
        image = {"anyOf": [dict(FILE_SCHEMA), {"type": "string", "pattern": "^[0-9a-f]{64}$"}]}
        return {
            "anyOf": [
                {"type": "null"},
                {
                    "type": "object",
                    "properties": {"image": image, **{name: {"type": "string"} for name in texts}},
                    "additionalProperties": False,
                    "anyOf": [{"required": ["typed"]}, {"required": ["image"]}],
                },
            ]
        }

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), width=24)


def bind(
    fields: Collection[SignatureField], typed: Mapping[str, Any], digest: str, who: tuple[str, str], now: datetime,
    writable: Callable[[str], bool],
) -> dict[str, Signature]:
    """Each signature given now with who (id, name), when and what; raises Invalid where one no longer fits.

    A signature of this person's own fields that was given over other answers must be given again.
    """
    problems: list[Problem] = []
    bound: dict[str, Signature] = {}
    for field in fields:
        value = typed[field.key]
        if value is None:
            continue
        if not value.bound:
            user, name = who
            at = now.replace(microsecond=0).isoformat()
            bound[field.key] = replace(value, user=user, name=name, at=at, digest=digest)
        elif writable(field.key) and value.digest != digest:
            problems.append(field.problem("signature.stale", f"/{field.key}", name=value.name or ""))
    if problems:
        raise Invalid(problems)
    return bound
