"""What the pages of the course are computed from, for the site and for a terminal."""
