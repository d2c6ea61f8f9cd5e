"""How long hypothesis looks: the same examples every time, or 200 fresh ones where asked."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

MANY = "REFERRAL_MANY_EXAMPLES"
"""Environment variable: 200 random examples of each property instead of 40 fixed ones."""

_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile(
    "fixed",
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=_QUIET,
)
settings.register_profile(
    "many",
    max_examples=200,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=_QUIET,
)
settings.load_profile("many" if os.environ.get(MANY) else "fixed")
