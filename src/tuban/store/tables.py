"""The catalogue's tables, for SQLite and PostgreSQL alike.

All but `setting` only grow (triggers refuse change, see migrations).
Moments are text of fixed width (`clock.stamp`): both databases then keep and order them alike, to the
microsecond, and the trail hashes exactly what is stored.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

setting = Table(
    "setting",
    metadata,
    Column("key", String(64), nullable=False),
    Column("value", Text, nullable=False),  # JSON
    PrimaryKeyConstraint("key"),
)

trail = Table(
    "trail",
    metadata,
    Column("number", Integer, nullable=False, autoincrement=False),
    Column("at", String(27), nullable=False),
    Column("by", Text, nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("facts", Text, nullable=False),  # canonical JSON
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("number"),
    UniqueConstraint("hash"),
)

layer_version = Table(
    "layer_version",
    metadata,
    Column("code", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("file", Text, nullable=False),  # relative to the workspace, with forward slashes
    Column("rows", BigInteger, nullable=False),
    Column("crs", Text),
    Column("geometry", String(16), nullable=False),
    Column("west", Float(53)),
    Column("south", Float(53)),
    Column("east", Float(53)),
    Column("north", Float(53)),
    Column("area_m2", Float(53)),
    Column("columns", Text, nullable=False),  # JSON list
    Column("bytes", BigInteger, nullable=False),
    Column("source_name", Text, nullable=False),
    Column("source_sha256", String(64), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("act", Text, nullable=False),
    Column("recorded_at", String(27), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("sample", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("trail_number", Integer, ForeignKey("trail.number"), nullable=False),
    PrimaryKeyConstraint("code", "number"),
    UniqueConstraint("recorded_at"),
)

withdrawal = Table(
    "withdrawal",
    metadata,
    Column("code", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("recorded_at", String(27), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("trail_number", Integer, ForeignKey("trail.number"), nullable=False),
    PrimaryKeyConstraint("code", "number"),
    ForeignKeyConstraint(["code", "number"], ["layer_version.code", "layer_version.number"]),
)

run = Table(
    "run",
    metadata,
    Column("number", Integer, nullable=False, autoincrement=False),
    Column("kind", String(32), nullable=False),  # quality, consistency …
    Column("subject", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("rules_version", Text, nullable=False),
    Column("verdict", String(32), nullable=False),
    Column("counts", Text, nullable=False),  # JSON
    Column("head", Text, nullable=False),  # JSON: the result without its findings
    Column("file", Text, nullable=False),  # the findings, relative to the workspace
    Column("sha256", String(64), nullable=False),
    Column("recorded_at", String(27), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("trail_number", Integer, ForeignKey("trail.number"), nullable=False),
    PrimaryKeyConstraint("number"),
)

acceptance = Table(
    "acceptance",
    metadata,
    Column("number", Integer, nullable=False, autoincrement=False),
    Column("kind", String(32), nullable=False),
    Column("key", String(64), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("layer", Text, nullable=False),
    Column("objects", Text, nullable=False),  # JSON list
    Column("content", String(64), nullable=False),  # hash of what the objects were when it was accepted
    Column("message", Text, nullable=False),  # JSON: zh, en
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", Date, nullable=False),
    Column("run", Integer, ForeignKey("run.number"), nullable=False),
    Column("recorded_at", String(27), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("trail_number", Integer, ForeignKey("trail.number"), nullable=False),
    PrimaryKeyConstraint("number"),
)

acceptance_end = Table(
    "acceptance_end",
    metadata,
    Column("number", Integer, ForeignKey("acceptance.number"), nullable=False, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("recorded_at", String(27), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("trail_number", Integer, ForeignKey("trail.number"), nullable=False),
    PrimaryKeyConstraint("number"),
)

project = Table(
    "project",
    metadata,
    Column("code", String(64), nullable=False),
    Column("number", Integer, nullable=False),  # of the version of the record
    Column("state", String(32), nullable=False),
    Column("record", Text, nullable=False),  # JSON
    Column("shape", LargeBinary),  # WKB in `crs`
    Column("crs", String(16)),
    Column("recorded_at", String(27), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("trail_number", Integer, ForeignKey("trail.number"), nullable=False),
    PrimaryKeyConstraint("code", "number"),
)

verdict = Table(
    "verdict",
    metadata,
    Column("number", Integer, nullable=False, autoincrement=False),
    Column("project", String(64)),  # code of the project, where it has one
    Column("name", Text, nullable=False),
    Column("shape", LargeBinary, nullable=False),  # WKB in `crs`
    Column("crs", String(16), nullable=False),
    Column("asked", Text, nullable=False),  # JSON: attributes, packs, policy, overrides
    Column("on", Date, nullable=False),
    Column("known", String(27), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("body", Text, nullable=False),  # JSON: the whole result
    Column("site_sha256", String(64), nullable=False),
    Column("result_sha256", String(64), nullable=False),
    Column("recheck_of", Integer, ForeignKey("verdict.number")),
    Column("recorded_at", String(27), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("trail_number", Integer, ForeignKey("trail.number"), nullable=False),
    PrimaryKeyConstraint("number"),
)
