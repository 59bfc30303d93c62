"""The first catalogue: settings, trail, layer versions, withdrawals, and triggers that keep them as written.

The tables are written out here rather than taken from `tables.py`: a revision must not change when they do.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

GENESIS = "0" * 64
FROZEN = ("trail", "layer_version", "withdrawal")


def upgrade() -> None:
    """Create the tables and their triggers."""
    op.create_table(
        "setting",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_setting"),
    )
    op.create_table(
        "trail",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_trail"),
        sa.UniqueConstraint("hash", name="uq_trail_hash"),
    )
    op.create_table(
        "layer_version",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("crs", sa.Text),
        sa.Column("geometry", sa.String(16), nullable=False),
        *(sa.Column(side, sa.Float(53)) for side in ("west", "south", "east", "north")),
        sa.Column("area_m2", sa.Float(53)),
        sa.Column("columns", sa.Text, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("source_name", sa.Text, nullable=False),
        sa.Column("source_sha256", sa.String(64), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("sample", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("trail_number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("code", "number", name="pk_layer_version"),
        sa.UniqueConstraint("recorded_at", name="uq_layer_version_recorded_at"),
        sa.ForeignKeyConstraint(["trail_number"], ["trail.number"], name="fk_layer_version_trail_number"),
    )
    op.create_table(
        "withdrawal",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("trail_number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("code", "number", name="pk_withdrawal"),
        sa.ForeignKeyConstraint(["trail_number"], ["trail.number"], name="fk_withdrawal_trail_number"),
        sa.ForeignKeyConstraint(
            ["code", "number"],
            ["layer_version.code", "layer_version.number"],
            name="fk_withdrawal_code_number",
        ),
    )
    triggers = {"sqlite": _sqlite_triggers, "postgresql": _postgresql_triggers}
    for statement in triggers[op.get_bind().dialect.name]():
        # Straight to the driver, and without parameters: a percent sign in the text means itself.
        op.get_bind().exec_driver_sql(statement, execution_options={"no_parameters": True})


def _sqlite_triggers() -> list[str]:
    frozen = [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} only grows: {verb} refused'); END"
        for table in FROZEN
        for verb in ("UPDATE", "DELETE")
    ]
    # Also stops INSERT OR REPLACE, which would delete without asking the DELETE trigger.
    follows = (
        "CREATE TRIGGER trail_follows BEFORE INSERT ON trail "
        "WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM trail) "
        "OR NEW.previous IS NOT coalesce((SELECT hash FROM trail ORDER BY number DESC LIMIT 1), "
        f"'{GENESIS}') "
        "BEGIN SELECT RAISE(ABORT, 'trail only grows at its end: INSERT refused'); END"
    )
    unique = [
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE code = NEW.code AND number = NEW.number) "
        f"BEGIN SELECT RAISE(ABORT, '{table} only grows: REPLACE refused'); END"
        for table in ("layer_version", "withdrawal")
    ]
    return [*frozen, follows, *unique]


def _postgresql_triggers() -> list[str]:
    refuse = (
        "CREATE FUNCTION tuban_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP; END $$"
    )
    frozen = [
        f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION tuban_refuse()"
        for table in FROZEN
    ]
    follows = (
        "CREATE FUNCTION tuban_trail_follows() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN IF NEW.number IS DISTINCT FROM (SELECT coalesce(max(number), 0) + 1 FROM trail) "
        "OR NEW.previous IS DISTINCT FROM coalesce((SELECT hash FROM trail ORDER BY number DESC LIMIT 1), "
        f"'{GENESIS}') "
        "THEN RAISE EXCEPTION 'trail only grows at its end: INSERT refused'; END IF; RETURN NEW; END $$"
    )
    bound = (
        "CREATE TRIGGER trail_follows BEFORE INSERT ON trail "
        "FOR EACH ROW EXECUTE FUNCTION tuban_trail_follows()"
    )
    return [refuse, *frozen, follows, bound]
