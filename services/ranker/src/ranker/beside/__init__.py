"""What a ranker does beside its answers: it counts what a model does to users, and ranks with a shadow.

`watch.py` is what the routes and the service see. `tally.py` counts, `looking.py` ranks again what was answered, one
at a time and only while nobody waits, `reporting.py` tells the trainer, which decides (docs/adr/0021).
"""
