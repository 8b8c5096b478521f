"""Sets are cut so that they stand by themselves, and put in so that no id, key or formula is confused."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from app import gallery
from app.services.field_library import ready
from app.services.field_library_parts import cut, put
from forms import compile_form
from rules import Invalid
from tests.forms.build import answer, codes, refused

REQUEST: dict[str, Any] = gallery.read("forms/credit_request")["body"]
REVIEW: dict[str, Any] = gallery.read("starters/annual_review")["body"]
READY = {each.id: each for each in ready()}
FIGURES = READY["figures"]


def ids(body: dict[str, Any]) -> list[str]:
    fields = [field for section in body["sections"] for field in section["fields"]]
    return [each["id"] for field in fields for each in (field, *field.get("fields", ()))]


def keys(body: dict[str, Any]) -> list[str]:
    return [field["key"] for section in body["sections"] for field in section["fields"]]


@pytest.mark.parametrize("key", READY)
def test_the_ready_made_ones_stand_by_themselves_in_both_languages(key: str) -> None:
    each = READY[key]
    form = compile_form(each.body)
    assert form.warnings == ()
    assert len(each.body["sections"]) == 1
    for label in (each.name, each.use, *(field.label for field in form.asked)):
        assert label is not None
        assert all(label.get(tag, "").strip() for tag in ("zh-CN", "en"))


@pytest.mark.parametrize("key", READY)
@pytest.mark.parametrize("other", [REQUEST, REVIEW], ids=["request", "review"])
def test_each_fits_into_a_form_and_twice_as_well(key: str, other: dict[str, Any]) -> None:
    at = [0] if READY[key].whole else [0, 0]
    body, place = put(other, READY[key].body, at, (), whole=READY[key].whole)
    body, again = put(body, READY[key].body, at, (), whole=READY[key].whole)
    compile_form(body)
    assert len(ids(body)) == len(set(ids(body)))
    assert len(keys(body)) == len(set(keys(body)))
    assert place == again == at, "at the place wanted, before what stood there"
    assert set(ids(other)) <= set(ids(body))


def test_formulas_follow_the_keys_they_name() -> None:
    body, place = put(REVIEW, FIGURES.body, [2], (), whole=True)
    assert place == [2]
    made = body["sections"][2]
    assert made["key"] == "figures_2"
    by_label = {field["label"]["en"]: field for field in made["fields"]}
    assert by_label["Total assets"]["key"] == "assets_2"
    assert by_label["Total liabilities"]["key"] == "liabilities", "the review calls its own otherwise: free here"
    assert by_label["Debt ratio"]["key"] == "debt_ratio_2"
    assert by_label["Debt ratio"]["compute"] == "if get or else(assets_2, 0) > 0 then liabilities / assets_2 else null"
    added = body["checks"][len(REVIEW["checks"]) :]
    places = ["current_assets_2", "current_liabilities", "stock_value", "liabilities"]
    assert [each["field"] for each in added] == places
    assert added[0]["formula"] == "current_assets_2 <= assets_2"
    assert [each["id"] for each in added] == ["current_within", "owed_within", "stock_within", "solvent"]
    assert REVIEW["sections"][1]["key"] == "figures", "what was there stays as it was"


def test_computed_values_are_those_of_the_copy() -> None:
    body, _ = put({"sections": [{"key": "a", "fields": [
        {"id": "f_01", "key": "assets", "type": "money", "currency": "CNY", "label": {"zh-CN": "资产"}}]}],
    }, FIGURES.body, [1], (), whole=True)  # fmt: skip
    raw = {
        "assets": "1", "assets_2": "200", "liabilities": "120", "revenue": "50", "net_profit": "8", "audited": True,
        "figures_on": "2025-01-31", "current_assets": "90", "current_liabilities": "60", "stock_value": "30",
    }  # fmt: skip
    found = answer(compile_form(body), raw).to_json()
    ratios = {name: found[name] for name in ("debt_ratio", "current_ratio", "quick_ratio", "net_margin")}
    assert ratios == {"debt_ratio": "0.6", "current_ratio": "1.5", "quick_ratio": "1", "net_margin": "0.16"}
    assert found["return_on_equity"] == "0.1"
    assert codes(refused(compile_form(body), {**raw, "current_assets": "300"})) == [("check.failed", "/current_assets")]


def test_ids_given_before_are_never_given_again() -> None:
    body, place = put(REQUEST, READY["contact"].body, [0, 2], ("f_90", "f_x"), whole=False)
    assert place == [0, 2]
    added = body["sections"][0]["fields"][2:5]
    assert [each["id"] for each in added] == ["f_91", "f_92", "f_93"]
    assert [each["key"] for each in added] == ["contact_name", "contact_phone", "contact_email"]


@pytest.mark.parametrize(
    ("at", "whole", "place"),
    [([0], True, [0]), ([3], True, [3]), ([99], True, [3]), ([2, 0], False, [2, 0]), ([1, 99], False, [1, 2]),
     ([9, 0], False, None), ([0], False, None), ([0, 1], True, None), ([], True, None)],
)  # fmt: skip
def test_it_stands_where_it_is_wanted(at: list[int], whole: bool, place: list[int] | None) -> None:
    if place is None:
        with pytest.raises(LookupError):
            put(REQUEST, READY["contact"].body, at, (), whole=whole)
        return
    body, found = put(REQUEST, READY["contact"].body, at, (), whole=whole)
    assert found == place
    fields = body["sections"][place[0]]["fields"]
    assert fields[0 if whole else place[1]]["key"] == "contact_name"
    compile_form(body)


def test_a_section_takes_its_own_rules_and_checks_along_and_no_others() -> None:
    found = cut(REQUEST, [[1]])
    assert keys(found) == ["guarantees", "total_guarantee"]
    assert "checks" not in found, "its check reads the limit, which stays behind"
    found = cut(REVIEW, [[1]])
    assert [each["id"] for each in found["checks"]] == ["parts", "parts_owed", "insolvent"]
    assert {each["target"] for each in found["rules"]} <= {field["key"] for field in found["sections"][0]["fields"]}
    assert len(found["rules"]) == 14
    body, _ = put(REVIEW, found, [2], (), whole=True)
    compile_form(body)
    assert len(body["rules"]) == len(REVIEW["rules"]) + 14


def test_a_field_alone_and_what_needs_the_rest() -> None:
    rows = cut(REQUEST, [[1, 0]])
    assert keys(rows) == ["guarantees"]
    assert [each["id"] for each in rows["rules"]] == ["r4"], "the others read the limit, which stays behind"
    with pytest.raises(Invalid) as refusal:
        cut(REQUEST, [[1, 1]])
    assert refusal.value.problems[0].path.startswith("/sections/0/fields/0/compute")
    before = deepcopy(REQUEST)
    put(REQUEST, rows, [0, 0], (), whole=False)
    assert before == REQUEST
    for at in ([9], [0, 99]):
        with pytest.raises(LookupError):
            cut(REQUEST, [at])


def test_loose_fields_go_together_in_their_order_with_what_is_about_them() -> None:
    found = cut(REQUEST, [[1, 1], [0, 1], [1, 0], [1, 1]])
    wanted = [REQUEST["sections"][outer]["fields"][inner]["key"] for outer, inner in ((0, 1), (1, 0), (1, 1))]
    assert keys(found) == wanted, "the sum stands by itself once what it adds up comes along"
    assert len(found["sections"]) == 1
    named = {each["target"].partition(".")[0] for each in found["rules"]}
    assert named <= set(wanted)
    compile_form(found)
