"""Pages that a command serves to one browser on this machine: who is let in, and how they look."""
