"""Files come in once, belong to whoever sent them until a record holds them, and are forgotten when none ever does."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.edge.runtime import EXTENSION
from app.jobs import drain, load_handlers, timers
from app.jobs.ticker import fire_timers
from app.models.file import FileHolder, FileUpload, StoredFile
from app.models.ledger import Entry
from app.services import files
from app.services.files_scan import unscanned
from app.services.lookups import Lookups
from app.work import Subject
from forms import Answers
from forms.fields.files import File
from rules import Invalid
from tests.app.services.filed import PDF, image, put
from tests.builders import Clock, House
from tests.forms.build import form_of, setup

FORM = form_of(setup("attachment", "papers"), setup("image", "faces", personal=True))
SUBJECT = Subject("credit_request", "f" * 32)


@pytest.fixture(autouse=True)
def handlers() -> None:
    load_handlers()


def seen(house: House, who: str, hash: str) -> Mapping[str, Any] | None:
    with house.reading(who) as view:
        return Lookups(view.session, view.viewer).find("file", hash)


def answers(*papers: File, faces: tuple[File, ...] = ()) -> Answers:
    return Answers(FORM, {"papers": papers, "faces": faces})


def attach(house: House, who: str, now: Answers, before: Mapping[str, Any] | None = None) -> None:
    with house.work(who) as work:
        files.attach(work, SUBJECT, now, before or {})


def entries(house: House, *verbs: str) -> list[Entry]:
    with house.work() as work:
        return list(work.session.scalars(select(Entry).where(Entry.verb.in_(verbs)).order_by(Entry.id)))


def counts(house: House) -> tuple[int, ...]:
    with house.work() as work:
        return tuple(
            work.session.scalar(select(func.count()).select_from(each)) or 0
            for each in (StoredFile, FileUpload, FileHolder)
        )


def contents(house: House) -> list[Path]:
    return sorted(each for each in house.instance.settings.files.rglob("*") if each.is_file())


def night(house: House, clock: Clock, days: int) -> None:
    timers.stand(house.instance)
    clock.forward(days=days)
    with house.work() as work:
        fire_timers(work)
    drain(house.instance)


def test_only_who_sent_a_file_in_may_attach_it_and_only_until_it_is_attached(house: House) -> None:
    file = put(house, "lina")
    found = seen(house, "lina", file.hash)
    assert found is not None
    assert File.of(found) == file
    assert seen(house, "wangqiang", file.hash) is None
    attach(house, "lina", answers(file))
    assert seen(house, "lina", file.hash) is None
    with house.reading("lina") as view:
        assert Lookups(view.session, None).find("file", file.hash) is None


def test_the_same_content_is_kept_once_and_nobody_learns_who_else_has_it(house: House) -> None:
    mine, theirs = put(house, "lina"), put(house, "wangqiang", name="另一份.pdf")
    assert mine.hash == theirs.hash
    assert len(contents(house)) == 1
    assert counts(house) == (1, 2, 0)
    assert seen(house, "wangqiang", mine.hash) is not None
    told = seen(house, "wangqiang", mine.hash)
    assert told is not None
    assert told["name"] == "另一份.pdf"


def test_sent_in_again_it_is_the_same_upload(house: House) -> None:
    put(house, "lina")
    assert put(house, "lina", name="改名.pdf").name == "改名.pdf"
    assert counts(house) == (1, 1, 0)


def test_two_at_once_leave_one_whole_content(house: House) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda who: put(house, who, PDF * 50), ("lina", "wangqiang")))
    assert made[0].hash == made[1].hash
    (path,) = contents(house)
    assert path.read_bytes() == PDF * 50
    assert counts(house) == (1, 2, 0)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in another way")
def test_contents_are_the_owners_alone(house: House) -> None:
    file = put(house, "lina")
    (path,) = contents(house)
    assert path.relative_to(house.instance.settings.files).as_posix() == f"{file.hash[:2]}/{file.hash[2:]}"
    assert path.stat().st_mode & 0o077 == 0


def test_an_entry_names_what_came_and_went_but_no_personal_name(house: House) -> None:
    paper, face = put(house, "lina"), put(house, "lina", image(), "身份证.png")
    attach(house, "lina", answers(paper, faces=(face,)))
    before = answers(paper, faces=(face,)).to_json()
    attach(house, "lina", answers(faces=(face,)), before)
    attach(house, "lina", answers(faces=(face,)), answers(faces=(face,)).to_json())
    first, second = entries(house, "files.changed")
    assert "合同.pdf" in first.body.decode()
    assert "身份证" not in first.body.decode()
    assert paper.hash[:12] in second.body.decode()
    stored = entries(house, "file.stored")
    assert [paper.hash in each.body.decode() for each in stored] == [True, False]
    assert "合同" not in stored[0].body.decode()


def test_a_lost_process_between_content_and_row_leaves_nothing_to_see(house: House, clock: Clock) -> None:
    vault = files.vault_of(house.instance.settings)
    arrived = files.receive(vault, unscanned, io.BytesIO(PDF), "合同.pdf", 1 << 20)
    with pytest.raises(RuntimeError), house.work("lina") as work:
        files.store(work, vault, arrived)
        raise RuntimeError("the process is lost here")
    assert counts(house) == (0, 0, 0)
    assert seen(house, "lina", arrived.file.hash) is None
    assert len(contents(house)) == 1
    begun = vault.incoming()
    os.utime(begun, (0, 0))
    night(house, clock, 1)
    assert contents(house) == [], "what no row knows and what was begun long ago goes at night"


def test_a_content_is_there_whole_or_not_at_all(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = files.vault_of(house.instance.settings)
    arrived = files.receive(vault, unscanned, io.BytesIO(PDF), "合同.pdf", 1 << 20)

    def full(handle: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"), house.work("lina") as work:
        files.store(work, vault, arrived)
    monkeypatch.undo()
    assert vault.open(arrived.file.hash) is None
    assert counts(house) == (0, 0, 0)


def test_what_nobody_attached_is_forgotten(house: House, clock: Clock) -> None:
    kept, waiting = put(house, "lina"), put(house, "lina", image(), "照片.png")
    attach(house, "lina", answers(kept))
    night(house, clock, 6)
    assert counts(house)[:2] == (2, 2), "within its days"
    put(house, "wangqiang", PDF)
    night(house, clock, 2)
    assert seen(house, "lina", waiting.hash) is None
    assert [path.name for path in contents(house)] == [kept.hash[2:]]
    (entry,) = entries(house, "file.forgotten")
    assert entry.subject_id == waiting.hash
    night(house, clock, 9)
    assert counts(house) == (1, 1, 1), "another's upload of an attached content goes without the content"
    assert len(entries(house, "file.forgotten")) == 1


def test_with_no_days_they_stay(house: House, clock: Clock) -> None:
    here = replace(house.instance, settings=replace(house.instance.settings, file_days=0))
    house.app.extensions[EXTENSION] = house.instance = here
    put(house, "lina")
    night(house, clock, 400)
    assert counts(house) == (1, 1, 0)


def test_what_a_deleted_draft_held_is_as_if_never_attached(house: House, clock: Clock) -> None:
    file = put(house, "lina")
    attach(house, "lina", answers(file))
    with house.work("lina") as work:
        files.release(work, SUBJECT)
    assert seen(house, "lina", file.hash) is not None
    night(house, clock, 8)
    assert counts(house) == (0, 0, 0)
    assert contents(house) == []


def test_nobody_fills_the_disk_with_what_they_never_attach(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_WAITING", 1)
    first = put(house, "lina")
    with pytest.raises(Invalid) as refused:
        put(house, "lina", image(), "照片.png")
    assert [problem.code for problem in refused.value.problems] == ["file.waiting"]
    put(house, "lina")
    put(house, "wangqiang", image(), "照片.png")
    attach(house, "lina", answers(first))
    put(house, "lina", image(), "照片.png")
