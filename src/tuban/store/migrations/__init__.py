"""How the catalogue came to look as it does: Alembic revisions, shipped with the package."""
