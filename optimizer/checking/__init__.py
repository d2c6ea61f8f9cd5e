"""Judges a plan folder from files alone: own reader, own arithmetic, no solver, no model.

Written from ``docs/data-format.md`` and ``docs/model.md``; it trusts nothing of ours but the errors
and the catalogues. The door is ``optimizer.checking.judge.check_plan``.
"""
