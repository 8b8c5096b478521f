"""What /me tells."""

from __future__ import annotations

from app.api import fields


class MeSchema(fields.Schema):
    """`rights`: right → whose rows (own, department, tree, all)."""

    id = fields.Text()
    username = fields.Text()
    name = fields.Text()
    roles = fields.Many(fields.Text())
    posts = fields.Many(fields.Text())
    rights = fields.Document()
