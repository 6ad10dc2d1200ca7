"""Explorers: controls wired to a model and a figure."""
