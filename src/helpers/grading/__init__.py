"""Checking answers, in lessons and in homework."""
