"""Triggers that keep history: insert-only tables, and published Definitions that never change.

What each one answers to was measured (trust.md T11): SQLite's REPLACE slips past UPDATE and DELETE triggers unless a
BEFORE INSERT trigger refuses an existing key; PostgreSQL's replica mode skips triggers that are not ENABLE ALWAYS,
and TRUNCATE needs a statement trigger of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

INSERT_ONLY: dict[str, tuple[tuple[str, ...], ...]] = {
    # table: every key whose repetition would be a replacement
    "entries": (("id",), ("subject_type", "subject_id", "subject_seq")),
    "leaves": (("idx",), ("entry_id",)),
    "tree_nodes": (("level", "idx"),),
    "checkpoints": (("size",),),
    "case_events": (("id",), ("case_id", "seq")),
    "decisions": (("id",),),
    "ratings": (("id",),),
}
# Columns of a Definition that stay as they were published. Later migrations add to them by `renew_definitions`.
FROZEN = (
    "kind",
    "key",
    "version",
    "title",
    "body",
    "fingerprint",
    "links",
    "based_on",
    "authors",
    "created_by",
    "created_at",
    "published_by",
    "published_at",
)


def create(dialect: str) -> Iterator[str]:
    yield from (_postgresql() if dialect == "postgresql" else _sqlite())


def drop(dialect: str) -> Iterator[str]:
    if dialect == "postgresql":
        for table in (*INSERT_ONLY, "definitions"):
            yield f"DROP TRIGGER {table}_keep ON {table}"
            yield f"DROP TRIGGER {table}_keep_all ON {table}"
        yield "DROP FUNCTION refuse_change()"
        yield "DROP FUNCTION keep_definition()"
        return
    for table in INSERT_ONLY:
        for act in ("update", "delete", "replace"):
            yield f"DROP TRIGGER {table}_no_{act}"
    for act in ("update", "delete", "replace"):
        yield f"DROP TRIGGER definitions_no_{act}"


def _sqlite() -> Iterator[str]:
    for table, keys in INSERT_ONLY.items():
        for act in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
            )
        same = " OR ".join("(" + " AND ".join(f"{c} = NEW.{c}" for c in key) + ")" for key in keys)
        yield (
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
        )
    yield _sqlite_definitions(FROZEN)
    yield (
        "CREATE TRIGGER definitions_no_delete BEFORE DELETE ON definitions WHEN OLD.status <> 'draft' "
        "BEGIN SELECT RAISE(ABORT, 'a published definition never changes'); END"
    )
    yield (
        "CREATE TRIGGER definitions_no_replace BEFORE INSERT ON definitions WHEN EXISTS (SELECT 1 FROM definitions WHERE "
        "id = NEW.id OR (kind = NEW.kind AND key = NEW.key AND version = NEW.version)) "
        "BEGIN SELECT RAISE(ABORT, 'a published definition never changes'); END"
    )


def _sqlite_definitions(frozen: Sequence[str]) -> str:
    changed = " OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in frozen)
    return (
        "CREATE TRIGGER definitions_no_update BEFORE UPDATE ON definitions WHEN OLD.status <> 'draft' AND "
        f"({changed} OR NEW.id IS NOT OLD.id OR NEW.status = 'draft' OR (OLD.status = 'retired' AND NEW.status <> 'retired')) "
        "BEGIN SELECT RAISE(ABORT, 'a published definition never changes'); END"
    )


def renew_definitions(dialect: str, frozen: Sequence[str]) -> Iterator[str]:
    """The guard of published Definitions anew, over these columns."""
    if dialect == "postgresql":
        yield _postgresql_definitions(frozen)
        return
    yield "DROP TRIGGER definitions_no_update"
    yield _sqlite_definitions(frozen)


def _postgresql() -> Iterator[str]:
    yield (
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
    )
    yield _postgresql_definitions(FROZEN)
    for table in INSERT_ONLY:
        yield f"CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    yield "CREATE TRIGGER definitions_keep BEFORE UPDATE OR DELETE ON definitions FOR EACH ROW EXECUTE FUNCTION keep_definition()"
    for table in (*INSERT_ONLY, "definitions"):
        yield f"CREATE TRIGGER {table}_keep_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_keep"
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_keep_all"


def _postgresql_definitions(frozen: Sequence[str]) -> str:
    changed = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in frozen)
    return (
        "CREATE OR REPLACE FUNCTION keep_definition() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' THEN IF OLD.status = 'draft' THEN RETURN OLD; END IF; "
        "ELSIF OLD.status = 'draft' THEN RETURN NEW; "
        f"ELSIF NOT ({changed} OR NEW.id <> OLD.id OR NEW.status = 'draft' OR (OLD.status = 'retired' AND NEW.status <> 'retired')) "
        "THEN RETURN NEW; END IF; "
        "RAISE EXCEPTION 'a published definition never changes' USING ERRCODE = 'restrict_violation'; END $$"
    )
