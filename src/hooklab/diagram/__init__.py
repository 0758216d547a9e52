"""Sequence diagrams: a story drawn as SVG, with the same story as a table beside it.

It is one picture for every place: its colours follow the theme of the page around it, and it
refers to nothing outside itself.
"""

from hooklab.diagram.figure import figure

__all__ = ["figure"]
