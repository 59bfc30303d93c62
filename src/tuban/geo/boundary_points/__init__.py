"""Boundary-point files of land approval (勘测定界界址点坐标交换文件): read loosely, write strictly.

The grammar is the common part of several writers in use; no official text was read. Local variants exist,
so whatever a reader had to bend is told as a remark.
"""

from tuban.geo.boundary_points.model import BoundaryFile, Plot, Point, Remark, Ring
from tuban.geo.boundary_points.reading import parse, read
from tuban.geo.boundary_points.writing import Style, text_of

__all__ = ["BoundaryFile", "Plot", "Point", "Remark", "Ring", "Style", "parse", "read", "text_of"]
