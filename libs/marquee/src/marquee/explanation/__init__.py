"""Why a score is what it is: its additive parts."""
