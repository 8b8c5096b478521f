"""Sealing, sequencing and signing: no fork, no deadlock, no entry lost, and nothing personal in clear."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.access import Conflict
from app.edge.runtime import Runtime
from app.edge.transaction import begin_work
from app.models.ledger import Checkpoint, CustomerKey, Entry, Leaf, TreeNode
from app.services import ledger, personal, verification
from app.services.keyring import open_keyring
from app.work import SYSTEM, SYSTEM_SUBJECT, Actor, Personal, Subject, Verb, Work
from ledger import Tree, canonical, verify_checkpoint
from tests.app.tamper import as_owner
from tests.builders import Clock

Open = Callable[..., AbstractContextManager[Work]]
CANARY = "canary.person@example.com"


def _note(instance: Runtime, *subjects: Subject) -> None:
    with begin_work(instance, SYSTEM, "test") as work:
        for subject in subjects:
            work.record(Verb.DEMO_LOADED, subject, {"customers": 1})


def _settle(instance: Runtime) -> int:
    ledger.sequence(instance.database, wait=True)
    head = ledger.sign(instance.database, instance.keys, instance.settings.origin, instance.clock())
    assert head is not None
    return head.size


def _verdict(instance: Runtime) -> str:
    report = verification.verify_database(instance.database, instance.keys, instance.settings.origin)
    return " ".join([report.verdict, *(each.sentence("en") for each in report.findings)])


def members_of(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = canonical.parse(body)
    return found


def _together(acts: Sequence[Callable[[], None]]) -> list[BaseException]:
    """All acts at once, each in a thread of its own; returns what they raised."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], None]) -> None:
        gate.wait(20)
        act()

    with ThreadPoolExecutor(len(acts)) as pool:
        waiting = [pool.submit(run, act) for act in acts]
        found = [each.exception(60) for each in waiting]
    return [error for error in found if error is not None]


def test_a_chain_goes_on_where_it_ended(work: Open, instance: Runtime) -> None:
    one, other = Subject("customer", "c1"), Subject("customer", "c2")
    _note(instance, one, other, one)
    _note(instance, one)
    with work() as w:
        rows = w.session.scalars(select(Entry).order_by(Entry.id)).all()
        chain = [row for row in rows if row.subject_id == "c1"]
        assert [row.subject_seq for row in chain] == [1, 2, 3]
        assert [row.prev_hash for row in chain] == [bytes(32), chain[0].leaf_hash, chain[1].leaf_hash]
        assert chain[0].customer_id == "c1"
    _settle(instance)
    assert _verdict(instance) == "intact"


def test_what_is_recorded_stands_in_the_body(work: Open, instance: Runtime) -> None:
    actor = Actor("u1", "Wei", on_behalf="u2", role="sales")
    with work(actor) as w:
        detail = {"case_id": "k1", "customer_id": "c1", "amount": "10.50"}
        w.record(Verb.CASE_OPENED, Subject("case", "k1"), detail, before={"a": "1"}, after={"a": "2"}, reason="because")
    with work() as w:
        row = w.session.scalars(select(Entry)).one()
    members = members_of(row.body)
    assert members["detail"] == {"by": "Wei", "road": "job", **detail}
    assert (members["actor"], members["on_behalf"], members["role"]) == ("u1", "u2", "sales")
    assert members["reason"] == "because"
    assert (members["before"], members["after"]) == ({"a": "1"}, {"a": "2"})
    assert (row.case_id, row.customer_id, row.actor_name) == ("k1", "c1", "Wei")


def test_eight_at_once_on_one_subject_never_fork(instance: Runtime) -> None:
    subject = Subject("case", "k")

    def act() -> None:
        for _ in range(5):
            _note(instance, subject)

    assert _together([act] * 8) == []
    with begin_work(instance, SYSTEM) as work:
        numbers = work.session.scalars(select(Entry.subject_seq).order_by(Entry.subject_seq)).all()
    assert list(numbers) == list(range(1, 41))
    assert _settle(instance) == 40
    assert _verdict(instance) == "intact"


