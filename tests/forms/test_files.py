"""Files and signatures in answers: what stays, what formulas see, and what a signature is bound to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest

from forms import Answers, to_wtforms
from forms.files import files_of, has_files, signed
from forms.files_page import UPLOAD
from rules import Invalid
from tests.forms.build import NOW, PDF, PNG, Posted, answer, codes, form_of, refused, setup, told


class Nobody:
    """A reader to whom no file belongs."""

    def find(self, of: str, id: str) -> Mapping[str, Any] | None:
        return None


def digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def test_what_is_stored_stays_whoever_writes_and_keeps_its_name() -> None:
    form = form_of(setup("attachment"), setup("text", "y"))
    stored = answer(form, {"x": [PDF, PNG]}).to_json()
    assert answer(form, {"x": [PNG], "y": "a"}, stored=stored, lookups=Nobody()).to_json()["x"] == [stored["x"][1]]
    assert codes(refused(form, {"x": [PDF]}, lookups=Nobody())) == [("file.not_found", "/x")]


def test_limits_made_stricter_leave_what_is_there() -> None:
    stored = answer(form_of(setup("attachment")), {"x": [PDF, PNG]}).to_json()
    stricter = form_of(setup("attachment", types=["image"], max_count=1), setup("text", "y"))
    assert answer(stricter, {"y": "a"}, stored=stored).to_json()["x"] == stored["x"]


def test_what_is_stored_badly_is_nothing() -> None:
    form = form_of(setup("attachment"), setup("signature", "y"))
    found = Answers.from_json(form, {"x": [{"hash": "no"}, 5, {"hash": PDF, "name": "a", "size": True, "type": ""}]})
    assert (found.typed["x"], found.typed["y"]) == ((), None)


def test_formulas_count_and_add_up_files() -> None:
    form = form_of(
        setup("attachment"), setup("integer", "many", compute="count(x)"),
        checks=[{"id": "c1", "formula": 'every f in x satisfies f.type = "application/pdf"',
                 "message": {"zh-CN": "只收 PDF"}}],
    )  # fmt: skip
    assert answer(form, {"x": [PDF]}).values["many"] == 1
    assert codes(refused(form, {"x": [PDF, PNG]})) == [("check.failed", "")]


def test_a_required_file_and_a_required_signature_are_missed() -> None:
    form = form_of(setup("attachment", required=True), setup("signature", "y", required=True))
    assert codes(refused(form, {"x": [], "y": " "})) == [("field.required", "/x"), ("field.required", "/y")]


def test_a_list_gives_no_files() -> None:
    form = form_of(setup("attachment"), setup("signature", "y"))
    raw = {key: form.fields[key].from_cell("合同.pdf") for key in ("x", "y")}
    assert codes(refused(form, raw)) == [("file.from_list", "/x"), ("file.from_list", "/y")]
    assert form.fields["x"].from_cell(None) is None


def test_which_files_answers_hold() -> None:
    form = form_of(setup("attachment"), setup("signature", "y"), setup("text", "z"))
    typed = answer(form, {"x": [PDF], "y": {"image": PNG}}).typed
    assert [(field.key, file.hash) for field, file in files_of(form, typed)] == [("x", PDF), ("y", PNG)]
    assert has_files(form)
    assert not has_files(form_of(setup("text")))


def test_a_signature_is_bound_once_and_only_to_what_it_was_given_over() -> None:
    form = form_of(setup("signature"), setup("text", "y"))
    first = signed(answer(form, {"x": "王敏", "y": "甲"}), who=("U1", "李娜"), now=NOW, digest=digest)
    assert first.to_json()["x"] == {
        "typed": "王敏", "user": "U1", "name": "李娜", "at": "2025-06-30T12:00:00+00:00", "digest": digest({"y": "甲"}),
    }  # fmt: skip
    assert first.display("x") == "李娜 2025-06-30 12:00"
    stored = first.to_json()
    again = answer(form, {"x": "=", "y": "甲"}, stored=stored)
    assert signed(again, who=("U2", "孙力"), now=NOW, digest=digest).to_json() == stored
    other = answer(form, {"x": stored["x"], "y": "乙"}, stored=stored)
    with pytest.raises(Invalid) as stale:
        signed(other, who=("U1", "李娜"), now=NOW, digest=digest)
    told(stale.value.problems)
    assert codes(stale.value.problems) == [("signature.stale", "/x")]
    # Who may not write the signature need not renew it: an opinion added later is theirs alone.
    assert signed(other, who=("U2", "孙力"), now=NOW, digest=digest, writable={"y"}).to_json()["x"] == stored["x"]
    anew = answer(form, {"x": "王敏", "y": "乙"}, stored=stored)
    assert signed(anew, who=("U1", "李娜"), now=NOW, digest=digest).typed["x"].digest == digest({"y": "乙"})


def test_the_page_keeps_what_is_ticked_and_takes_what_is_added() -> None:
    form = form_of(setup("attachment", max_count=2), setup("signature", "y"))
    typed = answer(form, {"x": [PDF, PNG], "y": {"image": PNG}}).typed
    shown: Any = to_wtforms(form)(data=dict(typed))
    html = str(shown.x()) + str(shown.y())
    assert html.count('type="checkbox"') == 3
    assert 'name="x$files"' in html
    assert UPLOAD == "$files"
    assert "购销合同.pdf" in html
    assert 'accept=".pdf' in html
    posted: Any = to_wtforms(form)(Posted(("x", ""), ("x", PNG), ("y", ""), ("y", f"file:{PNG}"), ("y", "王敏")))
    assert posted.raw_answers() == {"x": [PNG], "y": "王敏"}
    emptied: Any = to_wtforms(form)(Posted(("x", ""), ("y", "")))
    assert emptied.raw_answers() == {"x": [], "y": ""}


def test_names_of_files_are_only_text_on_a_page() -> None:
    form = form_of(setup("attachment"))
    shown: Any = to_wtforms(form)(data={"x": Answers.from_json(form, {
        "x": [{"hash": PDF, "name": '"><script>alert(1)</script>.pdf', "size": 1, "type": "application/pdf"}]
    }).typed["x"]})  # fmt: skip
    assert "<script>" not in str(shown.x())
