"""Controls of forms: what a page shows it posts back unchanged, without script; what was typed is never lost."""

from __future__ import annotations

from datetime import timedelta, timezone
from html.parser import HTMLParser
from typing import Any

import pytest

from forms import FIELD_TYPES, assess, page_data, to_wtforms
from tests.forms.build import NOW, SILENT, People, Posted, answer, form_of, setup
from tests.forms.test_schema import GOOD

# No page writes these, or it sends more than text.
APART = (*SILENT, "serial", "attachment", "image", "signature")
SHANGHAI = NOW.astimezone(timezone(timedelta(hours=8)))


class Browser(HTMLParser):
    """What a browser without script would post of some controls, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []
        self.select: str | None = None
        self.chosen: list[str] = []
        self.first: str | None = None
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name, value = has.get("name") or "", has.get("value") or ""
        if tag == "input" and "disabled" not in has:
            if has.get("type") not in ("checkbox", "radio") or "checked" in has:
                self.pairs.append((name, value))
        elif tag == "select":
            self.select, self.chosen, self.first = name, [], None
        elif tag == "option":
            self.first = value if self.first is None else self.first
            if "selected" in has:
                self.chosen.append(value)
        elif tag == "textarea":
            self.area = ""
            self.pairs.append((name, ""))

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self.select is not None:
            self.pairs.append((self.select, self.chosen[-1] if self.chosen else self.first or ""))
            self.select = None
        elif tag == "textarea" and self.area is not None:
            self.pairs[-1] = (self.pairs[-1][0], self.area.removeprefix("\n"))
            self.area = None


def posted(page: Any) -> Posted:
    browser = Browser()
    for _, control in page.controls():
        browser.feed(str(control()))
    return Posted(*browser.pairs)


def page(form: Any, *pairs: tuple[str, str]) -> Any:
    return to_wtforms(form)(Posted(*pairs))


@pytest.mark.parametrize("type", [t for t in FIELD_TYPES if t not in APART])
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_what_a_page_shows_it_posts_back_unchanged(type: str, locale: str) -> None:
    form = form_of(setup(type))
    stored = answer(form, {"x": GOOD[type]}, now=SHANGHAI)
    Page = to_wtforms(form, locale)
    for again in (stored, answer(form, {"x": None})):
        shown = posted(Page(data=page_data(form, again.typed)))
        back = answer(form, Page(shown).raw_answers(), stored=again.to_json(), now=SHANGHAI)
        assert back.to_json() == again.to_json()
        # And once more from what was posted, as after a refusal.
        twice = posted(Page(shown, data=page_data(form, again.typed)))
        back = answer(form, Page(twice).raw_answers(), stored=again.to_json(), now=SHANGHAI)
        assert back.to_json() == again.to_json()


@pytest.mark.parametrize(
    ("type", "pairs", "want"),
    [
        ("date_range", ["2026-01-01", "2026-03-31"], {"start": "2026-01-01", "end": "2026-03-31"}),
        ("date_range", ["2026年1月1日", "20260331"], {"start": "2026-01-01", "end": "2026-03-31"}),
        ("date_range", ["2026-01-01至2026-03-31"], {"start": "2026-01-01", "end": "2026-03-31"}),
        ("date_range", ["", ""], None),
        ("address", ["330000", "330200", "330212", "学士路1号"], ("330212", "学士路1号")),
        # The province was changed, and without script the lists below still hold the old city.
        ("address", ["110000", "330200", "330212", "朝阳区建国路"], ("110105", "建国路")),
        ("address", ["", "", "", "浙江省宁波市鄞州区学士路1号"], ("330212", "学士路1号")),
        ("address", ["浙江省宁波市鄞州区"], ("330212", "")),
        ("address", ["", "", "", ""], None),
        ("datetime", ["2026-01-01T10:00"], "2026-01-01T02:00:00Z"),
        ("user", ["", "李娜"], "U1"),
        ("user", ["U1", "孙力"], "U2"),
        ("user", ["", ""], None),
        ("lookup", ["C1", ""], "C1"),
        ("lookup", ["C1", "南方商贸"], "C2"),
    ],
)
def test_pages_post_in_order(type: str, pairs: list[str], want: Any) -> None:
    form = form_of(setup(type))
    raw = page(form, *(("x", value) for value in pairs)).raw_answers()
    found = answer(form, raw, now=SHANGHAI).to_json()["x"]
    assert ((found["code"], found["detail"]) if isinstance(want, tuple) else found) == want


def test_several_people_are_ticked_and_named() -> None:
    form = form_of(setup("user", multiple=True))
    stored = answer(form, {"x": ["U1"]})
    Page = to_wtforms(form)
    html = str(Page(data=page_data(form, stored.typed)).x())
    assert 'value="U1" checked> 李娜' in html
    raw = Page(Posted(("x", "U1"), ("x", "孙力; lina")), data=page_data(form, stored.typed)).raw_answers()
    assert answer(form, raw, stored=stored.to_json()).to_json()["x"] == ["U1", "U2"]
    # Unticking everybody and naming nobody leaves nobody.
    assert answer(form, Page(Posted(("x", ""))).raw_answers(), stored=stored.to_json()).to_json()["x"] == []


def test_what_names_nobody_stays_in_the_box() -> None:
    form = form_of(setup("user", multiple=True))
    shown: Any = to_wtforms(form)(Posted(("x", "U1"), ("x", "张三丰")))
    problems = assess(form, shown.raw_answers(), now=NOW, lookups=People()).problems
    assert [p.code for p in problems] == ["lookup.not_found"]
    assert shown.tell(problems) == ()
    html = str(shown.x())
    assert "张三丰" in html
    assert 'aria-invalid="true"' in html


def test_whoever_was_found_is_known_by_name_beside_one_who_was_not() -> None:
    form = form_of(setup("user", multiple=True), setup("department", "y"))
    found = assess(form, {"x": ["U1", "张三丰"], "y": "D1"}, now=NOW, lookups=People())
    assert found.names == {"U1": "李娜", "D1": {"zh-CN": "销售部", "en": "Sales"}}


def test_lists_of_an_address_go_as_deep_as_is_chosen() -> None:
    form = form_of(setup("address"))
    fresh = str(to_wtforms(form)().x())
    assert fresh.count("<select") == 3
    assert fresh.count(" hidden") == 2
    assert "浙江省" in fresh
    half: Any = to_wtforms(form)(Posted(("x", "330000"), ("x", ""), ("x", ""), ("x", "")))
    html = str(half.x())
    assert '<option value="330200">宁波市</option>' in html
    assert "鄞州区" not in html
    (problem,) = assess(form, half.raw_answers(), now=NOW, lookups=People()).problems
    assert problem.code == "address.level"


def test_dates_that_are_none_stay_as_text() -> None:
    form = form_of(setup("date_range"), setup("datetime", "y"))
    shown: Any = page(form, ("x", "年初"), ("x", "2026-03-31"), ("y", "周一早上"))
    html = str(shown.x()) + str(shown.y())
    assert 'type="text"' in html
    for typed in ("年初", "2026-03-31", "周一早上"):
        assert f'value="{typed}"' in html


def test_options_say_what_they_belong_to() -> None:
    parent = setup("choice", "province", options=["zj", "js"])
    child = setup(
        "choice", "city", depends_on="province",
        options=[
            {"code": "nb", "label": {"zh-CN": "宁波"}, "parents": ["zj"]},
            {"code": "sz", "label": {"zh-CN": "苏州"}, "parents": ["js"]}, "other",
        ],
    )  # fmt: skip
    form = form_of(parent, child)
    html = str(to_wtforms(form)().city())
    assert 'data-depends-on="province"' in html
    assert '<option value="nb" data-under="zj">宁波</option>' in html
    assert '<option value="other">other</option>' in html
    grouped: Any = to_wtforms(form)().city
    grouped.groups = {"nb": "浙江", "sz": "<江苏>"}
    assert str(grouped()).split(">", 1)[1] == (
        '<option value="" selected></option>'
        '<optgroup label="浙江"><option value="nb" data-under="zj">宁波</option></optgroup>'
        '<optgroup label="&lt;江苏&gt;"><option value="sz" data-under="js">苏州</option></optgroup>'
        '<option value="other">other</option></select>'
    ), "neighbours stand under the answers they go with"
