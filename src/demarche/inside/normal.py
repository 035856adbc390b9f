"""Games in normal form: expected payoffs and logit responses by levels of anticipation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demarche.errors import MethodError, TermError
from demarche.inside.numbers import finite

__all__ = ["Engine", "LevelsResponse", "NormalForm", "logit_levels", "normal_form", "responses"]

Floats = NDArray[np.float64]
Engine = Literal["auto", "numpy", "numba"]
BUDGET = 1_000_000_000
PROFILES = 2_000_000
"""Joint strategies times players that a game may hold, a budget against running out of memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalForm:
    """A checked game: ``payoffs[i]`` has one axis per player, in the order of the players."""

    payoffs: tuple[Floats, ...]
    sizes: tuple[int, ...]

    @property
    def starts(self) -> tuple[int, ...]:
        """Place of each player's first strategy in a profile written as one list."""
        return tuple(int(x) for x in np.concatenate([[0], np.cumsum(self.sizes)[:-1]]))

    @property
    def flat(self) -> Floats:
        """Payoffs as a table (players, joint strategies), the last player's strategy fastest."""
        return np.ascontiguousarray(np.stack([table.ravel() for table in self.payoffs]))

    def split(self, p: Floats) -> tuple[Floats, ...]:
        """A profile written as one list, by player."""
        return tuple(
            np.array(p[start : start + size])
            for start, size in zip(self.starts, self.sizes, strict=True)
        )

    def join(self, profile: Sequence[ArrayLike]) -> Floats:
        """A profile by player, as one list.

        Raises
        ------
        TermError
            If a mixture has the wrong length, a negative entry or does not add up to one.
        """
        parts = [np.asarray(p, dtype=float) for p in profile]
        if [p.shape for p in parts] != [(size,) for size in self.sizes]:
            raise TermError(f"a profile needs mixtures of lengths {list(self.sizes)}.")
        for p in parts:
            if np.any(p < 0) or abs(float(p.sum()) - 1) > 1e-9:
                raise TermError(f"a mixture must be probabilities that add up to 1, got {p}.")
        return np.concatenate(parts)

    def uniform(self) -> Floats:
        """Every strategy alike, as one list."""
        return np.concatenate([np.full(size, 1.0 / size) for size in self.sizes])


def normal_form(payoffs: Sequence[ArrayLike]) -> NormalForm:
    """Check the payoffs of a game, one table per player.

    Raises
    ------
    TermError
        If the tables differ in shape, do not have one axis per player, or hold what is not finite.
    MethodError
        If the game is larger than the budget of joint strategies.

    Examples
    --------
    >>> normal_form([[[3, 0], [5, 1]], [[3, 5], [0, 1]]]).sizes
    (2, 2)
    """
    try:
        tables = tuple(np.asarray(table, dtype=np.float64) for table in payoffs)
    except (TypeError, ValueError):
        raise TermError("payoffs must be tables of numbers, rows of equal length.") from None
    shapes = {table.shape for table in tables}
    if len(tables) < 2 or len(shapes) != 1 or tables[0].ndim != len(tables):
        raise TermError(
            f"a game needs one payoff table per player, each with one axis per player, got "
            f"{len(tables)} tables of shapes {sorted(shapes)}."
        )
    if min(tables[0].shape) < 1 or not all(finite(table) for table in tables):
        raise TermError("every player needs a strategy, and payoffs must be finite (up to 1e100).")
    if tables[0].size * len(tables) > PROFILES:
        raise MethodError(
            f"the game has {tables[0].size} joint strategies for {len(tables)} players, the budget "
            f"is {PROFILES} in all: merge strategies or use the levels of a case."
        )
    return NormalForm(payoffs=tables, sizes=tables[0].shape)


def compiled_here(engine: Engine) -> bool:
    """Whether the compiled loops are to be used.

    Raises
    ------
    MethodError
        If they are asked for and Numba is not installed, or the engine is unknown.
    """
    if engine not in ("auto", "numpy", "numba"):
        raise MethodError(f"engine must be auto, numpy or numba, got {engine!r}.")
    installed = find_spec("numba") is not None
    if engine == "numba" and not installed:
        raise MethodError("engine='numba' needs Numba: pip install 'demarche[record]'.")
    return engine != "numpy" and installed


def expectations(game: NormalForm, p: Floats) -> Floats:
    """Expected payoff of every own strategy against the others' mixtures, as one list."""
    mixtures = game.split(p)
    found = []
    for i, table in enumerate(game.payoffs):
        value = table
        for j in reversed(range(len(mixtures))):
            if j != i:
                value = np.tensordot(value, mixtures[j], axes=([j], [0]))
        found.append(value)
    return np.concatenate(found)


