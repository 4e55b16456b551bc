"""Simulations with known differences: whether the tests and gates keep what they promise."""
