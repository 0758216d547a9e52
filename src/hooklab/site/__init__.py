"""What the pages of the course show by computation: rubric tables, the map, the menu."""
