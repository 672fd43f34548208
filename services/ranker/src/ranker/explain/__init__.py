"""Explaining a ranking: propose, verify, phrase; `reasons.py` is the way in."""
