"""Access to customers by a formula of their form: the filter says what the formula says, and it holds on every road."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from app import gallery
from app.access import Forbidden, Right, require
from app.jobs import load_handlers
from app.jobs.embedded import drain
from app.models.customer import Customer, CustomerValue
from app.queries import customers as queries
from app.queries.customers import Filters
from app.queries.keyset import START
from app.queries.portfolio_facts import require_all
from app.queries.reach import FILES as ROWS
from app.queries.reach import user_facts
from app.queries.scope import customers_in_scope
from app.services import customer_files, customer_reach, customers, definitions, rerating, tokens
from app.work import SYSTEM_SUBJECT, Reading, Verb
from forms import Answers, Form
from forms.book import Grant
from forms.reach import NAMES, Where, read
from rules import Invalid, Scope, ScopeEntry, compile_formula
from tests.app.desk import bring
from tests.app.queries.test_reach import FIELDS, FORMULAS
from tests.builders import House

# Besides the fields of a book's test: some whose answers are columns of the file.
COLUMNS: list[dict[str, Any]] = [
    {"id": "c_01", "key": "name", "type": "text", "label": {"zh-CN": "名称"}, "required": True, "max_length": 100},
    {"id": "c_02", "key": "segment", "type": "text", "label": {"zh-CN": "分群"}, "max_length": 40},
    {"id": "c_03", "key": "founded_on", "type": "date", "label": {"zh-CN": "成立日期"}},
    {"id": "c_04", "key": "registered_capital", "type": "number", "label": {"zh-CN": "注册资本"}, "scale": 2},
    {"id": "c_05", "key": "employees", "type": "integer", "label": {"zh-CN": "人数"}},
]
FILES: list[dict[str, Any]] = [
    {"said": "x", "amount": "10", "due": "2026-01-05", "urgent": True, "region": "east", "marks": ["a"],
     "share": "10%", "segment": "KA", "founded_on": "2001-02-03", "registered_capital": "5000000", "employees": 40},
    {"said": "y", "amount": "-3.25", "due": "2025-12-31", "urgent": False, "region": "north", "marks": ["a", "b"]},
    {"said": "sales", "amount": "0", "region": "sales_east", "marks": ["finance_reviewer"], "share": "0.3",
     "segment": "SME", "registered_capital": "0.5"},
    {"said": "x", "urgent": True, "due": "2026-02-01", "founded_on": "2020-01-01", "employees": 0},
    {"amount": "10.01", "region": "east", "urgent": False},
    {"said": "nothing else"},
]  # fmt: skip
OF_COLUMNS = st.sampled_from([
    'segment = "KA"', 'segment != "KA"', "segment = null", 'not(segment in ("KA", "SME"))',
    'founded_on < date("2010-01-01")', 'not(founded_on >= date("2010-01-01"))', "registered_capital > 1",
    "registered_capital <= 0.5", "employees = 0", "employees >= 0", "employees between 0 and 40", 'name = "客户0"',
])
EVERY: dict[str, str] = {"read": "all", "write": "all"}
ROLES = ("sales", "finance", "risk", "general_manager", "manager", "auditor", "business_admin")


def small(house: House, access: list[dict[str, Any]] | None = None) -> None:
    """A customer form of the fields above comes into force."""
    body = {"sections": [{"key": "main", "title": {"zh-CN": "客户"}, "fields": [*COLUMNS, *FIELDS]}]}
    bring_into_force(house, body | ({} if access is None else {"access": access}))


def bring_into_force(house: House, body: dict[str, Any]) -> None:
    with house.work("zhoumin") as work:
        row = definitions.draft(work, "form", "customer", {"zh-CN": "客户档案"}, body)
        definitions.publish(work, row, row.row_version)


def narrow(house: House, where: str, roles: tuple[str, ...] = ("finance",), **more: Any) -> None:
    """The customer form of the gallery, of which `roles` reach only what `where` says and the others what they did."""
    body = deepcopy(gallery.read("forms/customer")["body"])
    lines = [{"role": role, **EVERY, **({"where": where, **more} if role in roles else {})} for role in ROLES]
    bring_into_force(house, {**body, "access": lines})


def write_values(house: House) -> None:
    load_handlers()
    drain(house.instance)


def set_employees(house: House, id: str, many: int) -> None:
    with house.work() as work:
        row = work.session.get_one(Customer, id)
        customers.change(work, row, {"employees": many}, row.row_version)


def seen_by(house: House, by: str) -> set[str]:
    with house.reading(by) as view:
        return {row.id for row in queries.page(view, Filters(), START).rows}


@pytest.fixture
def files(house: House) -> House:
    """Customers of both people, and a form in force that asks for every field, so that each is projected."""
    keys = [each["key"] for each in (*COLUMNS, *FIELDS) if each["key"] not in ("urgent", "marks")]
    asked = " or ".join(f"{key} = null" for key in keys)
    line = {**EVERY, "where": f'urgent or list contains(marks, "a") or {asked}'}
    small(house, [{"role": role, **line} for role in ("sales", "finance")])
    for number, raw in enumerate(FILES):
        with house.work("zhangwei" if number % 2 else "lina") as work:
            customer_files.register(work, {"name": f"客户{number}", "said": "a", "marks": ["a"], **raw})
    return house


def form_of(view: Reading) -> Form:
    form: Form = customer_files.form_in_force(view.session)[1]
    return form


def where_of(view: Reading, text: str) -> Where:
    form = form_of(view)
    entries = {f.key: ScopeEntry(type=f.feel_type) for f in form.asked}
    found = read(compile_formula(text, Scope({**entries, **NAMES}), expect="boolean"), form.fields, "")
    assert isinstance(found, Where), found
    return found


def facts_of(view: Reading, row: Customer) -> dict[str, Any]:
    form, told = form_of(view), {"owner": row.owner_id, "department": row.department_id}
    answers = Answers.from_json(form, customer_files.stored(form, row), view.zone)
    return {**answers.facts(), **user_facts(view.viewer), "record": told}


@given(text=st.one_of(FORMULAS, OF_COLUMNS, st.tuples(OF_COLUMNS, FORMULAS).map(" and ".join)),
       by=st.sampled_from(["lina", "sunli"]))
@example(text='not(region = "east")', by="sunli")
@example(text="not(registered_capital < 5)", by="sunli")
@settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip
def test_the_filter_says_what_the_formula_says(files: House, text: str, by: str) -> None:
    with files.reading(by) as view:
        where, whole = where_of(view, text), form_of(view).access
        assert whole is not None
        lines = tuple(Grant(role, {"read": "all"}, where=where) for role in ("sales", "finance"))
        narrowed = replace(view.viewer, customers=replace(whole, grants=lines))
        found = set(view.session.scalars(customers_in_scope(select(Customer.id), narrowed)))
        now = datetime(2026, 1, 5, tzinfo=UTC)
        unhindered = replace(view.viewer, customers=None)
        rows = view.session.scalars(customers_in_scope(select(Customer), unhindered)).all()
        wanted = {row.id for row in rows if where.formula.evaluate(facts_of(view, row), now).value is True}
        unlike = [row.answers for row in rows if row.id in found ^ wanted]
        listed = customers_in_scope(select(Customer.id), narrowed, among=ROWS.along(view.session))
        assert set(view.session.scalars(listed)) == found, "a list asks otherwise for the same"
    assert rows, "somebody is there to be judged"
    assert found == wanted, (text, by, unlike)


def test_no_formula_finds_a_file_whose_values_are_not_written_yet(files: House) -> None:
    with files.work() as work:
        work.session.execute(delete(CustomerValue))
        work.record(Verb.CUSTOMER_CHANGED, SYSTEM_SUBJECT, {})
    with files.reading("sunli") as view:
        assert queries.page(view, Filters(), START).count == 0
    with files.work() as work:
        assert len(customer_reach.write_again(work, "", 100)) == len(FILES)
    with files.reading("sunli") as view:
        assert queries.page(view, Filters(), START).count == len(FILES)


def test_older_files_get_their_values_by_a_job_when_a_formula_comes_into_force(house: House) -> None:
    near, far = bring(house, "C1"), bring(house, "C2")
    for id, many in ((near, 100), (far, 99)):
        set_employees(house, id, many)
    narrow(house, "employees >= 100")
    assert seen_by(house, "sunli") == set(), "nothing is shown on a guess"
    write_values(house)
    assert seen_by(house, "sunli") == {near}
    assert seen_by(house, "lina") == seen_by(house, "heping") == {near, far}
    set_employees(house, far, 100)
    assert seen_by(house, "sunli") == {near, far}, "a changed file is found at once"
    narrow(house, "employees >= 100 and record.owner = user.id")
    write_values(house)
    assert seen_by(house, "sunli") == set()
    small(house)
    assert seen_by(house, "sunli") == {near, far}, "without lines the roles alone say who reaches whom"


def test_what_was_kept_for_a_formula_that_left_does_not_come_back_old(house: House) -> None:
    customer = bring(house, "C1")
    set_employees(house, customer, 100)
    narrow(house, "employees >= 100")
    write_values(house)
    small(house)
    set_employees(house, customer, 5)
    narrow(house, "employees >= 100")
    assert seen_by(house, "sunli") == set(), "before the job has run"


def test_a_line_narrows_what_a_role_may_and_never_widens_it(house: House) -> None:
    mine, other = bring(house, "C1", owner="lina"), bring(house, "C2", owner="zhangwei")
    small(house, [{"role": "sales", **EVERY}, {"role": "finance", "read": "own"}, {"role": "risk", "read": "all"}])
    assert seen_by(house, "lina") == {mine}, "sales people keep to their own customers"
    assert seen_by(house, "liuyang") == {mine, other}
    assert seen_by(house, "sunli") == set()
    with pytest.raises(Forbidden):
        seen_by(house, "heping")
    with pytest.raises(Forbidden), house.work("liuyang") as work:
        require(work.viewer, Right.CUSTOMER_IMPORT)
    with house.work("liuyang") as work:
        assert rerating.start(work).name == "ratings.portfolio", "who reads everybody may have everybody rated"
    with pytest.raises(Forbidden), house.work("sunli") as work:
        rerating.start(work)


def test_who_reaches_some_by_a_formula_has_no_act_over_all(house: House) -> None:
    set_employees(house, bring(house, "C1"), 100)
    narrow(house, "employees >= 100", ("risk",))
    write_values(house)
    with pytest.raises(Forbidden), house.work("liuyang") as work:
        rerating.start(work)
    with pytest.raises(Forbidden), house.reading("liuyang") as view:
        require_all(view)


def test_nobody_writes_a_customer_out_of_their_own_reach(house: House) -> None:
    small(house, [{"role": "sales", **EVERY, "where": 'region = "east"'}, {"role": "risk", **EVERY}])
    with house.work("lina") as work:
        mine = customer_files.register(work, {"name": "甲", "region": "east"}).id
    for region in ("north", None):
        with pytest.raises(Invalid) as caught, house.work("lina") as work:
            customer_files.register(work, {"name": "乙", "region": region})
        assert [each.code for each in caught.value.problems] == ["customer.out_of_reach"]
        with pytest.raises(Invalid), house.work("lina") as work:
            customer_files.update(work, mine, 1, {"region": region})
    with house.work("lina") as work:
        assert customer_files.update(work, mine, 1, {"said": "new"})
    assert seen_by(house, "lina") == {mine}
    with house.work() as work:
        customers.withdraw(work, mine, work.session.get_one(Customer, mine).row_version)
    assert seen_by(house, "liuyang") == set()


def test_only_the_customer_form_says_who_reaches_customers(house: House) -> None:
    body = deepcopy(gallery.read("forms/contracts")["body"])
    with pytest.raises(Invalid) as caught, house.work("zhoumin") as work:
        row = definitions.draft(work, "form", "contracts", {"zh-CN": "合同"}, {**body, "access": [{"role": "sales"}]})
        definitions.publish(work, row, row.row_version)
    assert [(each.code, each.path) for each in caught.value.problems] == [("definition.access_place", "/access")]


@pytest.mark.parametrize(
    ("line", "code", "path"),
    [
        ({"where": "employees + 1 > 3"}, "form.reach_shape", "/access/0/where"),
        ({"where": "nobody = 1"}, "feel.unknown_name", "/access/0/where"),
        ({"where": 'name < "b"'}, "form.reach_order", "/access/0/where"),
        ({"remove": "all"}, "form.member_unknown", "/access/0/remove"),
        ({"hidden": ["name"]}, "form.member_unknown", "/access/0/hidden"),
    ],
)
def test_what_no_list_can_filter_by_is_refused(house: House, line: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        small(house, [{"role": "sales", "read": "all", **line}])
    assert (code, path) in [(each.code, each.path) for each in caught.value.problems]


def test_a_token_reaches_no_further_than_its_owner(house: House) -> None:
    near, far = bring(house, "C1"), bring(house, "C2")
    set_employees(house, near, 100)
    narrow(house, "employees >= 100")
    write_values(house)
    with house.work("sunli") as work:
        text, _ = tokens.create_token(work, "ERP", [Right.CUSTOMER_READ.value, Right.REQUEST_READ.value], 30)
    with house.work() as work:
        used = tokens.find(work.session, text, work.now, "zh-CN")
        assert used is not None
        assert set(work.session.scalars(customers_in_scope(select(Customer.id), used.viewer))) == {near}
        unasked = customers_in_scope(select(Customer.id), used.viewer, Right.RATING_READ)
        assert work.session.scalars(unasked).all() == [], "what the token was not made for"
    assert far
