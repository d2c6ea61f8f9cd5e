"""The referral and bed plan: an LP/MILP in OR-Tools."""
