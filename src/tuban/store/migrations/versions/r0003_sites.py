"""The project library and the verdicts of compliance reviews; both only grow."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables and their triggers."""
    op.create_table(
        "project",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("shape", sa.LargeBinary),
        sa.Column("crs", sa.String(16)),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("trail_number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("code", "number", name="pk_project"),
        sa.ForeignKeyConstraint(["trail_number"], ["trail.number"], name="fk_project_trail_number"),
    )
    op.create_table(
        "verdict",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("project", sa.String(64)),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("shape", sa.LargeBinary, nullable=False),
        sa.Column("crs", sa.String(16), nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("known", sa.String(27), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("site_sha256", sa.String(64), nullable=False),
        sa.Column("result_sha256", sa.String(64), nullable=False),
        sa.Column("recheck_of", sa.Integer),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("trail_number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_verdict"),
        sa.ForeignKeyConstraint(["recheck_of"], ["verdict.number"], name="fk_verdict_recheck_of"),
        sa.ForeignKeyConstraint(["trail_number"], ["trail.number"], name="fk_verdict_trail_number"),
    )
    for statement in {"sqlite": _sqlite, "postgresql": _postgresql}[op.get_bind().dialect.name]():
        op.get_bind().exec_driver_sql(statement, execution_options={"no_parameters": True})


_KEYS = {"project": "code = NEW.code AND number = NEW.number", "verdict": "number = NEW.number"}


def _sqlite() -> list[str]:
    frozen = [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} only grows: {verb} refused'); END"
        for table in _KEYS
        for verb in ("UPDATE", "DELETE")
    ]
    unique = [
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} only grows: REPLACE refused'); END"
        for table, key in _KEYS.items()
    ]
    return [*frozen, *unique]


def _postgresql() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION tuban_refuse()"
        for table in _KEYS
    ]
