"""Files as answers: a field holds references to stored contents by their SHA-256, never the contents themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from rules import Problem

from .. import files_page
from ..label import Label, listed, say
from ..raw import shown, trim
from .field import VALUE, At, Column, Field, Hint
from .web import render

OF = "file"  # the kind `Lookup.find` is asked for; the id is the hash
HASH = re.compile("[0-9a-f]{64}")
MOST_FILES = 50
MOST_MB = 100
LONGEST_NAME = 120
_SEPARATORS = re.compile(r"[;,\s]+")
_FAMILY = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of content that can be attached: the family an admin allows it by, and the endings it may go under."""

    family: str
    endings: tuple[str, ...]


KINDS: Mapping[str, Kind] = MappingProxyType({
    "application/pdf": Kind("pdf", ("pdf",)),
    "image/png": Kind("image", ("png",)),
    "image/jpeg": Kind("image", ("jpg", "jpeg")),
    "image/webp": Kind("image", ("webp",)),
    f"{_FAMILY}.wordprocessingml.document": Kind("office", ("docx",)),
    f"{_FAMILY}.spreadsheetml.sheet": Kind("office", ("xlsx",)),
    f"{_FAMILY}.presentationml.presentation": Kind("office", ("pptx",)),
    "application/msword": Kind("office", ("doc",)),
    "application/vnd.ms-excel": Kind("office", ("xls",)),
    "application/vnd.ms-powerpoint": Kind("office", ("ppt",)),
    "application/ofd": Kind("ofd", ("ofd",)),
    "text/csv": Kind("text", ("csv",)),
    "text/plain": Kind("text", ("txt",)),
    "application/zip": Kind("zip", ("zip",)),
})
FAMILIES: Mapping[str, Label] = MappingProxyType({
    "pdf": {"zh-CN": "PDF", "en": "PDF"},
    "image": {"zh-CN": "图片", "en": "images"},
    "office": {"zh-CN": "Office 文档", "en": "Office documents"},
    "ofd": {"zh-CN": "OFD", "en": "OFD"},
    "text": {"zh-CN": "文本（CSV、TXT）", "en": "text (CSV, TXT)"},
    "zip": {"zh-CN": "ZIP 压缩包", "en": "ZIP archives"},
})
IMAGE = "image"


@dataclass(frozen=True, slots=True)
class File:
    """A reference to a stored content.

    hash   SHA-256 of the content in lower-case hex; type by content (a media type); size in bytes
    name   what whoever uploaded it called it; width and height in pixels, for images
    """

    hash: str
    name: str
    size: int
    type: str
    width: int | None = None
    height: int | None = None

    @property
    def is_image(self) -> bool:
        kind = KINDS.get(self.type)
        return kind is not None and kind.family == IMAGE

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"hash": self.hash, "name": self.name, "size": self.size, "type": self.type}
        return {**found, "width": self.width, "height": self.height} if self.width is not None else found

    @classmethod
    def of(cls, record: object) -> File | None:
        """The reference a mapping describes, as `to_json` writes it or a Lookup gives it; None where it is none."""
        if not isinstance(record, Mapping):
            return None
        hash, name, size, type = (record.get(each) for each in ("hash", "name", "size", "type"))
        sides = [record.get(each) for each in ("width", "height")]
        if not (isinstance(hash, str) and HASH.fullmatch(hash) and isinstance(name, str) and isinstance(type, str)):
            return None
        if not _whole(size) or not all(side is None or _whole(side) for side in sides):
            return None
        return cls(hash, name, int(size or 0), type, *sides)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


class FromList:
    """What a cell of an imported list becomes: a name in a worksheet is no file."""


FROM_LIST = FromList()
FILE_SCHEMA: Mapping[str, Any] = MappingProxyType({
    "type": "object",
    "properties": {
        "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "name": {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
        "size": {"type": "integer", "minimum": 0},
        "type": {"type": "string"},
        "width": {"type": "integer"},
        "height": {"type": "integer"},
    },
    "required": ["hash"],
})
# A file is never computed, nor placed in a box that could hold an example.
SHARED = MappingProxyType({name: VALUE[name] for name in ("required", "on_hide")})


def hash_of(raw: object) -> str | None:
    """The hash a person or program names a file by: bare, or inside a reference; None where it is neither."""
    given = raw.get("hash") if isinstance(raw, Mapping) else raw
    text = trim(given[:80]).lower() if isinstance(given, str) else ""
    return text if HASH.fullmatch(text) else None


