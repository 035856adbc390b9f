"""Cases: what was known at each trigger, and what the actor then did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demarche.errors import TermError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

Kind = Literal["categorical", "ordinal", "yes/no"]
KINDS: tuple[Kind, ...] = ("categorical", "ordinal", "yes/no")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cases:
    """Episodes as a table: features known at the trigger, and outcomes per course.

    Parameters
    ----------
    features : array, shape (n, F)
        One row per case. Categories are any finite codes, ordinals lie in [0, 1], yes/no is 1 or 0.
        NaN means *not known*.
    outcomes : array, shape (n, C)
        1 if the course was taken, 0 if not, NaN if not known. NaN is never read as 0.
    kinds : tuple of {"categorical", "ordinal", "yes/no"}
        One per feature.
    feature_names, courses : tuple of str
        Names of the columns; each is unique.
    labels : tuple of str, optional
        A name for each case, shown with precedents. Default: ``case 0``, ``case 1``, ...
    times : array, shape (n,), optional
        When each case began, in any unit that increases (years, for instance). Needed for time
        decay and for :func:`demarche.outside.forward`.

    Raises
    ------
    TermError
        If shapes, names, kinds or values are not as described. The message names the place.

    Examples
    --------
    >>> cases = Cases(features=[[1.0, 0.5], [0.0, float("nan")]], outcomes=[[1.0], [0.0]],
    ...               kinds=("yes/no", "ordinal"), feature_names=("ally", "violence"),
    ...               courses=("arms",))
    >>> len(cases), cases.labels
    (2, ('case 0', 'case 1'))
    """

    features: FloatArray
    outcomes: FloatArray
    kinds: tuple[Kind, ...]
    feature_names: tuple[str, ...]
    courses: tuple[str, ...]
    labels: tuple[str, ...] = ()
    times: FloatArray | None = field(default=None)

    def __post_init__(self) -> None:
        """Copy the arrays, lock them, and check them."""
        features = _table(self.features, name="features")
        outcomes = _table(self.outcomes, name="outcomes")
        n = len(features)
        if len(outcomes) != n:
            raise TermError(
                f"features have {n} rows and outcomes {len(outcomes)}; expected one row of "
                "each per case. Align the two tables by case."
            )
        object.__setattr__(self, "features", features)
        object.__setattr__(self, "outcomes", outcomes)
        object.__setattr__(self, "kinds", tuple(self.kinds))
        object.__setattr__(self, "feature_names", tuple(self.feature_names))
        object.__setattr__(self, "courses", tuple(self.courses))
        labels = tuple(self.labels) or tuple(f"case {i}" for i in range(n))
        object.__setattr__(self, "labels", labels)
        if self.times is not None:
            times = np.array(self.times, dtype=np.float64)
            if times.shape != (n,) or not np.isfinite(times).all():
                raise TermError(
                    f"times have shape {times.shape}; expected {n} finite numbers, one per case."
                )
            times.setflags(write=False)
            object.__setattr__(self, "times", times)
        self._check_names()
        check_values(features, kinds=self.kinds, names=self.feature_names)
        bad = ~(np.isnan(outcomes) | (outcomes == 0) | (outcomes == 1))
        if bad.any():
            row, column = np.argwhere(bad)[0]
            raise TermError(
                f"The outcome of {self.courses[column]!r} in {labels[row]!r} is "
                f"{outcomes[row, column]}; expected 1 (taken), 0 (not taken) or NaN (not known)."
            )

    def _check_names(self) -> None:
        """Check the number and uniqueness of names and kinds."""
        wanted = {
            "kinds": (len(self.kinds), self.features.shape[1]),
            "feature_names": (len(self.feature_names), self.features.shape[1]),
            "courses": (len(self.courses), self.outcomes.shape[1]),
            "labels": (len(self.labels), len(self.features)),
        }
        for name, (got, expected) in wanted.items():
            if got != expected:
                raise TermError(
                    f"{name} has {got} entries; expected {expected}, one per column "
                    "(or row, for labels). Complete the tuple."
                )
        for name, values in (("feature_names", self.feature_names), ("courses", self.courses)):
            if len(set(values)) != len(values):
                raise TermError(f"{name} repeats a name; expected each to be unique.")
        for kind in self.kinds:
            if kind not in KINDS:
                raise TermError(
                    f"{kind!r} is not a kind of feature; expected one of {', '.join(KINDS)}."
                )

    def __len__(self) -> int:
        """Return the number of cases."""
        return len(self.features)

    def take(self, rows: NDArray[np.intp] | BoolArray) -> Cases:
        """Return the cases in `rows` (indices or a mask), in that order."""
        index = np.arange(len(self))[rows]
        return Cases(
            features=self.features[index],
            outcomes=self.outcomes[index],
            kinds=self.kinds,
            feature_names=self.feature_names,
            courses=self.courses,
            labels=tuple(self.labels[i] for i in index),
            times=None if self.times is None else self.times[index],
        )


def _table(values: object, *, name: str) -> FloatArray:
    """Return `values` as a locked two-dimensional float array."""
    table = np.array(values, dtype=np.float64)
    if table.ndim != 2:
        raise TermError(
            f"{name} has {table.ndim} dimension(s); expected a table with one row per "
            "case. Use shape (0, k) if there are none."
        )
    table.setflags(write=False)
    return table


def check_values(features: FloatArray, *, kinds: tuple[Kind, ...], names: tuple[str, ...]) -> None:
    """Check that every known value fits the kind of its feature.

    Raises
    ------
    TermError
        On the first value that does not.
    """
    for j, (kind, name) in enumerate(zip(kinds, names, strict=True)):
        column = features[:, j]
        known = column[~np.isnan(column)]
        if kind == "categorical":
            bad = known[~np.isfinite(known)]
            expected = "a finite code or NaN"
        elif kind == "ordinal":
            bad = known[~((known >= 0) & (known <= 1))]
            expected = "a number in [0, 1] or NaN; divide a rank by the highest rank"
        else:
            bad = known[~((known == 0) | (known == 1))]
            expected = "1 (yes), 0 (no) or NaN (not known)"
        if len(bad):
            raise TermError(f"The {kind} feature {name!r} holds {bad[0]}; expected {expected}.")


def check_query(query: object, *, cases: Cases) -> FloatArray:
    """Return `query` as a float array with one value per feature of `cases`.

    Raises
    ------
    TermError
        If its length or a value does not fit.
    """
    row = np.array(query, dtype=np.float64)
    if row.shape != (cases.features.shape[1],):
        raise TermError(
            f"The query has shape {row.shape}; expected {cases.features.shape[1]} values, one per "
            f"feature: {', '.join(cases.feature_names)}."
        )
    check_values(row[None, :], kinds=cases.kinds, names=cases.feature_names)
    return row
