"""Judges a roster folder from its files alone: standard library, own reader, own arithmetic.

The door is ``optimizer.checking.roster.judge.check_roster``. Rules carry the names of their twins
in the planner; they are written from ``docs/roster.md``.
"""
