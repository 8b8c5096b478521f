"""Customers that are demo data are marked at their birth, and alone may go with all that was judged of them."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from app import db

revision = "0018_demo_marks"
down_revision = "0017_import_mappings"

# Insert-only tables with the condition under which a row of theirs is about a demo customer.
OF_DEMO = {
    "ratings": "SELECT 1 FROM demo_customers d WHERE d.customer_id = OLD.customer_id",
    "case_events": "SELECT 1 FROM cases c JOIN demo_customers d ON d.customer_id = c.customer_id WHERE c.id = OLD.case_id",
    "decisions": "SELECT 1 FROM cases c JOIN demo_customers d ON d.customer_id = c.customer_id WHERE c.id = OLD.case_id",
}
# A mark is put on before anybody has judged the customer: an own one with a past can never be made a demo one.
JUDGED = " OR ".join(f"EXISTS (SELECT 1 FROM {each} WHERE customer_id = NEW.customer_id)" for each in ("ratings", "cases"))
TOO_LATE = "only a customer nobody has judged yet can be marked as demo data"


def upgrade() -> None:
    op.create_table(
        "demo_customers",
        sa.Column("customer_id", sa.String(length=32), nullable=False),
        sa.Column("at", db.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_demo_customers")),
    )
    # Until now only the demo stored customers of this source.
    op.execute(
        "INSERT INTO demo_customers (customer_id, at) SELECT id, created_at FROM customers WHERE source = 'portfolio'"
    )
    for statement in _postgresql() if op.get_bind().dialect.name == "postgresql" else _sqlite():
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in OF_DEMO:
            op.execute(f"DROP TRIGGER {table}_keep ON {table}")
            op.execute(
                f"CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION "
                "refuse_change()"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_keep")
            op.execute(f"DROP FUNCTION keep_{table}()")
    else:
        for table in OF_DEMO:
            op.execute(f"DROP TRIGGER {table}_no_delete")
            op.execute(_sqlite_no_delete(table, ""))
    op.drop_table("demo_customers")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION keep_demo_mark()")


def _sqlite_no_delete(table: str, unless: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {unless} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
    )


def _sqlite() -> Iterator[str]:
    for table, found in OF_DEMO.items():
        yield f"DROP TRIGGER {table}_no_delete"
        yield _sqlite_no_delete(table, f"WHEN NOT EXISTS ({found})")
    for act in ("UPDATE", "DELETE"):
        yield _sqlite_mark(act.lower(), f"BEFORE {act}", "", "demo_customers is insert-only")
    same = "WHEN EXISTS (SELECT 1 FROM demo_customers WHERE customer_id = NEW.customer_id)"
    yield _sqlite_mark("replace", "BEFORE INSERT", same, "demo_customers is insert-only")
    yield _sqlite_mark("late", "BEFORE INSERT", f"WHEN {JUDGED}", TOO_LATE)


def _sqlite_mark(name: str, moment: str, when: str, why: str) -> str:
    return (
        f"CREATE TRIGGER demo_customers_no_{name} {moment} ON demo_customers {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def _postgresql() -> Iterator[str]:
    for table, found in OF_DEMO.items():
        yield (
            f"CREATE FUNCTION keep_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' AND EXISTS ({found}) THEN RETURN OLD; END IF; "
            f"RAISE EXCEPTION '{table} is insert-only' USING ERRCODE = 'restrict_violation'; END $$"
        )
        yield f"DROP TRIGGER {table}_keep ON {table}"
        yield (
            f"CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION keep_{table}()"
        )
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_keep"
    yield (
        "CREATE FUNCTION keep_demo_mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {JUDGED} THEN RAISE EXCEPTION '{TOO_LATE}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$"
    )
    yield "CREATE TRIGGER demo_customers_late BEFORE INSERT ON demo_customers FOR EACH ROW EXECUTE FUNCTION keep_demo_mark()"
    changed = "FUNCTION refuse_change()"
    yield f"CREATE TRIGGER demo_customers_keep BEFORE UPDATE OR DELETE ON demo_customers FOR EACH ROW EXECUTE {changed}"
    yield f"CREATE TRIGGER demo_customers_keep_all BEFORE TRUNCATE ON demo_customers FOR EACH STATEMENT EXECUTE {changed}"
    for name in ("late", "keep", "keep_all"):
        yield f"ALTER TABLE demo_customers ENABLE ALWAYS TRIGGER demo_customers_{name}"
