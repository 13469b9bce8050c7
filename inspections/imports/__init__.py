"""Files that come in, by noun; each module registers its kind of file."""

from inspections.imports import checklists, inspections

__all__ = ["checklists", "inspections"]
