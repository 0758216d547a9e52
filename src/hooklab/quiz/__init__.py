"""The quiz that ends the course: its bank of questions, a draw from it, and packages for an LMS."""
