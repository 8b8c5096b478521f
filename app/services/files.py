"""Files come in, are attached to records, and are forgotten when nobody ever attached them; the only writer of both.

A content is judged and written before the transaction that makes it known, and takes its place inside it: a row
without its content, or half a content under a hash, cannot be seen by anybody.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.orm import Session

from app.access import Viewer
from app.db import insert_into, new_id
from app.models.file import FileHolder, FileUpload, StoredFile
from app.services.files_content import clean_name, type_of
from app.services.files_images import FORMATS, remade
from app.services.files_scan import Scanner
from app.services.files_vault import DiskVault, Vault
from app.work import Subject, Verb, Work
from config import Settings
from forms import Answers, Field
from forms.fields.files import OF, File
from forms.files import files_of, signed
from ledger import canonical
from rules import Invalid, Problem

__all__ = ["OF", "Arrived", "File", "attach", "drop", "dropped", "forget", "found", "receive", "release", "sign",
           "store", "sweep", "unknown", "vault_of"]

PIECE = 1 << 18
UNKEPT_SECONDS = 24 * 3600
MOST_WAITING = 500  # files one person may have sent in and not attached, lest one fills the disk


@dataclass(frozen=True, slots=True)
class Arrived:
    """A content that was judged and waits on the disk to be made known."""

    path: Path
    file: File


def vault_of(settings: Settings) -> Vault:
    return DiskVault(settings.files)


def receive(vault: Vault, scan: Scanner, stream: BinaryIO, filename: str, most: int) -> Arrived:
    """Take a content in, piece by piece, and judge it; Invalid where it may not stay. `most` is in bytes.

    Images are made anew, so that their hash is that of what is kept and not of what was sent.
    """
    name = clean_name(filename)
    path = vault.incoming()
    try:
        _written(stream, path, name, most)
        type = type_of(path, name)
        scan(path, name)
        width, height = remade(path, type, name) if type in FORMATS else (None, None)
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
        return Arrived(path, File(digest.hexdigest(), name, path.stat().st_size, type, width, height))
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _written(stream: BinaryIO, path: Path, name: str, most: int) -> None:
    left = most
    with path.open("wb") as out:
        while piece := stream.read(PIECE):
            left -= len(piece)
            if left < 0:
                raise Invalid([Problem("file.over_size", params={"name": name, "max": most >> 20})])
            out.write(piece)


def store(work: Work, vault: Vault, arrived: Arrived) -> File:
    """Make a content known as sent in by this person; the same again, not yet attached, is the same upload."""
    file = arrived.file
    row = {"size": file.size, "type": file.type, "width": file.width, "height": file.height, "stored_at": work.now}
    made = insert_into(work.session, StoredFile).values(hash=file.hash, **row).on_conflict_do_nothing()
    work.session.execute(made)
    mine = (FileUpload.by == work.viewer.id) & (FileUpload.hash == file.hash) & FileUpload.attached_at.is_(None)
    known = work.session.scalar(select(FileUpload).where(mine).limit(1))
    if known is None:
        waiting = select(func.count()).where(FileUpload.by == work.viewer.id, FileUpload.attached_at.is_(None))
        if (work.session.scalar(waiting) or 0) >= MOST_WAITING:
            raise Invalid([Problem("file.waiting", params={"name": file.name, "max": MOST_WAITING})])
        work.session.add(FileUpload(id=new_id(), hash=file.hash, name=file.name, by=work.viewer.id, at=work.now))
    else:
        known.name, known.at = file.name, work.now
    work.session.flush()
    vault.keep(arrived.path, file.hash)  # the row is held now: whoever forgets it waits, and finds it in use
    # Of the name only the record that holds the file speaks: it may be personal.
    work.record(
        Verb.FILE_STORED, Subject("file", file.hash), {"sha256": file.hash, "size": file.size, "type": file.type}
    )
    return file


def dropped(arrived: Arrived) -> None:
    """Throw a content away that nobody will make known."""
    with suppress(OSError):
        arrived.path.unlink(missing_ok=True)


def found(session: Session, viewer: Viewer | None, hash: str) -> Mapping[str, Any] | None:
    """What this person may attach: a content they sent in themselves and did not attach yet."""
    if viewer is None:
        return None
    query = (
        select(
            StoredFile.hash, StoredFile.size, StoredFile.type, StoredFile.width, StoredFile.height, FileUpload.name
        )
        .join(FileUpload, FileUpload.hash == StoredFile.hash)
        .where(FileUpload.hash == hash, FileUpload.by == viewer.id, FileUpload.attached_at.is_(None))
        .order_by(FileUpload.at.desc(), FileUpload.id)
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else dict(row._mapping)


def sign(work: Work, answers: Answers, writable: Collection[str] | None = None) -> Answers:
    """The answers with every signature given in them bound to this person, this moment, and what they hold."""
    who = (work.actor.id, work.actor.name)
    return signed(answers, who=who, now=work.local, digest=canonical.fingerprint, writable=writable)


def attach(work: Work, subject: Subject, answers: Answers, before: Mapping[str, Any]) -> None:
    """Note which files a record holds now that its stored answers were `before`; an entry names what came and went."""
    form = answers.form
    new = {(field.key, file.hash): (field, file) for field, file in files_of(form, answers.typed)}
    was = Answers.from_json(form, before, work.zone).typed if before else {}
    old = {(field.key, file.hash): (field, file) for field, file in files_of(form, was)}
    added, removed = ([each for key, each in some.items() if key not in others]
                      for some, others in ((new, old), (old, new)))
    if not added and not removed:
        return
    for hash in dict.fromkeys(file.hash for _, file in added):
        row = {"hash": hash, "subject_type": subject.type, "subject_id": subject.id}
        held = insert_into(work.session, FileHolder).values(**row, by=work.actor.id, at=work.now)
        work.session.execute(held.on_conflict_do_nothing())
        mine = (FileUpload.hash == hash) & (FileUpload.by == work.actor.id) & FileUpload.attached_at.is_(None)
        work.session.execute(
            update(FileUpload).where(mine).values(attached_at=work.now).execution_options(synchronize_session=False)
        )
    work.record(Verb.FILES_CHANGED, subject, {"added": _told(added), "removed": _told(removed)})


def _told(some: Iterable[tuple[Field, File]]) -> list[dict[str, str]]:
    """Files as an entry names them: hash and name, of a personal field the hash alone."""
    return [{"hash": file.hash} if field.personal else {"hash": file.hash, "name": file.name} for field, file in some]


def release(work: Work, subject: Subject) -> None:
    """A record is deleted that nobody but its author saw: its files are as if they had never been attached."""
    mine = (FileHolder.subject_type == subject.type) & (FileHolder.subject_id == subject.id)
    hashes = work.session.scalars(select(FileHolder.hash).where(mine)).all()
    work.session.execute(delete(FileHolder).where(mine).execution_options(synchronize_session=False))
    own = FileUpload.hash.in_(hashes) & (FileUpload.by == work.actor.id)
    work.session.execute(update(FileUpload).where(own).values(attached_at=None).execution_options(synchronize_session=False))


def forget(work: Work, days: int, most: int) -> int:
    """Forget up to `most` uploads of more than `days` ago that were never attached; returns how many there were.

    What nobody else holds or sent in is no longer known then; `drop` takes such contents from the disk afterwards.
    """
    late = FileUpload.attached_at.is_(None) & (FileUpload.at < work.now - timedelta(days=days))
    rows = work.session.scalars(select(FileUpload).where(late).order_by(FileUpload.at, FileUpload.id).limit(most)).all()
    for row in rows:
        work.session.delete(row)
    work.session.flush()
    for hash in dict.fromkeys(row.hash for row in rows):
        others = (select(each.hash).where(each.hash == hash).limit(1) for each in (FileHolder, FileUpload))
        if any(work.session.scalar(query) is not None for query in others):
            continue
        mine = delete(StoredFile).where(StoredFile.hash == hash)
        work.session.execute(mine.execution_options(synchronize_session=False))
        work.record(Verb.FILE_FORGOTTEN, Subject("file", hash), {"sha256": hash, "days": days})
    return len(rows)


def drop(work: Work, vault: Vault, hash: str) -> bool:
    """Drop a content no row knows. The row is claimed meanwhile, so that whoever sends it in just now waits.

    The claim is written past the session: it is gone again at the end, and nothing changed that an entry could tell.
    """
    table = cast(Table, StoredFile.__table__)
    claim = {"hash": hash, "size": 0, "type": "", "stored_at": work.now}
    claimed = work.session.execute(
        insert_into(work.session, table).values(**claim).on_conflict_do_nothing().returning(table.c.hash)
    )
    if claimed.scalar_one_or_none() is None:
        return False
    vault.drop(hash)
    work.session.execute(table.delete().where(table.c.hash == hash))
    return True


def unknown(session: Session, vault: Vault) -> list[str]:
    """Contents on the disk that no row knows: a process was lost between the two."""
    there = list(vault.hashes())
    known: set[str] = set()
    for start in range(0, len(there), 500):
        query = select(StoredFile.hash).where(StoredFile.hash.in_(there[start : start + 500]))
        known.update(session.scalars(query))
    return [hash for hash in there if hash not in known]


def sweep(vault: Vault) -> None:
    """Delete what was begun to be sent in a day ago and never judged."""
    vault.sweep(time.time() - UNKEPT_SECONDS)
