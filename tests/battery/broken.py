"""A child that plans with a solver that dies: ``python -m tests.battery.broken HOW plan ...``."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
import time
from types import ModuleType
from typing import Any, NoReturn

from optimizer import cli

SIGNALS = {"killed": signal.SIGKILL, "crashed": signal.SIGSEGV, "stopped": signal.SIGSTOP}
HOWS = (*SIGNALS, "hung")


def who_solve() -> list[ModuleType]:
    """Return the modules that have taken the solver in: a broken one is broken for all of them."""
    importlib.import_module("optimizer.run")
    return [
        module
        for name, module in sys.modules.items()
        if name.startswith("optimizer.planning.")
        and name != "optimizer.solving.engine"
        and hasattr(module, "solve_arrays")
    ]


def broken(how: str) -> Any:
    def solve_arrays(*_: Any, **__: Any) -> NoReturn:
        if how in SIGNALS:
            os.kill(os.getpid(), SIGNALS[how])
        while True:
            time.sleep(60)

    return solve_arrays


if __name__ == "__main__":
    how = sys.argv.pop(1)
    for module in who_solve():
        vars(module)["solve_arrays"] = broken(how)
    assert threading.active_count() == 1
    cli.main()
