"""A trail file proves what happened to whoever holds it, and the ledger names every row somebody changed."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.access import Forbidden, Grant, Missing, Right, Role, Scope
from app.edge.transaction import begin_work
from app.models.case import Case
from app.models.definition import Definition
from app.models.ledger import Checkpoint, Entry, Leaf
from app.queries.trail import EntryRow, chains
from app.services import customers, definitions, ledger, personal, states, trails, verification
from app.services.trails import Dossier
from app.work import SYSTEM, SYSTEM_SUBJECT, Subject, Verb
from ledger import Checkpoint as Head
from ledger import Report, TrustedKey, verify_bundle
from rules import Invalid
from tests.app.desk import answer, apply_for, bring
from tests.app.tamper import as_owner
from tests.builders import Clock, House
from tests.shared import ROOT

CANARY = "canary.person@example.com"
NAME = "龘𠮷镕"


def _render(_dossier: Dossier, _rows: Sequence[EntryRow], _head: Head) -> Mapping[str, bytes]:
    return {"report.html": b"<p>report</p>"}


def _house(house: House) -> trails.House:
    here = house.instance
    return trails.House(here.database, here.keys, here.settings.origin, here.clock())


def _export(house: House, type_: str, id_: str, linked: Sequence[str] = ()) -> bytes:
    with house.work("hanxue") as work:
        dossier = trails.export(work, type_, id_)
    return trails.build(_house(house), work.viewer, dossier.subject, _render, linked)


def _verify(house: House, content: bytes, anchored: str | None = None) -> Report:
    key = ledger.public_key(house.instance.keys, house.instance.settings.origin)
    return verify_bundle(io.BytesIO(content), [TrustedKey(key)], anchored)


def _told(house: House, clock: Clock) -> str:
    """A case from submission to its limit; returns its id."""
    customer = bring(house)
    case_id = apply_for(house, customer)
    for by in ("wangqiang", "sunli", "zhenghua", "wutong"):
        clock.forward(hours=1)
        answer(house, case_id, by)
    return case_id


def _report(house: House, anchored: str | None = None) -> Report:
    here = house.instance
    return verification.verify_database(here.database, here.keys, here.settings.origin, anchored=anchored)


def _settle(house: House) -> int:
    here = house.instance
    ledger.sequence(here.database, wait=True)
    head = ledger.sign(here.database, here.keys, here.settings.origin, here.clock())
    assert head is not None
    return head.size


def _altered(content: bytes, member: str, change: tuple[bytes, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info, data.replace(*change, 1) if info.filename == member else data)
    return out.getvalue()


def test_a_case_leaves_the_house_whole(house: House, clock: Clock, tmp_path: Path) -> None:
    case_id = _told(house, clock)
    content = _export(house, "case", case_id)
    report = _verify(house, content)
    assert (report.verdict, report.findings, report.subjects) == ("intact", [], 3)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        manifest = json.loads(file.read("manifest.json"))
        lines = [json.loads(line) for line in file.read("entries.jsonl").splitlines()]
        names = file.namelist()
    states = {each["subject_type"]: each["state"] for each in manifest["subjects"]}
    assert states["case"] == {"status": "approved"}
    assert states["customer"]["grade"] == "BB"
    assert states["credit_request"].keys() == {"answers"}
    assert lines[-1]["verb"] == "trail.exported"
    assert {f"definitions/{each}.1.json" for each in (
        "flow.credit_approval", "form.credit_request", "policy.customer_credit", "scorecard.customer_rating",
    )} <= set(names)  # fmt: skip
    path, key = tmp_path / "a.zip", tmp_path / "key.pub"
    path.write_bytes(content)
    key.write_text(str(ledger.public_key(house.instance.keys, house.instance.settings.origin)) + "\n")
    command = [sys.executable, "-m", "ledger", "verify", str(path), "--key", str(key), "--lang", "en"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.splitlines()[-1].split(":")[0]) == (0, "intact"), done.stdout


def test_one_byte_changed_is_named_with_its_place(house: House, clock: Clock) -> None:
    content = _export(house, "case", _told(house, clock))
    report = _verify(house, _altered(content, "entries.jsonl", (b'"answer":"approve"', b'"answer":"approvE"')))
    assert report.verdict == "tampered"
    found = next(each for each in report.findings if each.code == "entry.altered")
    assert found.params["subject_type"] == "case"
    assert found.params["index"] > 0


def test_a_customer_and_a_definition_leave_too(house: House, clock: Clock) -> None:
    case_id = _told(house, clock)
    with house.work() as work:
        customer_id = work.session.get_one(Case, case_id).customer_id
    report = _verify(house, _export(house, "customer", customer_id))
    assert (report.verdict, report.subjects) == ("intact", 3)
    report = _verify(house, _export(house, "definition", "flow/credit_approval"))
    assert (report.verdict, report.subjects) == ("intact", 1)


def test_a_file_is_linked_to_every_checkpoint_kept_before(house: House, clock: Clock) -> None:
    case_id = _told(house, clock)
    _export(house, "case", case_id)
    with house.work() as work:
        kept = work.session.scalars(select(Checkpoint.note).order_by(Checkpoint.size)).first()
    clock.forward(days=1)
    later = _export(house, "case", case_id)
    assert kept is not None
    assert _verify(house, later, kept).verdict == "intact"
    early = _export(house, "case", case_id, [kept])
    assert _verify(house, early, kept).verdict == "intact"


def test_a_row_that_no_entry_tells_of_shows_in_the_file(house: House, clock: Clock) -> None:
    """Somebody sets a case to approved behind our back: the file does not lead to that state."""
    case_id = apply_for(house, bring(house))
    as_owner(house.instance.database, f"UPDATE cases SET status = 'approved' WHERE id = '{case_id}'")
    report = _verify(house, _export(house, "case", case_id))
    assert report.verdict == "incomplete"
    assert [each.code for each in report.findings] == ["trail.state"]


def _flow_with_history(house: House) -> str:
    """A Definition with a retired version, one in force, and a draft that comes after one thrown away."""
    kind, key = "flow", "credit_approval"
    with house.work("zhoumin") as work:
        body = json.loads(json.dumps(definitions.find(work.session, kind, key).body))
        body["steps"][3]["label"]["zh-CN"] = "销售负责人审批"
        row = definitions.draft(work, kind, key, {"zh-CN": "授信审批"}, body)
        definitions.publish(work, row, row.row_version)
        for keep in (False, True):
            row = definitions.restore(work, definitions.find(work.session, kind, key, 1))
            if not keep:
                definitions.discard(work, row, row.row_version)
                work.session.flush()
    return f"{kind}/{key}"


def test_the_trail_of_a_definition_states_the_status_of_its_versions(house: House, clock: Clock) -> None:
    name = _flow_with_history(house)
    content = _export(house, "definition", name)
    assert _verify(house, content).findings == []
    assert _report(house).findings == []
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        (subject,) = json.loads(file.read("manifest.json"))["subjects"]
    assert subject["state"] == {"v1": "retired", "v2": "published", "v3": "draft"}
    with house.work("zhoumin") as work:
        row = definitions.find(work.session, "flow", "credit_approval", 3)
        definitions.discard(work, row, row.row_version)
    content = _export(house, "definition", name)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        (subject,) = json.loads(file.read("manifest.json"))["subjects"]
    assert subject["state"] == {"v1": "retired", "v2": "published", "v3": None}
    assert _verify(house, content).findings == []


BEHIND_OUR_BACK = {
    "a draft in force": ("UPDATE definitions SET status = 'retired' WHERE {flow} AND version = 2",
                         "UPDATE definitions SET status = 'published' WHERE {flow} AND version = 3",
                         {"v2": ("published", "retired"), "v3": ("draft", "published")}),
    "an old one to be changed": ("UPDATE definitions SET status = 'draft' WHERE {flow} AND version = 1", "",
                                 {"v1": ("retired", "draft")}),
    "one gone": ("DELETE FROM definitions WHERE {flow} AND version = 3", "", {"v3": ("draft", "-")}),
}  # fmt: skip


@pytest.mark.parametrize("what", BEHIND_OUR_BACK)
def test_a_status_no_entry_tells_of_is_named_with_its_place(house: House, clock: Clock, what: str) -> None:
    name = _flow_with_history(house)
    *statements, expected = BEHIND_OUR_BACK[what]
    flow = "kind = 'flow' AND key = 'credit_approval'"
    as_owner(house.instance.database, *(str(each).format(flow=flow) for each in statements if each))
    report = _report(house)
    assert report.verdict == "tampered"
    place = {"subject_type": "definition", "subject_id": name}
    assert [(each.code, each.params) for each in report.findings] == [
        ("row.state", {**place, "member": member, "expected": then, "found": now})
        for member, (then, now) in expected.items()  # type: ignore[union-attr]
    ]
    report = _verify(house, _export(house, "definition", name))
    assert report.verdict == "incomplete"
    assert [(each.code, each.params["subject_id"], each.params["member"]) for each in report.findings] == [
        ("trail.state", name, member) for member in expected
    ]


def test_entries_from_before_the_status_was_told_accuse_nobody(house: House, clock: Clock) -> None:
    name = Subject("definition", "form/old_form")
    with house.work("zhoumin") as work:
        form = definitions.find(work.session, "form", "credit_request")
        work.session.add(Definition(
            kind="form", key="old_form", version=1, status="published", title=form.title, body=form.body,
            fingerprint=form.fingerprint, created_by="x", created_at=work.now, saved_by="x", saved_at=work.now,
        ))  # fmt: skip
        work.record(Verb.DEFINITION_PUBLISHED, name, {"version": 1, "title": form.title})
    assert _report(house).findings == []
    assert _verify(house, _export(house, name.type, name.id)).findings == []
    with house.work("zhoumin") as work:
        definitions.retire(work, definitions.find(work.session, "form", "old_form"))
    with house.work() as work:
        found = states.of_definitions(work.session)
    assert found[name.type, name.id] == {"v1": "retired"}, "from here on it is told"
    assert _report(house).findings == []


def test_who_may_export(house: House, clock: Clock) -> None:
    case_id = apply_for(house, bring(house))
    with pytest.raises(Forbidden), house.work("lina") as work:
        trails.export(work, "case", case_id)
    with pytest.raises(Missing), house.work("hanxue") as work:
        trails.export(work, "case", "0" * 32)
    with pytest.raises(Missing), house.work("hanxue") as work:
        trails.export(work, "user", house.ids["lina"])
    with house.work("hanxue") as work:
        narrow = replace(work.viewer, grants=(Grant(Role.AUDITOR, Scope.OWN),))
        assert narrow.may(Right.TRAIL_EXPORT)
        with pytest.raises(Missing):
            trails.find(work.session, narrow, "case", case_id)


def test_too_much_for_one_file_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = apply_for(house, bring(house))
    monkeypatch.setattr(trails, "MOST_ENTRIES", 3)
    with pytest.raises(Invalid) as caught, house.work("hanxue") as work:
        trails.export(work, "case", case_id)
    assert caught.value.problems[0].code == "trail.too_many"


def test_personal_values_leave_sealed_and_die_with_their_key(house: House, clock: Clock) -> None:
    with house.work() as work:
        known = {"number": "P1", "name": "某某公司", "contact_email": CANARY, "legal_representative": NAME}
        customer_id = customers.create(work, known, source="desk").id
    content = _export(house, "customer", customer_id)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        everything = b"".join(file.read(name) for name in file.namelist())
    with house.work() as work:
        bodies = b"".join(work.session.scalars(select(Entry.body)))
    for canary in (CANARY, NAME):
        assert canary.encode() not in everything
        assert canary.encode() not in bodies
        assert json.dumps(canary)[1:-1].encode() not in everything
    with house.work() as work:
        personal.destroy_key(work, customer_id, "保存期已满")
    assert _verify(house, _export(house, "customer", customer_id)).verdict == "intact"
    assert _report(house).verdict == "intact"


TAMPERED = {
    "body": (
        "UPDATE entries SET body = {newbody} WHERE id = {id}", "entry.altered",
    ),
    "leaf hash": (
        "UPDATE entries SET leaf_hash = (SELECT leaf_hash FROM entries WHERE id = {other}) WHERE id = {id}",
        "row.column",
    ),
    "row": ("DELETE FROM entries WHERE id = {id}", "row.missing"),
    "place": ("DELETE FROM leaves WHERE entry_id = {id}", "row.missing"),
    "actor": ("UPDATE entries SET actor = 'mallory' WHERE id = {id}", "row.column"),
    "name": ("UPDATE entries SET actor_name = 'mallory' WHERE id = {id}", "row.column"),
    "verb": ("UPDATE entries SET verb = 'demo.loaded' WHERE id = {id}", "row.column"),
    "time": ("UPDATE entries SET ts = (SELECT max(ts) FROM entries) WHERE id = {id}", "row.column"),
    "case": ("UPDATE entries SET case_id = NULL WHERE id = {id}", "row.column"),
    "customer": ("UPDATE entries SET customer_id = 'elsewhere' WHERE id = {id}", "row.column"),
    "leaf node": (
        "UPDATE tree_nodes SET hash = (SELECT leaf_hash FROM entries WHERE id = {other}) "
        "WHERE level = 0 AND idx = {place}",
        "entry.altered",
    ),
    "missing node": ("DELETE FROM tree_nodes WHERE level = 0 AND idx = {place}", "row.column"),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERED)
def test_a_row_changed_by_the_owner_of_the_database_is_named(house: House, clock: Clock, what: str) -> None:
    case_id = _told(house, clock)
    _settle(house)
    assert _report(house).findings == []
    statement, code = TAMPERED[what]
    with house.work() as work:
        query = select(Entry.id, Leaf.idx, Entry.subject_seq).join(Leaf, Leaf.entry_id == Entry.id)
        row = work.session.execute(
            query.where(Entry.case_id == case_id, Entry.verb == "decision.made").order_by(Entry.id).limit(1)
        ).one()
    sqlite = house.instance.database.is_sqlite
    newbody = (
        "CAST(replace(CAST(body AS TEXT), 'approve', 'approvE') AS BLOB)" if sqlite
        else "convert_to(replace(convert_from(body, 'UTF8'), 'approve', 'approvE'), 'UTF8')"
    )  # fmt: skip
    as_owner(
        house.instance.database,
        statement.format(id=row.id, other=row.id - 1, place=row.idx, newbody=newbody),
    )
    report = _report(house)
    assert report.verdict in ("tampered", "incomplete")
    found = {each.code: each.params for each in report.findings}
    assert code in found, found
    place = found[code]
    assert row.idx in (place.get("index"), place.get("first"))
    if code != "row.missing":
        assert (place["subject_type"], place["subject_id"], place["seq"]) == ("case", case_id, row.subject_seq)


def test_a_history_rewritten_whole_is_found_by_a_checkpoint_kept_elsewhere(house: House) -> None:
    bring(house)
    _settle(house)
    with house.work() as work:
        kept = work.session.scalars(select(Checkpoint.note).order_by(Checkpoint.size.desc())).first()
    assert kept is not None
    assert _report(house, kept).verdict == "intact"
    tables = ("leaves", "tree_nodes", "checkpoints", "entries", "definition_uses", "definitions")
    as_owner(house.instance.database, *(f"DELETE FROM {table}" for table in tables))
    with begin_work(house.instance, SYSTEM) as work:
        work.record(Verb.DEMO_LOADED, SYSTEM_SUBJECT, {"customers": 0})
    _settle(house)
    assert _report(house).verdict == "intact", "the forger has the signing key: only a witness outside can tell"
    assert _report(house, kept).verdict == "shorter"
    with house.work() as work:
        for _ in range(600):
            work.record(Verb.DEMO_LOADED, SYSTEM_SUBJECT, {"customers": 0})
    _settle(house)
    assert _report(house, kept).verdict == "tampered"


def test_a_hostile_file_is_a_finding(house: House) -> None:
    key = ledger.public_key(house.instance.keys, house.instance.settings.origin)
    assert verification.verify_file(io.BytesIO(b"PK\x03\x04 no zip"), key).verdict == "unreadable"
    assert verification.verify_file(io.BytesIO(b""), key).verdict == "unreadable"
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("entries.jsonl", b"0" * (verification.UNPACKED + 1))
    assert [each.code for each in verification.verify_file(bomb, key).findings] == ["file.too_large"]


def test_an_outcome_is_kept_short_and_plain() -> None:
    report = Report()
    for index in range(verification.KEPT_FINDINGS + 5):
        report.add("row.missing", first=index, last=index)
    report.add("entry.malformed", place="x" * 5000, reason="\ud800")
    found = verification.outcome(report, anchored=False)
    assert len(found["findings"]) == verification.KEPT_FINDINGS
    assert (found["more"], found["verdict"]) == (6, "tampered")
    assert json.dumps(found).isascii()


def test_a_proof_on_the_spot(house: House) -> None:
    customer_id = bring(house)
    size = _settle(house)
    with house.work() as work:
        rows = chains(work.session, [Subject("customer", customer_id)], size)
        proof = trails.proof(work.session, rows[0], rows[0].leaf_hash)
        assert proof is not None
        assert (proof.holds, proof.size) == (True, size)
        wrong = trails.proof(work.session, rows[0], bytes(32))
        assert wrong is not None
        assert not wrong.holds
        assert trails.proof(work.session, replace(rows[0], place=size), rows[0].leaf_hash) is None
