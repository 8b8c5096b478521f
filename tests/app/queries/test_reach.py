"""Access by a formula: the filter of the database and the formula itself say the same of every record, on both."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from app.access import Missing
from app.models.record import Record, RecordValue
from app.queries import records as queries
from app.queries.keyset import START
from app.queries.reach import user_facts
from app.queries.records import Filters, Listing
from app.queries.scope import records_in_scope
from app.services import books, definitions, field_history, picks, records
from app.services.lookups import Lookups
from app.work import Reading
from forms import Answers
from forms.book import Grant
from forms.reach import NAMES, Where, read
from rules import Invalid, Problem, Scope, ScopeEntry, compile_formula
from tests.builders import House

REGIONS = ("east", "north", "sales_east")
FIELDS: list[dict[str, Any]] = [
    {"id": "f_01", "key": "said", "type": "text", "label": {"zh-CN": "内容"}, "max_length": 100},
    {"id": "f_02", "key": "amount", "type": "number", "label": {"zh-CN": "数量"}, "scale": 2},
    {"id": "f_03", "key": "due", "type": "date", "label": {"zh-CN": "日期"}},
    {"id": "f_04", "key": "urgent", "type": "yes_no", "label": {"zh-CN": "紧急"}},
    {"id": "f_05", "key": "region", "type": "choice", "label": {"zh-CN": "区域"},
     "options": [{"code": each, "label": {"zh-CN": each}} for each in REGIONS]},
    {"id": "f_06", "key": "marks", "type": "multi_choice", "label": {"zh-CN": "标签"},
     "options": [{"code": each, "label": {"zh-CN": each}} for each in ("a", "b", "finance_reviewer")]},
    {"id": "f_07", "key": "keeper", "type": "user", "label": {"zh-CN": "经办人"}},
    {"id": "f_08", "key": "share", "type": "percent", "label": {"zh-CN": "比例"}},
]  # fmt: skip
RECORDS: list[dict[str, Any]] = [
    {"said": "x", "amount": "10", "due": "2026-01-05", "urgent": True, "region": "east", "marks": ["a"],
     "share": "10%"},
    {"said": "y", "amount": "-3.25", "due": "2025-12-31", "urgent": False, "region": "north", "marks": ["a", "b"]},
    {"said": "sales", "amount": "0", "region": "sales_east", "marks": ["finance_reviewer"], "share": "0.3"},
    {"said": "x", "urgent": True, "due": "2026-02-01"},
    {"amount": "10.01", "region": "east", "urgent": False},
    {"said": "nothing else"},
]


def publish(house: House, **access: Any) -> None:
    body = {
        "sections": [{"key": "main", "title": {"zh-CN": "记录"}, "fields": FIELDS}],
        "book": {
            "columns": ["said", "amount", "due", "urgent", "region", "marks", "keeper", "share"],
            "access": [{"role": "sales", "read": "all", "write": "all"},
                       {"role": "finance", "read": "all", "write": "all", "remove": "all", **access}],
        },
    }  # fmt: skip
    with house.work() as work:
        row = definitions.draft(work, "form", "notes", {"zh-CN": "记录"}, body)
        definitions.publish(work, row, row.row_version)


def enter(house: House, by: str, **raw: Any) -> str:
    with house.work(by) as work:
        return records.create(work, "notes", raw).id


@pytest.fixture
def kept(house: House) -> House:
    publish(house)
    for number, raw in enumerate(RECORDS):
        enter(house, "lina" if number % 2 else "sunli", **raw)
    enter(house, "lina", said="mine", keeper=house.ids["lina"])
    enter(house, "lina", said="theirs", keeper=house.ids["sunli"])
    return house


def where_of(view: Reading, text: str) -> Where:
    form = books.find(view.session, "notes").form
    entries = {f.key: ScopeEntry(type=f.feel_type) for f in form.asked}
    found = read(compile_formula(text, Scope({**entries, **NAMES}), expect="boolean"), form.fields, "")
    assert isinstance(found, Where), found
    return found


TEXTS = st.sampled_from(['"x"', '"y"', '"east"', '"sales_east"', '"nobody"', "user.department", "user.id", "null"])
NUMBERS = st.sampled_from(["10", "-3.25", "0", "10.01", "0.3", "99999999999999", "null"])
DAYS = st.sampled_from(['date("2026-01-05")', 'date("2025-12-31")', 'date("2026-02-01")'])
LISTS = st.sampled_from(["user.departments", "user.posts", "user.roles", '["a", "east", "x"]', "user.below"])
TEXT_KEYS = st.sampled_from(["said", "region", "keeper", "record.owner", "record.department"])
EQUALS, ORDERS = st.sampled_from(["=", "!="]), st.sampled_from(["<", "<=", ">", ">=", "=", "!="])
LEAVES = st.one_of(
    st.tuples(TEXT_KEYS, EQUALS, TEXTS).map(" ".join),
    st.tuples(TEXTS, EQUALS, st.sampled_from(["said", "region"])).map(" ".join),
    st.tuples(st.sampled_from(["amount", "share"]), ORDERS, NUMBERS).map(" ".join),
    st.tuples(st.just("due"), ORDERS, DAYS).map(" ".join),
    st.tuples(NUMBERS.filter(lambda each: each != "null"), ORDERS, st.just("amount")).map(" ".join),
    st.sampled_from(["urgent", "urgent = true", "urgent != true", "urgent = false", "urgent = null", "true", "false"]),
    st.tuples(TEXT_KEYS, LISTS).map(lambda pair: f"list contains({pair[1]}, {pair[0]})"),
    st.tuples(TEXT_KEYS, st.lists(TEXTS.filter(lambda t: t != "null"), min_size=1, max_size=3)).map(
        lambda pair: f"{pair[0]} in ({', '.join(pair[1])})"
    ),
    TEXTS.map(lambda each: f"list contains(marks, {each})"),
    st.sampled_from(["amount between 0 and 10", "amount in [0..10]", "amount in (0..10)", "amount in (> 5)",
                     "due between date(\"2026-01-01\") and date(\"2026-12-31\")"]),
    st.sampled_from(['user.department = "sales"', 'list contains(user.posts, "finance_reviewer")']),
)  # fmt: skip
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda each: f"not({each})"),
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(lambda three: f"({''.join(three)})"),
    ),
    max_leaves=6,
)


def facts_of(view: Reading, row: Record) -> dict[str, Any]:
    form = books.find(view.session, "notes").form
    told = {"owner": row.owner_id, "department": row.department_id}
    return {**Answers.from_json(form, row.answers, view.zone).facts(), **user_facts(view.viewer), "record": told}


@given(text=FORMULAS, by=st.sampled_from(["lina", "sunli"]))
@example(text="not(region = user.department)", by="lina")
@example(text="not(amount < 5)", by="sunli")
@settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_filter_says_what_the_formula_says(kept: House, text: str, by: str) -> None:
    with kept.reading(by) as view:
        book = books.find(view.session, "notes").book
        where = where_of(view, text)
        every = {"read": "all"}
        open_to = tuple(Grant(role, every, where=where) for role in ("sales", "finance"))
        found = set(view.session.scalars(
            records_in_scope(select(Record.id).where(Record.book == "notes"), view.viewer, "notes",
                             replace(book, access=open_to))
        ))  # fmt: skip
        now = datetime(2026, 1, 5, tzinfo=UTC)
        theirs = records_in_scope(select(Record).where(Record.book == "notes"), view.viewer, "notes", book)
        rows = view.session.scalars(theirs).all()
        wanted = {row.id for row in rows if where.formula.evaluate(facts_of(view, row), now).value is True}
        unlike = [row.answers for row in rows if row.id in found ^ wanted]
    assert found == wanted, (text, by, unlike)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('said < "b"', "form.reach_order"), ("amount + 1 > 3", "form.reach_shape"),
        ("amount > 1.00001", "form.reach_number"),
        ("string length(said) > 3", "form.reach_shape"), ("amount = share", "form.reach_shape"),
        ('said = "' + "x" * 200 + '"', "form.reach_text"), ("if urgent then true else false", "form.reach_shape"),
    ],
)  # fmt: skip
def test_what_no_list_can_filter_by_is_refused_when_published(house: House, text: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        publish(house, where=text)
    found: list[Problem] = [each for each in caught.value.problems if each.code == code]
    assert [each.path for each in found] == ["/book/access/1/where"]


def test_one_formula_holds_on_every_road(house: House) -> None:
    """Finance sees the notes of the eastern region; what they do not see is not there."""
    publish(house, where='region = "east"')
    seen, unseen = enter(house, "lina", said="甲", region="east"), enter(house, "lina", said="乙", region="north")
    with house.reading("sunli") as view:
        shelf = books.open_to(view.session, view.viewer, "notes")
        here = Listing("notes", shelf.book, books.projections(view.session, shelf))
        page = queries.page(view, here, Filters(), START, sort="said")
        assert ([row.id for row in page.rows], page.count) == ([seen], 1)
        assert [row.id for row in queries.everything(view, here, Filters())] == [seen]
        assert queries.page(view, here, Filters(search="乙"), START).rows == ()
        assert queries.one(view, here, unseen) is None
        assert Lookups(view.session, view.viewer).find("form:notes", unseen) is None
        assert [each.id for each in picks.offered(view, "form:notes", "乙")] == []
        for missing in (unseen, "0" * 32):
            with pytest.raises(Missing):
                field_history.of_record(view, "notes", missing)
    client = house.client("sunli")
    answers = [client.get(f"/books/notes/{each}") for each in (unseen, "0" * 32)]
    assert [each.status_code for each in answers] == [404, 404]
    assert "乙" not in client.get("/books/notes/export.csv").get_data(as_text=True)


def test_nobody_writes_a_record_out_of_their_own_reach(house: House) -> None:
    publish(house, where='region = "east"')
    with pytest.raises(Invalid) as caught:
        enter(house, "sunli", said="x", region="north")
    assert [each.code for each in caught.value.problems] == ["record.out_of_reach"]
    mine = enter(house, "sunli", said="x", region="east")
    with pytest.raises(Invalid), house.work("sunli") as work:
        records.change(work, "notes", mine, 1, {"region": "north"})
    with house.work("sunli") as work:
        records.remove(work, "notes", mine, 1, "重复")
    with house.work("sunli") as work:
        row = records.get(work, "notes", mine)[1]
        assert row.status == "removed", "what is removed keeps by whom it is reached"
        records.restore(work, "notes", mine, row.row_version)
    with pytest.raises(Missing), house.work("sunli") as work:
        records.change(work, "notes", enter(house, "lina", said="y", region="north"), 1, {"said": "z"})


def test_a_field_that_became_part_of_a_formula_shows_nothing_before_its_values_are_written(house: House) -> None:
    publish(house)
    enter(house, "lina", said="甲", region="east")
    with house.work() as work:
        work.session.execute(delete(RecordValue))
        work.record(records.Verb.RECORDS_EXPORTED, records.subject_of("x"))
    with house.reading("sunli") as view:
        shelf = books.open_to(view.session, view.viewer, "notes")
        for text in ('region = "east"', 'not(region = "north")', "not(urgent)"):
            book = replace(shelf.book, access=(Grant("finance", {"read": "all"}, where=where_of(view, text)),))
            query = records_in_scope(select(Record.id), view.viewer, "notes", book)
            assert view.session.scalars(query).all() == []
