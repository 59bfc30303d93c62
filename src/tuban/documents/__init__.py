"""Plan documents: their text with the place of everything, their tables, their quantities."""

from tuban.documents.document import Document, Line, RawTable
from tuban.documents.read import SUFFIXES, read, read_bytes

__all__ = ["SUFFIXES", "Document", "Line", "RawTable", "read", "read_bytes"]
