"""Hospital-capacity and referral planner; see README.md."""

__version__ = "0.1.0"