def test_many_subjects_in_any_order_never_deadlock(instance: Runtime) -> None:
    subjects = [Subject("case", f"k{number}") for number in range(6)]

    def acting(shift: int) -> Callable[[], None]:
        turned = subjects[shift:] + subjects[:shift]

        def act() -> None:
            _note(instance, *turned)
            _note(instance, *reversed(turned))

        return act

    assert _together([acting(shift) for shift in range(6)] + [acting(0), acting(3)]) == []
    assert _settle(instance) == 8 * 2 * 6
    assert _verdict(instance) == "intact"


def test_sequencers_at_once_give_each_place_once(instance: Runtime) -> None:
    for number in range(30):
        _note(instance, Subject("case", f"k{number}"))
    assert _together([lambda: _count(ledger.sequence(instance.database, 7, wait=True))] * 4) == []
    assert _together([lambda: _count(ledger.sequence(instance.database, 7))] * 4) == []
    with begin_work(instance, SYSTEM) as work:
        assert list(work.session.scalars(select(Leaf.idx).order_by(Leaf.idx))) == list(range(30))
        hashes = work.session.scalars(
            select(Entry.leaf_hash).join(Leaf, Leaf.entry_id == Entry.id).order_by(Leaf.idx)
        ).all()
        nodes = {(n.level, n.idx): n.hash for n in work.session.scalars(select(TreeNode))}
    tree = Tree(hashes)
    assert all(tree.node(level, index) == value for (level, index), value in nodes.items())
    assert _settle(instance) == 30
    assert _verdict(instance) == "intact"


def _count(_number: int) -> None:
    return None


def test_a_late_commit_gets_a_later_place(instance: Runtime) -> None:
    """On PostgreSQL ids are not handed out in commit order; on SQLite nobody can be late."""
    if instance.database.is_sqlite:
        _note(instance, Subject("case", "early"))
        _note(instance, Subject("case", "late"))
    else:
        with begin_work(instance, SYSTEM) as slow:
            slow.record(Verb.DEMO_LOADED, Subject("case", "late"), {"customers": 1})
            ledger.seal(slow, instance.keys, inline=False)
            slow.recorded.clear()
            _note(instance, Subject("case", "early"))
            ledger.sequence(instance.database)
        ledger.sequence(instance.database)
    with begin_work(instance, SYSTEM) as work:
        places = {
            name: (id_, place)
            for name, id_, place in work.session.execute(
                select(Entry.subject_id, Entry.id, Leaf.idx).join(Leaf, Leaf.entry_id == Entry.id)
            )
        }
    assert (places["early"][1], places["late"][1]) == (0, 1)
    assert instance.database.is_sqlite or places["late"][0] < places["early"][0]
    _settle(instance)
    assert _verdict(instance) == "intact"


def test_a_checkpoint_is_signed_once_a_minute_and_only_for_news(instance: Runtime, clock: Clock) -> None:
    def sizes() -> list[int]:
        with begin_work(instance, SYSTEM) as work:
            return list(work.session.scalars(select(Checkpoint.size).order_by(Checkpoint.size)))

    def due() -> None:
        ledger.sequence(instance.database)
        ledger.sign_when_due(instance.database, instance.keys, instance.settings.origin, instance.clock)

    due()
    assert sizes() == []
    _note(instance, SYSTEM_SUBJECT)
    due()
    assert sizes() == [1]
    _note(instance, SYSTEM_SUBJECT)
    due()
    assert sizes() == [1], "the last one is not a minute old"
    clock.forward(minutes=1)
    due()
    due()
    assert sizes() == [1, 2]
    with begin_work(instance, SYSTEM) as work:
        note = work.session.get_one(Checkpoint, 2).note
    key = ledger.public_key(instance.keys, instance.settings.origin)
    assert verify_checkpoint(note, [key])[0].size == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE tree_nodes SET hash = (SELECT hash FROM tree_nodes WHERE level = 0 AND idx = 0) WHERE level = 1",
        "DELETE FROM tree_nodes WHERE level = 1 AND idx = 0",
    ],
)
def test_a_head_that_does_not_follow_is_never_signed(instance: Runtime, statement: str) -> None:
    for _ in range(3):
        _note(instance, SYSTEM_SUBJECT)
    _settle(instance)
    as_owner(instance.database, statement)
    with pytest.raises(Conflict) as caught:
        ledger.sign(instance.database, instance.keys, instance.settings.origin, instance.clock())
    assert caught.value.code == "trail.forked"