def words_of(families: tuple[str, ...]) -> Label:
    """The allowed kinds as a person reads them."""
    joins = (("zh-CN", "、"), ("en", ", "))
    return {tag: join.join(say(FAMILIES[each], tag) for each in families) for tag, join in joins}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesField(Field):
    """What fields of files share. A typed value is a tuple of Files in the order they were attached.

    Only the hash of a reference counts: name, size and type are those of the stored file. What may be attached is
    what `Lookup.find` gives; what the stored answers hold stays, whoever writes the rest.

    max_size_mb  largest file in megabytes of 1024 × 1024 bytes; max_count  how many files at most
    """

    feel: ClassVar[str] = "list"
    empty: ClassVar[Any] = ()
    shared: ClassVar[Mapping[str, Any]] = SHARED
    own: ClassVar[Mapping[str, Any]] = {
        "max_size_mb": {"type": "integer", "minimum": 1, "maximum": MOST_MB},
        "max_count": {"type": "integer", "minimum": 1, "maximum": MOST_FILES},
    }

    max_size_mb: int = 20
    max_count: int = 10

    @property
    def families(self) -> tuple[str, ...]:
        """The kinds of content this field takes."""
        return tuple(FAMILIES)

    @property
    def feel_type(self) -> str:
        return "list<context<hash: string, name: string, size: number, type: string>>"

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings of file names this field takes, with their dot, for the browser's own dialog."""
        kinds = (kind for kind in KINDS.values() if kind.family in self.families)
        return tuple(f".{ending}" for kind in kinds for ending in kind.endings)

    def parse(self, raw: object, at: At) -> tuple[File, ...]:
        if isinstance(raw, FromList):
            raise self.refuse("file.from_list")
        items: Any = _SEPARATORS.split(trim(raw)) if isinstance(raw, str) and len(raw) <= 80 * MOST_FILES else raw
        items = [items] if isinstance(items, Mapping) else items
        if not isinstance(items, list | tuple):
            raise self.refuse("file.not_a_reference")
        if len(items) > 10 * MOST_FILES:
            raise self.refuse("file.too_many", max=self.max_count, count=len(items))
        before = {each.hash: each for each in at.before or ()}
        found: dict[str, File] = {}
        for item in items:
            if item in ("", None):
                continue
            file = item if isinstance(item, File) else self.file(item, at, before)
            found.setdefault(file.hash, file)
        return tuple(found.values())

    def file(self, raw: object, at: At, before: Mapping[str, File]) -> File:
        """The file a person names: one that is there already, or one they may attach. Raises Invalid."""
        hash = hash_of(raw)
        if hash is None:
            raise self.refuse("file.not_a_reference")
        if hash in before:
            return before[hash]
        file = File.of(at.lookups.find(OF, hash))
        if file is None:
            # Nobody learns here whether somebody else has a file.
            name = raw.get("name") if isinstance(raw, Mapping) else None
            raise self.refuse("file.not_found", name=shown(name) if isinstance(name, str) else f"{hash[:12]}…")
        return file

    def restore(self, value: Any, copied: Any, at: At) -> Any:
        if not isinstance(value, list | tuple):
            return self.empty
        return tuple(file for file in map(File.of, value) if file is not None)

    def from_cell(self, cell: object) -> object:
        return cell if cell is None or cell == "" else FROM_LIST

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        before = {each.hash for each in at.before or ()}
        for file in value:
            if file.hash not in before:
                yield from self.file_limits(file)
        if len(value) > max(self.max_count, len(before)):
            yield self.problem("file.too_many", max=self.max_count, count=len(value))

    def file_limits(self, file: File) -> Iterator[Problem]:
        """What is wrong with one file under this field's limits."""
        kind = KINDS.get(file.type)
        if kind is None or kind.family not in self.families:
            yield self.problem("file.kind", name=shown(file.name, 80), kinds=words_of(self.families))
        if file.size > self.max_size_mb << 20:
            yield self.problem("file.too_large", name=shown(file.name, 80), max=self.max_size_mb)

    def show(self, value: Any, locale: str) -> str:
        return listed((file.name for file in value), locale)

    def write(self, value: Any) -> str:
        return ";".join(file.hash for file in value)

    def to_json(self, value: Any) -> Any:
        return [file.to_json() for file in value]

    def fact(self, value: Any) -> Any:
        return [{"hash": f.hash, "name": f.name, "size": f.size, "type": f.type} for f in value]

    def hints(self) -> tuple[Hint, ...]:
        kinds = words_of(self.families)
        return (Hint("hint.files", {"kinds": kinds, "max": self.max_size_mb, "count": self.max_count}),)

    def control(self, locale: str) -> Any:
        return files_page.Files(
            accept=",".join(self.endings), most=self.max_count, max_mb=self.max_size_mb,
            named=lambda value: [file for file in value if isinstance(file, File)], **render(self, locale),
        )  # fmt: skip

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": dict(FILE_SCHEMA), "maxItems": MOST_FILES}

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), width=36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments(FilesField):
    """Documents of the kinds an admin allows; all known kinds where none are named."""

    type: ClassVar[str] = "attachment"
    own: ClassVar[Mapping[str, Any]] = {
        **FilesField.own,
        "types": {
            "type": "array", "minItems": 1, "maxItems": len(FAMILIES), "uniqueItems": True,
            "items": {"enum": list(FAMILIES)},
        },
    }  # fmt: skip

    types: tuple[str, ...] = tuple(FAMILIES)

    @classmethod
    def own_values(cls, setup: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
        return {"types": tuple(each for each in FAMILIES if each in setup["types"])} if "types" in setup else {}

    @property
    def families(self) -> tuple[str, ...]:
        return self.types


@dataclass(frozen=True, slots=True, kw_only=True)
class Images(FilesField):
    """Photographs and scans, shown small where they are read."""

    type: ClassVar[str] = "image"

    @property
    def families(self) -> tuple[str, ...]:
        return (IMAGE,)

    @property
    def feel_type(self) -> str:
        return "list<context<hash: string, name: string, size: number, type: string, width: number, height: number>>"

    def fact(self, value: Any) -> Any:
        return [{**f.to_json(), "width": f.width, "height": f.height} for f in value]
