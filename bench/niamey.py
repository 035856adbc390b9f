"""The decomposition of four published forecasts of rain, for development only.

    python bench/niamey.py precip_Niamey_2016.csv

The data ship with the R package reliabilitydiag (GPL-3) and are not part of this project; save them
there with write.csv(precip_Niamey_2016, "precip_Niamey_2016.csv"). The expected numbers were
computed with scikit-learn; those of EMOS are printed in that package's description.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from demarche.scores import decompose

EXPECTED = {
    "EMOS": (0.2320, 0.0183, 0.0305, 0.2442),
    "Logistic": (0.2057, 0.0171, 0.0555, 0.2442),
    "ENS": (0.2662, 0.0661, 0.0441, 0.2442),
    "EPC": (0.2343, 0.0223, 0.0323, 0.2442),
}


def main(path: str) -> int:
    """Print and compare; 1 if a number differs in the fourth decimal."""
    rows = list(csv.DictReader(Path(path).read_text(encoding="utf-8").splitlines()))
    outcome = [float(row["obs"]) for row in rows]
    wrong = 0
    for name, expected in EXPECTED.items():
        found = decompose([float(row[name]) for row in rows], outcome=outcome)
        parts = (found.score, found.miscalibration, found.discrimination, found.uncertainty)
        right = all(abs(a - b) < 6e-5 for a, b in zip(parts, expected, strict=True))
        wrong += not right
        print(f"{name:<10}", *(f"{x:.4f}" for x in parts), "as expected" if right else "DIFFERS")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
