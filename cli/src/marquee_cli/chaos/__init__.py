"""Faults injected at random under steady traffic, and the invariants that have to hold after each of them."""
