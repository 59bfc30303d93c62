"""Runs of checks with their findings, and the register of exceptions (例外); all of it only grows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

FROZEN = ("run", "acceptance", "acceptance_end")


def upgrade() -> None:
    """Create the tables and their triggers."""
    op.create_table(
        "run",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("rules_version", sa.Text, nullable=False),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("trail_number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_run"),
        sa.ForeignKeyConstraint(["trail_number"], ["trail.number"], name="fk_run_trail_number"),
    )
    op.create_table(
        "acceptance",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("layer", sa.Text, nullable=False),
        sa.Column("objects", sa.Text, nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("trail_number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_acceptance"),
        sa.ForeignKeyConstraint(["run"], ["run.number"], name="fk_acceptance_run"),
        sa.ForeignKeyConstraint(["trail_number"], ["trail.number"], name="fk_acceptance_trail_number"),
    )
    op.create_table(
        "acceptance_end",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("trail_number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_acceptance_end"),
        sa.ForeignKeyConstraint(["number"], ["acceptance.number"], name="fk_acceptance_end_number"),
        sa.ForeignKeyConstraint(["trail_number"], ["trail.number"], name="fk_acceptance_end_trail_number"),
    )
    for statement in {"sqlite": _sqlite, "postgresql": _postgresql}[op.get_bind().dialect.name]():
        op.get_bind().exec_driver_sql(statement, execution_options={"no_parameters": True})


def _sqlite() -> list[str]:
    frozen = [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} only grows: {verb} refused'); END"
        for table in FROZEN
        for verb in ("UPDATE", "DELETE")
    ]
    unique = [
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE number = NEW.number) "
        f"BEGIN SELECT RAISE(ABORT, '{table} only grows: REPLACE refused'); END"
        for table in FROZEN
    ]
    return [*frozen, *unique]


def _postgresql() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION tuban_refuse()"
        for table in FROZEN
    ]
