"""Start-up of the command line: whole processes, beside a bare interpreter in the same run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

DEMARCHE = str(Path(sys.executable).with_name("demarche"))
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "demarche --help": [DEMARCHE, "--help"],
    "demarche cases": [DEMARCHE, "cases"],
    "demarche ask regional-war": [DEMARCHE, "ask", "regional-war"],
}


def main() -> None:
    base = None
    for name, command in COMMANDS.items():
        times = []
        for _ in range(5 if "ask" not in name else 3):
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - start)
        middle = statistics.median(times)
        base = base or middle
        print(f"{name:<28}{middle:7.3f} s (min {min(times):.3f})   x {middle / base:6.1f}")


if __name__ == "__main__":
    main()
