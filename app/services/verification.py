"""The ledger verified where it lies, row by row against its checkpoints, and trail files that somebody brings."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

from sqlalchemy import Connection, func, select

from app.db import Database
from app.models.ledger import Checkpoint, Entry, Leaf, TreeNode
from app.services import states
from app.services.keyring import Keyring
from app.services.ledger import public_key, search_columns
from app.work import SYSTEM_SUBJECT, Verb, Work
from ledger import Finding, Key, Report, Row, TrustedKey, verify_bundle, verify_log

BATCH = 1000
MOST_NOTES = 5000
KEPT_FINDINGS = 100
UNPACKED = 256 * 2**20  # bytes a trail file may unpack to on a page; larger ones are for the command line
SHOWN = 200

Progress = Callable[[int], None]


def size_of(database: Database) -> int:
    """How many entries there are to verify."""
    with database.read.connect() as connection:
        last = connection.scalar(select(func.max(Leaf.idx)))
        return 0 if last is None else last + 1


def verify_database(
    database: Database, keys: Keyring, origin: str, *, anchored: str | None = None, progress: Progress | None = None
) -> Report:
    """Every row as the database holds it now, in one snapshot; `progress` is told how many are done.

    What Definitions are in force is compared with what entries lead to; cases and customers are, in trail files.
    """
    key = public_key(keys, origin)
    engine = database.read
    if not database.is_sqlite:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection, connection.begin():
        rows = _Rows(connection, progress)
        report = verify_log(
            rows.all(), _notes(connection), [key], node=rows.node, derive=_derived,
            states=states.of_definitions(connection), anchored=anchored,
        )  # fmt: skip
    for finding in rows.findings:
        report.add(finding.code, **finding.params)
    return report


def _notes(connection: Connection) -> list[str]:
    """All checkpoints, or where there are very many an even choice of them with the last one."""
    sizes = connection.scalars(select(Checkpoint.size).order_by(Checkpoint.size)).all()
    step = max(1, -(-len(sizes) // MOST_NOTES))
    wanted = {*sizes[::step], *sizes[-1:]}
    rows = connection.execute(select(Checkpoint.size, Checkpoint.note).order_by(Checkpoint.size))
    return [row.note for row in rows if row.size in wanted]


def _derived(members: Mapping[str, Any]) -> Mapping[str, Any]:
    """The columns by which entries are found must lead to them: an entry hidden from a search is a finding too."""
    detail = members["detail"]
    if not isinstance(detail, dict):
        return {}
    found = search_columns(members["subject_type"], members["subject_id"], detail)
    return {"actor_name": detail.get("by"), **found}


class _Rows:
    """Entries in ledger order with what repeats them: the tree's own leaf hash, and the columns for searching."""

    def __init__(self, connection: Connection, progress: Progress | None) -> None:
        self._connection = connection
        self._progress = progress
        self._node: tuple[int, bytes | None] = (-1, None)
        self.findings: list[Finding] = []

    def node(self, index: int) -> bytes | None:
        """The leaf hash in the tree's table for the row given out last."""
        return self._node[1] if self._node[0] == index else None

    def all(self) -> Iterator[Row]:
        placed = (
            select(Leaf.idx, TreeNode.hash, Entry.__table__)
            .join(Entry, Entry.id == Leaf.entry_id, isouter=True)
            .join(TreeNode, (TreeNode.level == 0) & (TreeNode.idx == Leaf.idx), isouter=True)
            .order_by(Leaf.idx)
        )
        waiting = select(Entry.__table__).join(Leaf, Leaf.entry_id == Entry.id, isouter=True)
        done = 0
        for found in self._stream(placed):
            if found.id is None:
                continue  # a place without an entry: the gap is reported
            self._node = (found.idx, None if found.hash is None else bytes(found.hash))
            if found.hash is None:
                self._add(found, found.idx, "tree_nodes.hash")
            yield self._row(found, found.idx)
            done += 1
            if self._progress is not None and done % BATCH == 0:
                self._progress(done)
        for found in self._stream(waiting.where(Leaf.idx.is_(None)).order_by(Entry.id)):
            yield self._row(found, None)

    def _stream(self, query: Any) -> Iterator[Any]:
        yield from self._connection.execute(query.execution_options(yield_per=BATCH))

    def _row(self, found: Any, index: int | None) -> Row:
        columns = {
            "subject_type": found.subject_type,
            "subject_id": found.subject_id,
            "subject_seq": found.subject_seq,
            "ts": found.ts.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "actor": found.actor,
            "verb": found.verb,
            "request_id": found.request_id,
            "prev": bytes(found.prev_hash).hex(),
            "actor_name": found.actor_name,
            "customer_id": found.customer_id,
            "case_id": found.case_id,
        }
        return Row(index, bytes(found.body), bytes(found.leaf_hash), columns)

    def _add(self, found: Any, index: int | None, column: str) -> None:
        place: dict[str, Any] = {"subject_type": found.subject_type, "subject_id": found.subject_id}
        place["seq"] = found.subject_seq
        place |= {"index": "-" if index is None else index, "column": column}
        self.findings.append(Finding("row.column", place))


def verify_file(source: IO[bytes], key: Key, *, anchored: str | None = None) -> Report:
    """A trail file against our own public key. One that would unpack to more than 256 MiB is not read here."""
    try:
        with zipfile.ZipFile(source) as archive:
            unpacked = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, struct.error, EOFError, OSError, ValueError, RuntimeError):
        unpacked = 0  # no zip: the verifier says so properly
    if unpacked > UNPACKED:
        report = Report()
        report.add("file.too_large", name="zip")
        return report
    source.seek(0)
    return verify_bundle(source, [TrustedKey(key)], anchored)


def outcome(report: Report, *, anchored: bool) -> dict[str, Any]:
    """What is kept of a verification: the verdict, what it covered, and the first findings with their places."""
    return {
        "verdict": report.verdict,
        "entries": report.entries,
        "subjects": report.subjects,
        "size": report.size,
        "root": report.root,
        "unsealed": report.unsealed,
        "anchored": anchored,
        "findings": [
            {"code": each.code, "params": _plain(each.params)} for each in report.findings[:KEPT_FINDINGS]
        ],
        "more": max(0, len(report.findings) - KEPT_FINDINGS) + report.unlisted,
    }


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """JSON-safe and short, whatever stood in the rows."""
    return {
        name: value if isinstance(value, int) else str(value)[:SHOWN].encode("utf-8", "replace").decode()
        for name, value in params.items()
        if value is not None
    }


def record(work: Work, found: Mapping[str, Any]) -> None:
    """Keep the outcome in the ledger itself: when it was last verified is part of the trail."""
    work.record(Verb.TRAIL_VERIFIED, SYSTEM_SUBJECT, found)
