"""A course on receiving webhooks, with graders that are the other side of the wire."""

__version__ = "0.1.0"
