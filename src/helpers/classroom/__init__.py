"""Grading a class: many submissions, whatever state they are in."""
