"""Fields that stand to one another: options that depend, ranges of people, ratings shown, composed values."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import assess, compile_form, numbered
from forms.fields import At
from forms.fields.lookup import LookupField
from forms.places import AMENDED, inside, located, places, way
from rules import Invalid
from tests.forms.build import NOW, People, answer, body_of, codes, form_of, refused, setup

ZONES = ("Asia/Shanghai", "Europe/Berlin", "UTC", "America/St_Johns")

REGION = {
    "options": [
        {"code": "nb", "label": {"zh-CN": "宁波"}, "parents": ["zj"]},
        {"code": "hz", "label": {"zh-CN": "杭州"}, "parents": ["zj"], "retired": True},
        {"code": "sz", "label": {"zh-CN": "苏州"}, "parents": ["js"]},
        {"code": "other", "label": {"zh-CN": "其他"}},
    ],
    "depends_on": "province",
}


def faults(*fields: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        compile_form(body_of(*fields, **more))
    return codes(caught.value.problems)


def test_options_follow_the_field_they_depend_on() -> None:
    form = form_of(setup("choice", "province", options=["zj", "js"]), setup("choice", "city", **REGION))
    assert answer(form, {"province": "zj", "city": "宁波"}).values["city"] == "nb"
    assert codes(refused(form, {"province": "js", "city": "nb"})) == [("choice.not_offered", "/city")]
    assert codes(refused(form, {"city": "nb"})) == [("choice.not_offered", "/city")]
    assert answer(form, {"province": "js", "city": "other"}).values["city"] == "other"
    # Changing the field above makes the old answer wrong, though nobody touched it.
    stored = answer(form, {"province": "zj", "city": "nb"}).to_json()
    assert codes(refused(form, {"province": "js"}, stored=stored)) == [("choice.not_offered", "/city")]
    found = assess(form, {"province": "zj"}, now=NOW, lookups=People())
    assert found.offered["city"] == ("nb", "other")


def test_options_depend_inside_rows_and_narrow_together_with_rules() -> None:
    rows = setup("subform", "rows", fields=[
        setup("choice", "province", "f_91", options=["zj", "js"]), setup("multi_choice", "city", "f_92", **REGION),
    ])  # fmt: skip
    form = form_of(
        rows, setup("yes_no", "y"),
        rules=[{"id": "r1", "effect": "options", "target": "rows.city", "when": "y", "options": ["sz", "other"]}],
    )  # fmt: skip
    good = [{"province": "zj", "city": ["nb", "other"]}, {"province": "js", "city": ["sz"]}]
    assert answer(form, {"rows": good}).values["rows"][0]["city"] == ("nb", "other")
    assert codes(refused(form, {"rows": good, "y": True})) == [("choice.not_offered", "/rows/0/city")]


def test_what_options_depend_on_has_to_be_there() -> None:
    lost = setup("choice", "city", options=["a"], depends_on="nowhere")
    assert faults(lost) == [("form.depends_on", "/sections/0/fields/0/depends_on")]
    assert faults(setup("number", "province"), setup("choice", "city", **REGION)) == [
        ("form.depends_on", "/sections/0/fields/1/depends_on")
    ]
    assert faults(setup("choice", "province", options=["zj"]), setup("choice", "city", **REGION)) == [
        ("form.option_unknown", "/sections/0/fields/1/options/2/parents")
    ]
    alone = {key: value for key, value in REGION.items() if key != "depends_on"}
    assert {code for code, _ in faults(setup("choice", "city", **alone))} == {"form.parents_alone"}


def test_a_range_may_follow_the_answers() -> None:
    form = form_of(
        setup("text", "team"), setup("user", "owner", within="list contains(candidate.departments, team)"),
        setup("user", "others", multiple=True),
    )  # fmt: skip
    kept = answer(form, {"team": "sales", "owner": "U1", "others": ["U2", "U1"]})
    assert (kept.values["owner"], kept.values["others"]) == ("U1", ("U1", "U2"))
    assert kept.display("others") == "李娜、孙力"
    # The answer it follows changed: at submission the choice is looked at again.
    problems = refused(form, {"team": "risk"}, stored=kept.to_json())
    assert codes(problems) == [("staff.outside", "/owner")]
    assert codes(refused(form, {"owner": "U1"})) == [("staff.outside", "/owner")], "unknown is not inside"


def test_a_range_is_a_condition_over_known_names() -> None:
    assert faults(setup("user", within="candidate.department")) == [("feel.expected", "/sections/0/fields/0/within")]
    assert faults(setup("user", within="nobody = 1"))[0][1] == "/sections/0/fields/0/within"


def test_who_left_stays_on_old_records() -> None:
    form = form_of(setup("user"), setup("text", "y"))
    packed = {**People.users["U9"], "active": True, "as_of": "2025-01-01T00:00:00+00:00"}
    packed.pop("number")
    stored = {"x": "U9", "$copied": {"x": {"U9": packed}}}
    people = People()
    again = answer(form, {"x": "U9", "y": "改"}, stored=stored, lookups=people)
    assert again.display("x") == "前任"
    assert people.asked == []
    assert again.to_json()["$copied"] == stored["$copied"]
    assert codes(refused(form, {"x": "U9"})) == [("staff.left", "/x")]


def test_a_hidden_person_and_none_are_told_apart_by_nothing() -> None:
    form = form_of(setup("user"), setup("department", "y"), setup("lookup", "z", source={"of": {"form": "contract"}}))
    for key in ("x", "y", "z"):
        assert refused(form, {key: "nobody"}) == refused(form, {key: "secret"})


def test_a_lookup_of_another_form_copies_and_shows_live() -> None:
    source = {"of": {"form": "contract"}, "copy": ["number", "amount", "signed_on"], "live": ["status"]}
    form = form_of(setup("lookup", source=source), setup("number", "amount", compute="x.amount"))
    found = answer(form, {"x": "HT202501-0001"})
    assert found.to_json()["$copied"]["x"]["signed_on"] == {"date": "2025-01-31"}
    assert found.values["amount"] == 5000
    assert found.display("x") == "HT202501-0001"
    field = form.fields["x"]
    assert isinstance(field, LookupField)
    assert field.live(found.typed["x"], People()) == {"status": "ok"}
    assert field.live(None, People()) == {}
    both = {**source, "live": ["amount"]}
    assert faults(setup("lookup", source=both)) == [("form.copied_and_live", "/sections/0/fields/0/source/live/0")]


def test_a_rating_is_shown_as_it_is_now() -> None:
    form = form_of(setup("lookup", "customer"), setup("rating"), setup("separator", "line"))
    shown = assess(form, {"customer": "C1"}, now=NOW, lookups=People()).shown
    assert shown == {"x": {"grade": "AA", "score": None}}
    assert assess(form, {}, now=NOW, lookups=People()).shown == {}
    assert "x" not in answer(form, {"customer": "C1"}).to_json()
    assert codes(refused(form, {"x": "AAA"})) == [("field.unknown", "/x")]
    assert faults(setup("rating", lookup="nowhere")) == [("form.rating_lookup", "/sections/0/fields/0/lookup")]


def test_formulas_read_spans_moments_and_addresses() -> None:
    form = form_of(
        setup("date_range", "term"), setup("datetime", "at"), setup("address", "where"),
        setup("number", "days", compute="(term.end - term.start) / duration(\"P1D\") + 1"),
        setup("number", "hour", compute="at.hour"), setup("text", "province", compute="where.province"),
        setup("text", "district", compute="where.district"),
    )  # fmt: skip
    shanghai = NOW.astimezone(ZoneInfo("Asia/Shanghai"))
    raw = {"term": "2026-01-01至2026-01-31", "at": "2026-01-01 08:30", "where": "北京市朝阳区建国路"}
    values = answer(form, raw, now=shanghai).values
    assert [values[key] for key in ("days", "hour", "province", "district")] == [31, 8, "北京市", "朝阳区"]
    assert answer(form, {}).values["days"] is None


def test_a_moment_is_one_in_every_zone() -> None:
    form = form_of(setup("datetime"))
    berlin = NOW.astimezone(ZoneInfo("Europe/Berlin"))
    # The hour that the clock repeats in autumn: without an offset the first is meant, with one either.
    first = answer(form, {"x": "2025-10-26 02:30"}, now=berlin)
    second = answer(form, {"x": "2025-10-26 02:30+01:00"}, now=berlin)
    assert first.to_json()["x"] == "2025-10-26T00:30:00Z"
    assert second.to_json()["x"] == "2025-10-26T01:30:00Z"
    # A page that shows the second posts it back without its offset, and it stays the second.
    assert answer(form, {"x": "2025-10-26T02:30"}, now=berlin, stored=second.to_json()).to_json() == second.to_json()
    # The hour the clock leaves out in spring is no moment.
    assert codes(refused(form, {"x": "2025-03-30 02:30"}, now=berlin)) == [("datetime.no_such_time", "/x")]
    for zone in (berlin, NOW, NOW.astimezone(timezone(timedelta(hours=8)))):
        text = form.fields["x"].to_text(second.typed["x"])
        assert answer(form, {"x": text}, now=zone).to_json() == second.to_json()


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"pattern": "HT", "reset": "never"}, "form.serial_counter"),
        ({"pattern": "{n}{n}", "reset": "never"}, "form.serial_counter"),
        ({"pattern": "{n}{week}", "reset": "never"}, "form.serial_part"),
        ({"pattern": "{n:4}{yyyy:2}", "reset": "never"}, "form.serial_part"),
        ({"pattern": "{n}}", "reset": "never"}, "form.serial_part"),
        ({"pattern": " {n}", "reset": "never"}, "form.serial_part"),
        ({"pattern": "HT{n}", "reset": "year"}, "form.serial_period"),
        ({"pattern": "HT{yyyy}{n}", "reset": "month"}, "form.serial_period"),
        ({"pattern": "HT{yy}{mm}{n}", "reset": "day"}, "form.serial_period"),
    ],
)
def test_patterns_that_would_repeat_are_refused(members: dict[str, Any], fault: str) -> None:
    assert fault in [code for code, _ in faults(setup("serial", **members))]


def test_serial_numbers_are_given_once_and_never_written() -> None:
    form = form_of(
        setup("serial", pattern="HT{yy}{mm}{dd}-{n:3}", reset="day"),
        setup("serial", "y", pattern="{n:2}", reset="never"),
    )
    taken: list[tuple[str, str]] = []

    def take(field: Any, day: date) -> str:
        taken.append((field.id, field.scope(day)))
        return str(field.number(day, 1000))

    first = numbered(answer(form, {}), date(2026, 11, 3), take)
    assert first.to_json() == {"x": "HT261103-1000", "y": "1000"}
    assert taken == [("f_01", "26-11-03"), ("f_02", "")]
    again = answer(form, {"x": "HT261103-1000"}, stored=first.to_json())
    assert numbered(again, date(2026, 12, 1), take) == again
    problems = refused(form, {"x": "HT261103-0001"}, stored=first.to_json())
    assert codes(problems) == [("field.not_editable", "/x")]
    rules = [{"id": "r1", "effect": "require", "target": "x", "when": "true"}]
    assert faults(setup("serial"), rules=rules) == [("form.rule_effect", "/rules/0/effect")]


def test_every_division_is_read_back_from_its_names() -> None:
    for code in places():
        text = "".join(place.name for place in way(code))
        assert located(text + "人民路1号") == (code, "人民路1号"), text


def test_the_table_of_divisions_is_whole() -> None:
    assert len(inside()) == 34
    assert all(way(code)[0].code.endswith("0000") for code in places())
    assert [place.name for place in inside("110000")][:2] == ["东城区", "西城区"]


def test_amendments_are_still_needed() -> None:
    from stdnum import numdb

    for code, name in AMENDED.items():
        told = dict(part for _, members in numdb.get("cn/loc").info(code) for part in members.items())
        current = told.get("province" if code.endswith("0000") else "county")
        assert current != name, f"the table knows {code} {name} by now: take it out of AMENDED"


def test_a_renamed_division_stays_as_it_was_written() -> None:
    form = form_of(setup("address"), setup("text", "y"))
    old = {"code": "330103", "names": ["浙江省", "杭州市", "下城区"], "detail": "体育场路1号"}
    again = answer(form, {"x": old, "y": "改"}, stored={"x": old})
    assert again.to_json()["x"] == old
    assert again.display("x") == "浙江省杭州市下城区体育场路1号"
    assert answer(form, {"y": "改"}, stored={"x": old}).to_json()["x"] == old


@pytest.mark.parametrize(
    ("type", "members", "raw", "chinese", "english"),
    [
        ("datetime", {}, "2026-11-23 14:03", "2026年11月23日 14:03", "Nov 23, 2026 14:03"),
        ("datetime", {}, "2026-11-23 14:03:07", "2026年11月23日 14:03:07", "Nov 23, 2026 14:03:07"),
        ("date_range", {}, "2026-01-01~2026-03-31", "2026年1月1日至2026年3月31日", "Jan 1, 2026 – Mar 31, 2026"),
        ("date_range", {"open_end": True}, "2026-01-01起", "2026年1月1日起", "from Jan 1, 2026"),
        ("date_range", {"open_start": True}, "至2026-01-01", "截至2026年1月1日", "until Jan 1, 2026"),
        ("tags", {}, "乙;甲", "乙、甲", "乙, 甲"),
        ("bank_account", {}, "6222021001116245702", "6222 **** **** 5702", "6222 **** **** 5702"),
        ("bank_account", {"mask": False}, "6222021001116245702", "6222 0210 0111 6245 702", "6222 0210 0111 6245 702"),
        ("bank_account", {}, "1234567", "****67", "****67"),
        ("department", {"multiple": True}, ["D1", "D2"], "销售部、风险部", "Sales, Risk"),
    ],
)
def test_display(type: str, members: dict[str, Any], raw: Any, chinese: str, english: str) -> None:
    found = answer(form_of(setup(type, **members)), {"x": raw})
    assert (found.display("x", "zh-CN"), found.display("x", "en")) == (chinese, english)


@pytest.mark.parametrize(
    ("type", "cell", "want"),
    [
        ("datetime", datetime(2026, 1, 1, 8, 30), "2026-01-01T08:30:00Z"),  # noqa: DTZ001 - worksheets know no zone
        ("datetime", date(2026, 1, 1), "2026-01-01T00:00:00Z"),
        ("datetime", 46023.354166666664, "2026-01-01T08:30:00Z"),
        ("datetime", 46023, "2026-01-01T00:00:00Z"),
        ("bank_account", "6222 0210 0111 6245 702", "6222021001116245702"),
        ("user", "李娜", "U1"),
        ("address", "北京市朝阳区建国路", {"code": "110105", "names": ["北京市", "朝阳区"], "detail": "建国路"}),
    ],
)
def test_cells(type: str, cell: Any, want: Any) -> None:
    form = form_of(setup(type))
    assert answer(form, {"x": form.fields["x"].from_cell(cell)}).to_json()["x"] == want


@settings(deadline=None, max_examples=50)
@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_moments_are_read_back_as_written(naive: datetime, name: str) -> None:
    form = form_of(setup("datetime"))
    at = At(NOW.astimezone(ZoneInfo(name)), People())
    field = form.fields["x"]
    value = field.read(naive.replace(microsecond=0, tzinfo=timezone.utc).isoformat(), at)  # noqa: UP017
    assert field.read(field.to_text(value), at) == value
    assert field.read(field.to_json(value), at) == value
    elsewhere = field.read(field.to_text(value), At(NOW, People()))
    assert field.to_json(elsewhere) == field.to_json(value)


@settings(deadline=None, max_examples=50)
@given(st.dates(min_value=date(1000, 1, 1)) | st.none(), st.dates(min_value=date(1000, 1, 1)) | st.none())
def test_spans_are_read_back_as_written(start: date | None, end: date | None) -> None:
    field = form_of(setup("date_range", open_start=True, open_end=True)).fields["x"]
    at = At(NOW, People())
    value = field.read({"start": start and start.isoformat(), "end": end and end.isoformat()}, at)
    assert (value is None) == (start is None and end is None)
    for text in (field.to_text(value), field.to_json(value), field.display(value, "zh-CN") if start and end else None):
        assert text is None or field.read(text, at) == value


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=12), max_size=8))
def test_tags_are_read_back_as_written(words: list[str]) -> None:
    field = form_of(setup("tags", options=["A", "b"])).fields["x"]
    at = At(NOW, People())
    try:
        value = field.read(words, at)
    except Invalid:
        return
    assert field.read(field.to_text(value), at) == value
    assert field.read(field.to_json(value), at) == value
    assert field.read(list(reversed(value)), at) == value


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(sorted(places())), st.text(alphabet="人民路区市县号1 鄞州浙江省", max_size=12))
def test_addresses_are_read_back_as_written(code: str, line: str) -> None:
    field = form_of(setup("address", level="province")).fields["x"]
    at = At(NOW, People())
    value = field.read({"code": code, "detail": line}, at)
    assert field.read(field.to_json(value), at) == value
    assert field.read(field.to_text(value), at) == value
