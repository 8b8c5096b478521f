"""The WTForms class shows a Form in either language, collects raw text, and shows back what was typed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from forms import FIELD_TYPES, assess, page_data, to_wtforms
from tests.forms.build import NOW, People, Posted, answer, form_of, setup


def page(form: Any, *pairs: tuple[str, str], locale: str = "zh-CN") -> Any:
    return to_wtforms(form, locale)(Posted(*pairs))


@pytest.mark.parametrize("type", list(FIELD_TYPES))
def test_every_type_renders(type: str) -> None:
    form = form_of(setup(type, help={"zh-CN": "<b>帮助</b>", "en": "Help"}), setup("lookup", "customer"))
    for locale, label in (("zh-CN", "字段x"), ("en", "Field x")):
        shown: Any = to_wtforms(form, locale)()
        assert shown.x.label.text == label
        html = str(shown.x())
        assert html
        assert "<b>" not in html


def test_only_what_the_page_held_is_collected() -> None:
    form = form_of(
        setup("text", "a"), setup("text", "b"), setup("multi_choice", "c"), setup("subform", "d"), setup("note", "n")
    )
    assert page(form, ("a", " 甲 ")).raw_answers() == {"a": " 甲 "}
    assert page(form, ("c", ""), ("d", "")).raw_answers() == {"c": [], "d": []}
    assert page(form, ("c", ""), ("c", "b"), ("c", "zz")).raw_answers() == {"c": ["b", "zz"]}
    assert page(form).raw_answers() == {}


def test_rows_come_in_order_with_their_ids() -> None:
    form = form_of(setup("subform", "d"))
    shown = page(form, ("d-3-row_id", "r9"), ("d-3-amount", "5"), ("d-10-row_id", ""), ("d-10-amount", "x"))
    assert shown.raw_answers() == {"d": [{"row_id": "r9", "amount": "5"}, {"row_id": "", "amount": "x"}]}
    problems = assess(form, shown.raw_answers(), now=NOW, lookups=People()).problems
    assert shown.tell(problems) == ()
    cell = shown.d.entries[1].form.amount
    assert [p.code for p in cell.told] == ["number.invalid"]
    assert 'aria-invalid="true"' in str(cell())


@pytest.mark.parametrize(
    ("type", "typed"),
    [
        ("money", "12万x"),
        ("date", "待补"),
        ("date", "2025-01-31"),
        ("number", "1e5"),
        ("percent", "abc"),
        ("choice", "nothing"),
        ("yes_no", "perhaps"),
        ("text", '"><script>'),
        ("lookup", "nobody"),
        ("integer", "１２"),
    ],
)
def test_what_was_typed_is_shown_again(type: str, typed: str) -> None:
    shown = page(form_of(setup(type)), ("x", typed))
    html = str(shown.x())
    escaped = typed.replace('"', "&#34;").replace(">", "&gt;").replace("<", "&lt;")
    assert f'value="{escaped}"' in html
    assert "<script>" not in html


def test_a_percentage_box_means_per_cent() -> None:
    form = form_of(setup("percent"))
    for typed in ("30", "30%", "３０％"):
        assert answer(form, page(form, ("x", typed)).raw_answers()).to_json() == {"x": "0.3"}
    assert page(form, ("x", " ")).raw_answers() == {"x": " "}


def test_stored_answers_fill_the_page_and_post_back_unchanged() -> None:
    form = form_of(
        setup("money", "a"),
        setup("percent", "b"),
        setup("date", "c"),
        setup("multi_choice", "d"),
        setup("yes_no", "e"),
        setup("lookup", "f"),
        setup("subform", "g"),
        setup("choice", "h"),
        setup("long_text", "i"),
    )
    raw = {
        "a": "1200.5",
        "b": "12.5%",
        "c": "2025-01-31",
        "d": ["b"],
        "e": False,
        "f": "C1",
        "g": [{"amount": "7"}],
        "h": "a",
        "i": "一\n二",
    }
    first = answer(form, raw)
    html = "".join(str(control()) for _, control in to_wtforms(form)(data=page_data(form, first.typed)).controls())
    for part in ('value="1200.5"', 'value="12.5%"', 'value="2025-01-31"', 'value="C1"', 'value="7"', 'value="r1"'):
        assert part in html
    assert '<option value="false" selected>' in html
    assert 'value="b" checked' in html
    pairs = [(n, v) for n, v in re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', html) if n != "d"]
    pairs += [("d", ""), ("d", "b"), ("e", "false"), ("h", "a"), ("i", "一\r\n二")]
    assert answer(form, page(form, *pairs).raw_answers(), stored=first.to_json()).to_json() == first.to_json()


def test_a_retired_option_stays_selected_by_its_name() -> None:
    form = form_of(setup("choice"))
    shown: Any = to_wtforms(form)(data={"x": "c"})
    assert '<option value="c" selected>丙</option>' in str(shown.x())
    fresh: Any = to_wtforms(form)()
    assert "丙" not in str(fresh.x())


def test_labels_help_and_state_are_tied_for_screen_readers() -> None:
    form = form_of(
        setup("money", "a", required=True, help={"zh-CN": "单位为元"}),
        setup("number", "b", compute="1 + 1"),
    )
    shown = page(form, ("a", "x"))
    assert (shown.a.description, shown.a.kind) == ("单位为元", "money")
    problems = assess(form, shown.raw_answers(), now=NOW, lookups=People()).problems
    assert shown.tell(problems) == ()
    html = str(shown.a())
    assert 'aria-required="true"' in html
    assert 'aria-describedby="a-help a-error"' in html
    assert "readonly" in str(shown.b())


def test_problems_of_no_control_are_handed_back() -> None:
    form = form_of(setup("text", "a"))
    problems = assess(form, {"zz": 1}, now=NOW, lookups=People()).problems
    assert page(form).tell(problems) == problems
