"""A child that plans with a solver that dies: ``python -m tests.battery.broken HOW plan ...``."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import Any, NoReturn

from optimizer import cli
from optimizer.planning import solve

SIGNALS = {"killed": signal.SIGKILL, "crashed": signal.SIGSEGV, "stopped": signal.SIGSTOP}
HOWS = (*SIGNALS, "hung")


def broken(how: str) -> Any:
    def solve_arrays(*_: Any, **__: Any) -> NoReturn:
        if how in SIGNALS:
            os.kill(os.getpid(), SIGNALS[how])
        while True:
            time.sleep(60)

    return solve_arrays


if __name__ == "__main__":
    how = sys.argv.pop(1)
    solve.solve_arrays = broken(how)
    assert threading.active_count() == 1
    cli.main()
