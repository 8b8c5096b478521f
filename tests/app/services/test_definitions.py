"""The lifecycle of Definitions: drafted, saved with problems, published, linked, retired; and nothing ever lost."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app import gallery, kinds
from app.access import Conflict, Forbidden, Missing
from app.kinds import flows
from app.models.customer import Customer
from app.models.definition import DRAFT, PUBLISHED, RETIRED
from app.models.ledger import Entry
from app.services import cases, definitions, documents
from app.work import Work
from forms import Answers
from rules import Invalid
from rules.problem import errors
from tests.builders import House

FLOW, FORM = ("flow", "credit_approval"), ("form", "credit_request")


def body_of(work: Work, kind: str, key: str) -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy(definitions.find(work.session, kind, key).body)
    return found


def codes(problems: Any) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in problems]


def verbs(work: Work, subject: str) -> list[str]:
    query = select(Entry.verb).where(Entry.subject_id == subject).order_by(Entry.subject_seq)
    return list(work.session.scalars(query))


def test_the_gallery_publishes_without_errors(house: House) -> None:
    with house.work("zhoumin") as work:
        for envelope in gallery.definitions():
            row = definitions.find(work.session, envelope["kind"], envelope["key"])
            assert row.status == PUBLISHED
            assert row.fingerprint == kinds.fingerprint(envelope["body"])
            assert not errors(definitions.check(work.session, row.kind, row.body, row.key))


def test_a_draft_keeps_problems_and_publishing_names_them_all(house: House) -> None:
    with house.work("zhoumin") as work:
        body = body_of(work, "policy", "customer_credit")
        row = definitions.restore(work, definitions.find(work.session, "policy", "customer_credit"))
        assert (row.version, row.status, row.based_on) == (2, DRAFT, 1)
        del body["grades"]["D"]
        body["tiers"][1]["posts"] = ["nobody_knows"]
        body["surprise"] = True
        found = definitions.save(work, row, row.row_version, body=body)
        assert ("schema.unknown_member", "/surprise") in codes(found)
        assert ("definition.post_missing", "/tiers/1/posts/0") in codes(found)
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, "policy", "customer_credit")
        assert row.body["surprise"] is True
        del body["surprise"]
        found = definitions.save(work, row, row.row_version, body=body)
        assert ("policy.grade_missing", "/grades") in codes(found)
        assert ("definition.post_missing", "/tiers/1/posts/0") in codes(found)
        with pytest.raises(Invalid) as refused:
            definitions.publish(work, row, row.row_version)
        assert codes(refused.value.problems) == codes(found)
        assert definitions.published(work.session, "policy", "customer_credit").version == 1  # type: ignore[union-attr]


def test_a_draft_keeps_a_text_that_is_no_document(house: House) -> None:
    kind, key = FORM
    with house.work("zhoumin") as work:
        row = definitions.restore(work, definitions.find(work.session, kind, key))
        before = row.body
        found = definitions.save(work, row, row.row_version, body='{"sections": [', layout="{}")
        assert codes(found) == [("definition.json_end", "")]
        assert (row.unread, row.body, row.layout) == ({"body": '{"sections": ['}, before, {})
        told = work.recorded[-1].detail
        assert told["unread"] == {"body": documents.fingerprint('{"sections": [')}
        count = len(work.recorded)
        assert definitions.save(work, row, row.row_version, body='{"sections": [') == found
        assert len(work.recorded) == count, "the same text once more is no change"
        with pytest.raises(Invalid) as refused:
            definitions.publish(work, row, row.row_version)
        assert codes(refused.value.problems) == codes(found)
        found = definitions.save(work, row, row.row_version, layout="{")
        assert codes(found) == [("definition.json_end", ""), ("definition.layout_unread", "")]
        assert codes(definitions.save(work, row, row.row_version, body=dict(before))) == [
            ("definition.layout_unread", "")
        ]
        definitions.save(work, row, row.row_version, layout=" ")
        assert (row.unread, row.body, row.layout) == ({}, before, {})


@pytest.mark.parametrize("text", ['{"a": "\x00', '{"a": "\ud83d', '{"a": "' + "长" * 400_000], ids=ascii)
def test_a_text_no_database_holds_is_refused(house: House, text: str) -> None:
    with house.work("zhoumin") as work:
        row = definitions.restore(work, definitions.find(work.session, *FORM))
        with pytest.raises(Invalid):
            definitions.save(work, row, row.row_version, body=text)
        assert row.unread == {}


def test_a_text_of_a_draft_that_reads_well_by_now_is_not_published_unseen(house: House) -> None:
    with house.work("zhoumin") as work:
        row = definitions.restore(work, definitions.find(work.session, *FORM))
        row.unread = {"body": "{}", "layout": "{}"}
        with pytest.raises(Invalid) as refused:
            definitions.publish(work, row, row.row_version)
        assert codes(refused.value.problems) == [("definition.unread", ""), ("definition.layout_unread", "")]


def test_of_a_published_version_no_text_is_kept(house: House) -> None:
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, *FORM)
        with pytest.raises(Conflict) as refused:
            definitions.save(work, row, row.row_version, layout="{")
        assert refused.value.code == "definition.not_draft"


def test_publishing_replaces_pins_and_records(house: House) -> None:
    with house.work("zhoumin") as work:
        body = body_of(work, *FLOW)
        body["steps"][3]["label"]["zh-CN"] = "销售负责人审批"
        row = definitions.draft(work, *FLOW, {"zh-CN": " 授信审批 ", "en": " "}, body)
        assert row.title == {"zh-CN": "授信审批"}
        made = definitions.publish(work, row, row.row_version)
        assert made.links["/form"] == definitions.pin(definitions.find(work.session, *FORM))
        old = definitions.find(work.session, *FLOW, 1)
        assert (old.status, old.retired_at) == (RETIRED, work.now)
        told = next(each.detail for each in work.recorded if each.verb == "definition.published")
        assert told["warnings"] == ["flow.lint.tier_step"]
        assert [(dict(each.before or {}), dict(each.after or {})) for each in work.recorded] == [
            ({}, {"v2": DRAFT}), ({"v1": PUBLISHED}, {"v1": RETIRED}), ({"v2": DRAFT}, {"v2": PUBLISHED})
        ]  # fmt: skip
    with house.work() as work:
        assert verbs(work, "flow/credit_approval")[-3:] == [
            "definition.created", "definition.retired", "definition.published"
        ]  # fmt: skip


def test_publishing_what_is_in_force_already_is_refused(house: House) -> None:
    with house.work("zhoumin") as work:
        row = definitions.restore(work, definitions.find(work.session, *FORM))
        with pytest.raises(Conflict) as refused:
            definitions.publish(work, row, row.row_version)
        assert refused.value.code == "definition.unchanged"


def test_saving_nothing_new_leaves_no_trace(house: House) -> None:
    with house.work("zhoumin") as work:
        row = definitions.restore(work, definitions.find(work.session, *FORM))
        version, count = row.row_version, len(work.recorded)
        definitions.save(work, row, version, body=body_of(work, *FORM), title=row.title, layout=row.layout)
        assert (row.row_version, len(work.recorded)) == (version, count)


def test_one_draft_at_a_time_and_old_pages_are_refused(house: House) -> None:
    with house.work("zhoumin") as work:
        first = definitions.restore(work, definitions.find(work.session, *FORM))
        stale = first.row_version
        with pytest.raises(Conflict) as refused:
            definitions.restore(work, definitions.find(work.session, *FORM, 1))
        assert refused.value.code == "definition.draft_open"
        assert refused.value.params["by"] == "周敏"
        definitions.save(work, first, stale, title={"zh-CN": "授信申请表"})
        for act in (definitions.publish, definitions.discard, definitions.save):
            with pytest.raises(Conflict) as refused:
                act(work, first, stale)  # type: ignore[operator]
            assert refused.value.code == "definition.changed"
            assert refused.value.params == {"by": "周敏", "at": work.now, "version": 2}


def test_a_published_body_is_out_of_reach_but_its_layout_moves(house: House) -> None:
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, *FLOW)
        with pytest.raises(Conflict) as refused:
            definitions.save(work, row, row.row_version, body={})
        assert refused.value.code == "definition.not_draft"
        print_, version = row.fingerprint, row.version
        definitions.save(work, row, row.row_version, layout={"finance": {"x": 1, "y": 2}})
        assert (row.fingerprint, row.version, row.layout) == (print_, version, {"finance": {"x": 1, "y": 2}})


def test_discarding_frees_the_way(house: House) -> None:
    with house.work("zhoumin") as work:
        row = definitions.restore(work, definitions.find(work.session, *FORM))
        definitions.discard(work, row, row.row_version)
    with house.work("zhoumin") as work:
        assert definitions.restore(work, definitions.find(work.session, *FORM)).version == 2
        with pytest.raises(Conflict):
            definitions.discard(work, definitions.find(work.session, *FORM, 1), 1)


def test_what_is_in_use_cannot_be_retired_whichever_version_is_pinned(house: House) -> None:
    with house.work("zhoumin") as work:
        body = body_of(work, *FORM)
        body["sections"][0]["title"]["zh-CN"] = "申请"
        row = definitions.draft(work, *FORM, {"zh-CN": "授信申请"}, body)
        definitions.publish(work, row, row.row_version)
    with house.work("zhoumin") as work:
        with pytest.raises(Conflict) as refused:
            definitions.retire(work, definitions.find(work.session, *FORM))
        assert refused.value.code == "definition.in_use"
        assert refused.value.params["by"] == [{"zh-CN": "授信审批", "en": "Credit approval"}]
        definitions.retire(work, definitions.find(work.session, *FLOW))
        definitions.retire(work, definitions.find(work.session, *FORM))
        with pytest.raises(Conflict) as refused:
            definitions.retire(work, definitions.find(work.session, *FORM))
        assert refused.value.code == "definition.not_published"


def test_four_eyes_means_nobody_who_wrote_publishes(house: House) -> None:
    with house.work("zhoumin") as work:
        row = definitions.restore(work, definitions.find(work.session, *FORM))
        definitions.save(work, row, row.row_version, title={"zh-CN": "授信申请表"})
        with pytest.raises(Conflict) as refused:
            definitions.publish(work, row, row.row_version, four_eyes=True)
        assert refused.value.code == "definition.four_eyes"
    with house.work() as work:
        row = definitions.find(work.session, *FORM)
        definitions.save(work, row, row.row_version, title={"zh-CN": "授信申请单"})
        assert row.authors == [house.ids["zhoumin"], "system"]
    with house.work("zhoumin") as work:  # somebody else saved last; the author is still an author
        row = definitions.find(work.session, *FORM)
        with pytest.raises(Conflict) as refused:
            definitions.publish(work, row, row.row_version, four_eyes=True)
        assert refused.value.code == "definition.four_eyes"
        assert definitions.publish(work, row, row.row_version).status == PUBLISHED


def test_warnings_can_be_asked_to_be_read(house: House) -> None:
    with house.work("zhoumin") as work:
        body = body_of(work, *FLOW)
        body["steps"][3]["label"]["zh-CN"] = "销售负责人审批"
        row = definitions.draft(work, *FLOW, {"zh-CN": "授信审批"}, body)
        with pytest.raises(Invalid) as refused:
            definitions.publish(work, row, row.row_version, warnings_read=False)
        assert [(p.code, p.severity) for p in refused.value.problems] == [("flow.lint.tier_step", "warning")]


@pytest.mark.parametrize("username", ["hanxue", "lina", "liuyang", "chenan"])
def test_only_business_admins_write(house: House, username: str) -> None:
    with house.work(username) as work:
        row = definitions.find(work.session, *FORM)
        for act in (
            lambda: definitions.restore(work, row),
            lambda: definitions.draft(work, "form", "other", {"zh-CN": "甲"}, {}),
            lambda: definitions.save(work, row, 1, layout={}),
            lambda: definitions.publish(work, row, 1),
            lambda: definitions.retire(work, row),
            lambda: definitions.discard(work, row, 1),
        ):
            with pytest.raises(Forbidden):
                act()


@pytest.mark.parametrize(("envelope", "found"), [
    ({"kind": "poem"}, [("definition.unknown_kind", "/kind")]),
    ({"key": "Größe"}, [("definition.key", "/key")]),
    ({"key": "x" * 60}, [("definition.key", "/key")]),
    ({"title": {}}, [("definition.title", "/title/zh-CN")]),
    ({"title": {"zh-CN": "甲", "fr": "A"}}, [("definition.title", "/title")]),
    ({"title": {"zh-CN": "甲" * 121}}, [("definition.title_long", "/title/zh-CN")]),
    ({"title": {"zh-CN": "甲", "en": "a\nb"}}, [("definition.title_character", "/title/en")]),
    ({"body": {"a": 0.5}}, [("definition.float", "/body/a")]),
    ({"body": {"a": "\x00"}, "key": ""}, [("definition.key", "/key"), ("definition.character", "/body/a")]),
    ({"layout": {"a": 2**60}}, [("definition.huge_number", "/layout/a")]),
])  # fmt: skip
def test_an_envelope_is_refused_with_everything_wrong(house: House, envelope: dict[str, Any], found: Any) -> None:
    whole: dict[str, Any] = {"kind": "form", "key": "other", "title": {"zh-CN": "甲"}, "body": {}} | envelope
    with house.work("zhoumin") as work, pytest.raises(Invalid) as refused:
        definitions.draft(
            work, whole["kind"], whole["key"], whole["title"], whole["body"], layout=whole.get("layout")
        )
    assert codes(refused.value.problems) == found


def test_missing_versions_are_missing(house: House) -> None:
    with house.work("zhoumin") as work:
        for args in (("form", "nothing"), ("form", "credit_request", 9), ("form", "credit_request", 0)):
            with pytest.raises(Missing):
                definitions.find(work.session, *args)  # type: ignore[arg-type]


def edited(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def apply(body: dict[str, Any]) -> dict[str, Any]:
        change(body)
        return body

    return apply


def step(body: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in body["steps"] if each["id"] == key)
    return found


FLOW_FAULTS: list[tuple[str, Callable[[dict[str, Any]], object], list[tuple[str, str]]]] = [
    ("a field nobody asks", lambda b: step(b, "finance")["fields"].update(fax="edit"),
     [("flow.fields.unknown", "/steps/4/fields/fax")]),
    ("a person from a field that is not there",
     lambda b: step(b, "sales")["assign"].append({"by": "field", "field": "boss"}),
     [("flow.assign.field_unknown", "/steps/3/assign/1/field")]),
    ("a person from an amount", lambda b: step(b, "sales")["assign"].append({"by": "field", "field": "limit"}),
     [("flow.assign.field_type", "/steps/3/assign/1/field")]),
    ("a condition over an unknown name", lambda b: b["routes"][6].update(when="zebra = 1 or limit > 5"),
     [("feel.unknown_name", "/routes/6/when")]),
    ("a condition over an unknown part of the customer", lambda b: b["routes"][6].update(when="customer.shoes > 5"),
     [("feel.unknown_member", "/routes/6/when")]),
    ("a title that is no text", lambda b: b["settings"].update(title="limit"), [("feel.expected", "/settings/title")]),
    ("a value no rating brings", lambda b: step(b, "rate")["into"].append("luck"),
     [("flow.rate.into_unknown", "/steps/1/into/5")]),
    ("a scorecard the policy does not measure", lambda b: step(b, "rate").update(scorecard="other"),
     [("definition.scorecard_missing", "/steps/1/scorecard")]),
    ("an effect nobody knows", lambda b: step(b, "done").update(apply="free_lunch"),
     [("flow.end.apply_unknown", "/steps/8/apply")]),
    ("no form", lambda b: b.pop("form"), [("flow.form.missing", "/form")]),
    ("a form that is not published", lambda b: b.update(form={"key": "gone"}), [("definition.form_missing", "/form")]),
    ("unknown posts", lambda b: (step(b, "finance")["assign"][0].update(post="juggler"),
                                 step(b, "finance").update(on_empty=["post:clown", "flow_admin"])),
     [("definition.post_missing", "/steps/4/assign/0/post"), ("definition.post_missing", "/steps/4/on_empty/0")]),
    ("a required field nobody may fill", lambda b: step(b, "start")["fields"].update(reason="read"),
     [("flow.fields.nowhere_editable", "/steps/0/fields")]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "found"), [f[1:] for f in FLOW_FAULTS], ids=[f[0] for f in FLOW_FAULTS])
def test_a_flow_is_checked_against_what_it_names(
    house: House, change: Callable[[dict[str, Any]], object], found: list[tuple[str, str]]
) -> None:
    with house.work("zhoumin") as work:
        body = edited(change)(body_of(work, *FLOW))
        assert codes(errors(definitions.check(work.session, "flow", body))) == found


def test_deciding_blind_is_a_warning(house: House) -> None:
    with house.work("zhoumin") as work:
        body = body_of(work, *FLOW)
        step(body, "risk")["fields"] = {"*": "read", "limit": "hidden"}
        found = definitions.check(work.session, "flow", body)
        assert not errors(found)
        assert ("flow.fields.material_hidden", "/steps/6/fields") in codes(found)


def test_a_rated_name_may_not_hide_an_answer(house: House) -> None:
    with house.work("zhoumin") as work:
        body = body_of(work, *FORM)
        body["sections"][0]["fields"].append({"id": "f_99", "key": "grade", "type": "text", "label": {"zh-CN": "等级"}})
        problems = definitions.check(work.session, "form", body, "credit_request")
        assert codes(problems) == [("definition.breaks", ""), ("flow.rate.into_taken", "")]
        assert problems[1].params["at"] == "/steps/1/into/1"


def test_a_form_that_would_break_a_flow_in_force_is_refused_with_the_list(house: House) -> None:
    with house.work("zhoumin") as work:
        body = body_of(work, *FORM)
        for section in body["sections"]:
            section["fields"] = [each for each in section["fields"] if each["key"] != "finance_opinion"]
        body["sections"] = [section for section in body["sections"] if section["fields"]]
        row = definitions.draft(work, *FORM, {"zh-CN": "授信申请"}, body)
        with pytest.raises(Invalid) as refused:
            definitions.publish(work, row, row.row_version)
        first, *rest = refused.value.problems
        assert first.code == "definition.breaks"
        assert first.params["title"] == {"zh-CN": "授信审批", "en": "Credit approval"}
        assert [(p.code, p.params["in"], p.params["at"]) for p in rest] == [
            ("flow.fields.unknown", "flow/credit_approval", "/steps/0/fields/finance_opinion"),
            ("flow.fields.unknown", "flow/credit_approval", "/steps/4/fields/finance_opinion"),
        ]
        assert definitions.find(work.session, *FORM, 1).status == PUBLISHED


def test_a_scorecard_that_would_break_a_policy_is_refused(house: House) -> None:
    with house.work("zhoumin") as work:
        body = body_of(work, "scorecard", "customer_rating")
        body["examples"] = []
        body["grades"].insert(0, {"key": "AAAA", "min": "99"})
        problems = errors(definitions.check(work.session, "scorecard", body, "customer_rating"))
        assert codes(problems) == [("definition.breaks", ""), ("policy.grade_missing", "")]
        assert problems[1].params["in"] == "policy/customer_credit"


def test_the_names_a_flow_may_use_are_those_a_case_has(house: House) -> None:
    """`kinds.flows` promises what `cases` delivers."""
    with house.work("zhoumin") as work:
        form = definitions.compiled(definitions.find(work.session, *FORM))
        known = cases.facts_of(Answers.from_json(form, {}), Customer(id="x", name="甲"))
        assert set(known["customer"]) == set(flows.CUSTOMER)
    brought = inspect.getsource(cases).split("known = {", 1)[1].split("}", 1)[0]
    assert set(re.findall(r'"(\w+)":', brought)) == set(flows.RATED)


def test_hostile_bodies_get_problems_never_a_fault(house: House) -> None:
    deep: Any = {"a": 1}
    for _ in range(200):
        deep = {"a": [deep]}
    hostile: list[Any] = [
        {}, {"steps": 3}, {"sections": [[]]}, {"steps": [None, {"id": 7}], "routes": [[]]}, deep, {"a": "x" * 2**21},
        {"grades": []}, {"facts": [1], "dimensions": {}}, {"form": "x", "steps": [{"type": "rate", "into": [1]}]},
        {"tiers": [{"posts": [None, {}]}]}, {"steps": [{"assign": "x", "on_empty": [5], "quorum": {"weights": [1]}}]},
    ]  # fmt: skip
    with house.work("zhoumin") as work:
        for kind in kinds.KINDS:
            for body in hostile:
                assert errors(definitions.check(work.session, kind, body, "credit_request")), (kind, body)