def test_a_tree_shorter_than_signed_is_never_signed(instance: Runtime) -> None:
    for _ in range(3):
        _note(instance, SYSTEM_SUBJECT)
    _settle(instance)
    as_owner(instance.database, "DELETE FROM leaves", "DELETE FROM tree_nodes", "DELETE FROM entries")
    with pytest.raises(Conflict) as caught:
        ledger.sign(instance.database, instance.keys, instance.settings.origin, instance.clock())
    assert caught.value.code == "trail.shorter"


def test_a_checkpoint_under_another_key_stops_signing(instance: Runtime, tmp_path: Path) -> None:
    _note(instance, SYSTEM_SUBJECT)
    _settle(instance)
    other = open_keyring(tmp_path / "other")
    with pytest.raises(Conflict):
        ledger.sign(instance.database, other, instance.settings.origin, instance.clock())


def test_the_place_of_a_deleted_leaf_is_not_given_again(instance: Runtime) -> None:
    for _ in range(3):
        _note(instance, SYSTEM_SUBJECT)
    _settle(instance)
    as_owner(instance.database, "DELETE FROM leaves WHERE idx = 2")
    _note(instance, Subject("case", "k"))
    ledger.sequence(instance.database, wait=True)
    with begin_work(instance, SYSTEM) as work:
        assert 3 in set(work.session.scalars(select(Leaf.idx)))


def _personal(work: Work, customer_id: str, value: str = CANARY) -> None:
    sealed = Personal(customer_id, "contact_email", value)
    detail = {"name": "x", "people": [{"mail": sealed}]}
    work.record(Verb.CUSTOMER_CHANGED, Subject("customer", customer_id), detail, after={"contact_email": sealed})


def test_personal_values_never_enter_in_clear(work: Open, instance: Runtime) -> None:
    with work() as w:
        _personal(w, "c1")
    with work() as w:
        row = w.session.scalars(select(Entry)).one()
        assert CANARY.encode() not in row.body
        sealed = members_of(row.body)["after"]["contact_email"]
        opened = personal.opener(w.session, instance.keys)
        assert opened("c1", "contact_email", sealed) == CANARY
        assert opened("c1", "legal_representative", sealed) is None, "bound to its place"
        assert opened("c2", "contact_email", sealed) is None


def test_a_destroyed_key_erases_for_ever(work: Open, instance: Runtime) -> None:
    with work() as w:
        _personal(w, "c1")
    with work() as w:
        personal.destroy_key(w, "c1", "retention is over")
    with work() as w:
        _personal(w, "c1", "another@example.com")
    with work() as w:
        personal.destroy_key(w, "c9", "never had one")
    with work() as w:
        _personal(w, "c9")
        rows = w.session.scalars(select(Entry).order_by(Entry.id)).all()
        sealed = members_of(rows[0].body)["after"]["contact_email"]
        assert personal.opener(w.session, instance.keys)("c1", "contact_email", sealed) is None
        assert members_of(rows[2].body)["after"] == {"contact_email": {"erased": True}}
        key = w.session.get_one(CustomerKey, "c1")
        assert key.wrapped is None
        assert key.destroyed_at is not None
    with work() as w:
        last = w.session.scalars(select(Entry).order_by(Entry.id.desc()).limit(1)).one()
        assert members_of(last.body)["after"] == {"contact_email": {"erased": True}}
    _settle(instance)
    assert _verdict(instance) == "intact"


def test_eight_who_meet_a_customer_first_agree_on_one_key(instance: Runtime) -> None:
    def acting(number: int) -> Callable[[], None]:
        def act() -> None:
            with begin_work(instance, SYSTEM) as work:
                for customer in (["a", "b", "c"] if number % 2 else ["c", "b", "a"]):
                    sealed = Personal(customer, "contact_email", CANARY)
                    work.record(Verb.CUSTOMER_CHANGED, Subject("user", f"u{number}"), {"mail": sealed})

        return act

    assert _together([acting(number) for number in range(8)]) == []
    with begin_work(instance, SYSTEM) as work:
        bodies = work.session.scalars(select(Entry.body)).all()
        keys = work.session.scalars(select(CustomerKey.customer_id).order_by(CustomerKey.customer_id)).all()
    ciphers = {members_of(body)["detail"]["mail"]["commitment"] for body in bodies}
    assert list(keys) == ["a", "b", "c"]
    assert len(bodies) == 24
    assert len(ciphers) == 3
