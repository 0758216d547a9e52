"""A class: what learners hand in, graded many at a time, kept in a gradebook and reported."""
