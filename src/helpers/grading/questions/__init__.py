"""The questions of each lesson, a module a lesson."""