def responses(game: NormalForm, p: Floats, *, precision: float) -> Floats:
    """Logit response of every player to a profile, as one list."""
    u = expectations(game, p)
    parts = []
    for start, size in zip(game.starts, game.sizes, strict=True):
        score = precision * (u[start : start + size] - u[start : start + size].max())
        weight = np.exp(score)
        parts.append(weight / weight.sum())
    return np.concatenate(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsResponse:
    """Answer by levels of anticipation: ``p[i]`` (B, strategies of i), ``by_level`` (B, H, all)."""

    p: tuple[Floats, ...]
    by_level: Floats
    engine: str


def logit_levels(
    payoffs: Sequence[ArrayLike] | Floats,
    *,
    sizes: Sequence[int] | None = None,
    precision: ArrayLike,
    depth: ArrayLike = 1.5,
    levels: int = 3,
    level0: Sequence[ArrayLike] | None = None,
    engine: Engine = "auto",
    budget: int = BUDGET,
) -> LevelsResponse:
    r"""Logit responses by levels of anticipation in a normal-form game, over draws.

    Level 0 is uniform unless given; with Poisson weights :math:`g_h = \tau^h / h!` a level-h
    player answers the mixture of the levels below it, and the answer mixes levels 1 to H.

    Parameters
    ----------
    payoffs : list of tables, or array (draws, players, joint strategies) with ``sizes``
        Payoffs as they stand; precision multiplies them.
    sizes : list of int, optional
        Strategies per player, for the second form.
    precision, depth : number or array (draws,)
        Lambda and tau, not negative.
    levels : int
        H, 1 to 6.
    level0 : profile, optional
    engine : {"auto", "numpy", "numba"}
        ``auto`` uses compiled loops where Numba is installed; both give the same to 1e-12.
    budget : int
        Most payoffs looked at, over all draws and levels.

    Raises
    ------
    TermError
        If a shape or value is out of range.
    MethodError
        If the budget would be passed.

    References
    ----------
    .. [1] Camerer, C. F., Ho, T.-H. & Chong, J.-K. (2004). A cognitive hierarchy model of games.
       Quarterly Journal of Economics 119(3), 861-898. doi:10.1162/0033553041502225

    Examples
    --------
    >>> dilemma = [[[3, 0], [5, 1]], [[3, 5], [0, 1]]]
    >>> logit_levels(dilemma, precision=1.0).p[0].round(3).tolist()
    [[0.199, 0.801]]
    """
    if sizes is None:
        game = normal_form(payoffs)  # type: ignore[arg-type]
        flat = game.flat[None]
    else:
        flat = np.ascontiguousarray(payoffs, dtype=np.float64)
        game = _shell(flat, sizes=sizes)
    count = max(flat.shape[0], np.size(precision), np.size(depth))
    lam, tau = (np.broadcast_to(np.asarray(v, dtype=float), (count,)) for v in (precision, depth))
    if not (finite(flat) and finite(lam) and finite(tau)):
        raise TermError("payoffs, precision and depth must be finite.")
    if np.any(lam < 0) or np.any(tau <= 0) or not 1 <= levels <= 6:
        raise TermError("precision must not be negative, depth positive, and levels 1 to 6.")
    looked = count * flat.shape[1] * flat.shape[2] * (1 + levels)
    if looked > budget:
        raise MethodError(
            f"{count} draws of {flat.shape[2]} joint strategies at {levels} levels look at "
            f"{looked} payoffs, the budget is {budget}: solve them in parts."
        )
    flat = np.ascontiguousarray(np.broadcast_to(flat, (count, *flat.shape[1:])))
    start = game.uniform() if level0 is None else game.join(level0)
    if compiled_here(engine):
        from demarche.inside._game_kernels import levels_of

        answer = np.empty((count, start.size))
        by_level = np.empty((count, levels, start.size))
        levels_of(
            flat,
            np.array(game.sizes, dtype=np.int64),
            np.array(game.starts, dtype=np.int64),
            np.ascontiguousarray(lam),
            np.ascontiguousarray(tau),
            start,
            levels,
            answer,
            by_level,
        )
        used = "numba"
    else:
        answer, by_level = _levels_numpy(flat, game=game, lam=lam, tau=tau, start=start, h=levels)
        used = "numpy"
    parts = [
        answer[:, start : start + size] for start, size in zip(game.starts, game.sizes, strict=True)
    ]
    return LevelsResponse(p=tuple(parts), by_level=by_level, engine=used)


def _shell(flat: Floats, *, sizes: Sequence[int]) -> NormalForm:
    """A game of these sizes without payoffs of its own."""
    shape = tuple(int(size) for size in sizes)
    joint = int(np.prod(shape)) if shape else 0
    if flat.ndim != 3 or min(shape, default=0) < 1 or flat.shape[1:] != (len(shape), joint):
        raise TermError(
            f"payoffs must be (draws, {len(shape)}, {joint}) for sizes {list(shape)}, got "
            f"{flat.shape}."
        )
    return NormalForm(payoffs=(), sizes=shape)


def _levels_numpy(
    flat: Floats, *, game: NormalForm, lam: Floats, tau: Floats, start: Floats, h: int
) -> tuple[Floats, Floats]:
    answer = np.zeros((flat.shape[0], start.size))
    by_level = np.zeros((flat.shape[0], h, start.size))
    for b in range(flat.shape[0]):
        played = NormalForm(
            payoffs=tuple(table.reshape(game.sizes) for table in flat[b]), sizes=game.sizes
        )
        belief, weight, mass, mixed = start.copy(), 1.0, 1.0, 0.0
        for level in range(h):
            p = responses(played, belief, precision=float(lam[b]))
            weight = weight * float(tau[b]) / (level + 1)
            by_level[b, level] = p
            answer[b] += weight * p
            belief = (belief * mass + weight * p) / (mass + weight)
            mass, mixed = mass + weight, mixed + weight
        answer[b] /= mixed
    return answer, by_level
