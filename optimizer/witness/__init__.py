"""JOURNEY: one instance by two hands, the planner's and the second formulation's, and who is right.

The planner is OR-Tools on docs/model.md; the second formulation is PuLP and CBC on the same page,
written apart, in a process of its own. A solver that is wrong is caught here: a plan that is not
the best, a bound that promises too much, a value its own decisions do not add up to, a broken row.
"""
