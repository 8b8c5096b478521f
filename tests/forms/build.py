"""Forms, lookups and times for tests of the forms engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

import forms
from forms import Answers, Form, check, compile_form
from forms.label import say
from rules import Invalid, Problem

NOW = datetime(2025, 6, 30, 12, 0, tzinfo=UTC)

# Hashes of files that may be attached.
PDF, PNG, BIG = "a" * 64, "b" * 64, "c" * 64

DEFAULTS: dict[str, dict[str, Any]] = {
    "money": {"currency": "CNY"},
    "choice": {
        "options": [
            {"code": "a", "label": {"zh-CN": "甲", "en": "Alpha"}, "aliases": ["第一"]},
            {"code": "b", "label": {"zh-CN": "乙", "en": "Beta"}},
            {"code": "c", "label": {"zh-CN": "丙", "en": "Gamma"}, "retired": True},
        ]
    },
    "lookup": {"source": {"of": "customer", "copy": ["name", "grade", "current_limit"]}},
    "subform": {
        "fields": [
            {
                "id": "f_90",
                "key": "amount",
                "type": "money",
                "currency": "CNY",
                "label": {"zh-CN": "金额", "en": "Amount"},
            }
        ]
    },
    "serial": {"pattern": "HT{yyyy}{mm}-{n:4}", "reset": "month"},
    "rating": {"lookup": "customer"},
    "note": {"text": {"zh-CN": "请如实填写", "en": "Please answer truthfully"}},
}
DEFAULTS["multi_choice"] = DEFAULTS["choice"]
# Types without an answer of their own.
SILENT = ("rating", "note", "separator")


class Posted(dict[str, list[str]]):
    """What a page posts: each name with its values in order."""

    def __init__(self, *pairs: tuple[str, str]) -> None:
        super().__init__()
        for name, value in pairs:
            self.setdefault(name, []).append(value)

    def getlist(self, name: str) -> list[str]:
        return self.get(name, [])


class People:
    """Records a reader may see; ``secret`` exists but not for this reader."""

    records: Mapping[str, Mapping[str, Any]] = {
        "C1": {"name": "华东精工", "grade": "AA", "current_limit": Decimal("200000")},
        "C2": {"name": "南方商贸", "grade": "BB", "current_limit": None},
    }

    users: Mapping[str, Mapping[str, Any]] = {
        "U1": {
            "name": "李娜", "number": "lina", "department": "sales", "departments": ["sales", "all"],
            "posts": ["sales_lead"], "active": True,
        },
        "U2": {
            "name": "孙力", "number": "sunli", "department": "risk", "departments": ["risk", "all"],
            "posts": ["risk_manager"], "active": True,
        },
        "U9": {
            "name": "前任", "number": "left", "department": "sales", "departments": ["sales", "all"], "posts": [],
            "active": False,
        },
    }  # fmt: skip
    departments: Mapping[str, Mapping[str, Any]] = {
        "D1": {"name": {"zh-CN": "销售部", "en": "Sales"}, "key": "sales", "departments": ["sales", "all"]},
        "D2": {"name": {"zh-CN": "风险部", "en": "Risk"}, "key": "risk", "departments": ["risk", "all"]},
    }
    contracts: Mapping[str, Mapping[str, Any]] = {
        "R1": {"number": "HT202501-0001", "amount": Decimal("5000"), "signed_on": date(2025, 1, 31), "status": "ok"},
    }

    files: Mapping[str, Mapping[str, Any]] = {
        PDF: {"hash": PDF, "name": "购销合同.pdf", "size": 120_000, "type": "application/pdf"},
        PNG: {"hash": PNG, "name": "营业执照.png", "size": 9_000, "type": "image/png", "width": 800, "height": 600},
        BIG: {"hash": BIG, "name": "年报.pdf", "size": 21 << 20, "type": "application/pdf"},
    }

    def __init__(self) -> None:
        self.kinds = {
            "customer": self.records, "user": self.users, "department": self.departments,
            "form:contract": self.contracts, "file": self.files,
        }  # fmt: skip
        self.asked: list[tuple[str, str]] = []

    def find(self, of: str, id: str) -> Mapping[str, Any] | None:
        self.asked.append((of, id))
        found = self.kinds.get(of, {})
        # A number or a name that only one has will do for an id.
        named = [key for key, record in found.items() if record.get("name") == id or record.get("number") == id]
        key = id if id in found else named[0] if len(named) == 1 else None
        return None if key is None else {"id": key, **found[key]}


def setup(type: str, key: str = "x", id: str = "f_01", **more: Any) -> dict[str, Any]:
    """The setup of one field with what its type needs."""
    label = {"zh-CN": f"字段{key}", "en": f"Field {key}"}
    return {"id": id, "key": key, "type": type, "label": label, **DEFAULTS.get(type, {}), **more}


def body_of(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    numbered = [{**field, "id": f"f_{n:02d}"} for n, field in enumerate(fields, start=1)]
    return {"sections": [{"key": "main", "title": {"zh-CN": "主要"}, "fields": numbered}], **more}


def form_of(*fields: dict[str, Any], **more: Any) -> Form:
    return compile_form(body_of(*fields, **more))


def answer(form: Form, raw: Any, **more: Any) -> Answers:
    return check(form, raw, **{"now": NOW, "lookups": People(), **more})


def refused(form: Form, raw: Any, **more: Any) -> tuple[Problem, ...]:
    """The Problems of `raw`; fails the test where there are none."""
    try:
        found = answer(form, raw, **more)
    except Invalid as invalid:
        told(invalid.problems)
        return invalid.problems
    raise AssertionError(f"accepted: {found.to_json()}")


@cache
def sentences(locale: str) -> dict[str, str]:
    """The catalogue of this engine in one language."""
    path = Path(forms.__file__).parent.parent / "app" / "locale" / locale / "forms.po"
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=locale) if m.id}


def told(problems: tuple[Problem, ...]) -> None:
    """Fill in the sentence of each Problem of ours in both languages; fails where a param is missing."""
    for problem in problems:
        for locale, tag in (("zh_Hans_CN", "zh-CN"), ("en", "en")):
            sentence = sentences(locale).get(problem.code)
            assert sentence is not None or problem.code.split(".")[0] in ("feel", "rules"), problem.code
            params = {k: say(v, tag) if isinstance(v, dict) else v for k, v in problem.params.items()}
            assert (sentence or "-").format(**params)


def filled(problem: Problem, tag: str) -> str:
    """The sentence of a Problem as one reader gets it."""
    params = {key: say(value, tag) if isinstance(value, dict) else value for key, value in problem.params.items()}
    return sentences("en" if tag == "en" else "zh_Hans_CN")[problem.code].format(**params)


def codes(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    return [(p.code, p.path) for p in problems]


def labels(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every text of a document that is said in languages, with its path."""
    if isinstance(value, dict):
        if "zh-CN" in value or "en" in value:
            yield path, value
            return
        for key, inner in value.items():
            yield from labels(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from labels(inner, f"{path}/{index}")
