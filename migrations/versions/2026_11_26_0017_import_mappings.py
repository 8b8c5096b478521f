"""How columns of lists were matched with fields, remembered; what an import under way has written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app import db

revision = "0017_import_mappings"
down_revision = "0016_uploads_of_books"


def upgrade() -> None:
    op.add_column("uploads", sa.Column("mapping", db.Json(), nullable=True))
    op.create_table(
        "import_mappings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(length=80), nullable=False),
        sa.Column("heads", sa.String(length=64), nullable=False),
        sa.Column("columns", db.Json(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("used_at", db.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mappings")),
        sa.UniqueConstraint("target", "heads", name=op.f("uq_import_mappings_target_heads")),
    )
    op.create_table(
        "import_rows",
        sa.Column("upload_id", sa.String(length=32), nullable=False),
        sa.Column("row_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", db.Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name=op.f("fk_import_rows_upload_id_uploads"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "row_id", name=op.f("pk_import_rows")),
    )


def downgrade() -> None:
    op.drop_table("import_rows")
    op.drop_table("import_mappings")
    op.drop_column("uploads", "mapping")
