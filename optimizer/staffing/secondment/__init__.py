"""Secondments as one whole-number model for a province, and the people who go."""
