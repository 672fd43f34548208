"""Why, and why not: a movie's place in the whole order or the rule that keeps it out, and what would change that.

`explaining.py` is the way in. `exclusion.py` names the rule, `nearest.py` the retrieval source that came closest,
`gap.py` the distance to the last movie of the list; `entering.py` and `leaving.py` search for the smallest change of
the person's ratings that moves the movie across that line. Each change is verified by ranking again (`trials.py`).
"""
