"""Arrays of frozen values are read-only too."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np


def read_only(value: Any) -> None:
    """Forbid writing to every array of a frozen dataclass; its ``__post_init__`` calls this."""
    for item in fields(value):
        part = getattr(value, item.name)
        if isinstance(part, np.ndarray):
            part.setflags(write=False)
