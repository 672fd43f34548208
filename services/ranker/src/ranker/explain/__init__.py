"""Explaining a ranking: propose, verify, find what holds, tell it; `reasons.py` is the way in."""
