"""DMN models in and out: what of one becomes drafts, and a Definition as a DMN document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from app.models.definition import Definition
from app.services import definitions
from app.services.pinyin import syllables
from app.work import Work
from rules import Invalid, Problem
from rules.dmn import (
    Draft,
    Drg,
    compile_documents,
    drafts_of,
    export_scorecard,
    export_table,
    read_dmn,
    write_dmn,
)

KINDS = ("scorecard", "table")
"""Kinds of Definition that have a form in DMN."""
LARGEST_MIB = 5
LONGEST_KEY, LONGEST_TITLE = 50, 120
OURS = re.compile(r"urn:credence:(scorecard|table):([a-z][a-z0-9_]{1,58})")
_ODD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft as it would be stored: its key is made of its name and may be changed."""

    key: str
    draft: Draft

    @property
    def title(self) -> dict[str, str]:
        return {"zh-CN": (" ".join(self.draft.title.split()) or self.key)[:LONGEST_TITLE]}


@dataclass(frozen=True, slots=True)
class Examined:
    """A model that was read: what it would become, and everything found while reading and compiling it.

    version    of DMN it is written in
    decisions  how many decisions it has
    problems   errors of the model itself (that part of it gives null) and warnings, each with its path
    left       what no draft holds
    """

    name: str
    version: str
    decisions: int
    proposals: tuple[Proposal, ...]
    problems: tuple[Problem, ...]
    left: tuple[Problem, ...]


def examine(files: Sequence[bytes]) -> Examined:
    """The first document as drafts; the others are models it imports.

    Raises Invalid where one of them is no DMN document, or none that may be read.
    """
    problems: list[Problem] = []
    trees: list[Drg] = []
    version = ""
    for content in files:
        reading = read_dmn(content)
        version = version or reading.version
        trees.append(reading.drg)
        problems += reading.problems
    models, between = compile_documents(trees)
    model = models[trees[0].namespace]
    drafts, left = drafts_of(model)
    ours = OURS.fullmatch(model.drg.namespace)
    if ours is not None and [draft.kind for draft in drafts] == [ours[1]]:
        keys = [ours[2]]  # a Definition of ours that comes back becomes its next version
    else:
        keys = keys_of(draft.name for draft in drafts)
    proposals = tuple(Proposal(key, draft) for key, draft in zip(keys, drafts, strict=True))
    found = (*problems, *between, *model.problems)
    return Examined(trees[0].name, version, len(trees[0].decisions), proposals, found, left)


def keys_of(names: Iterable[str]) -> list[str]:
    """A key for each name, no two alike: Latin letters and digits of the name, of a Chinese one its pinyin."""
    found: list[str] = []
    for name in names:
        spelled = " ".join(syllables(name)).lower()
        text = _ODD.sub("_", spelled).strip("_")[:LONGEST_KEY].strip("_")
        if not text or not text[0].isalpha() or len(text) < 2:
            text = f"dmn_{text or sha256(name.encode()).hexdigest()[:8]}"
        key, number = text, 1
        while key in found:
            number += 1
            key = f"{text}_{number}"
        found.append(key)
    return found


def take(work: Work, proposals: Iterable[Proposal]) -> list[Definition]:
    """The proposals as drafts, all or none: Conflict where a draft of one is open, Invalid where one cannot be kept."""
    return [definitions.draft(work, each.draft.kind, each.key, each.title, each.draft.body) for each in proposals]


def write(kind: str, key: str, title: Mapping[str, str], body: Mapping[str, Any]) -> tuple[bytes, tuple[Problem, ...]]:
    """A Definition as DMN 1.5, and what of it is not carried.

    Raises Invalid: every Problem of a body that does not compile, `dmn.kind` for a kind without a form in DMN.
    """
    namespace = f"urn:credence:{kind}:{key}"
    if kind == "scorecard":
        made = export_scorecard(body, title.get("zh-CN", key), namespace)
    elif kind == "table":
        made = export_table(body, key, namespace, title)
    else:
        raise Invalid([Problem("dmn.kind", "/kind", {"kind": kind[:40]})])
    return write_dmn(made.drg), made.problems
