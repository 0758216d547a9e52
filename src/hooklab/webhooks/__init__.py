"""Reading a signed delivery, for every exercise but the one in which you write this yourself."""

from hooklab.webhooks.receiving import Event, read_event

__all__ = ["Event", "read_event"]
