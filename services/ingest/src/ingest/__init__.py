"""Reads and validates MovieLens data sets, and accepts live ratings."""
