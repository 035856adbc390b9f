"""Boosted trees that rank: a softmax over each question's candidates, sampled and weighted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.outside.ranking._kernels import compiled

Floats = NDArray[np.float64]


@compiled
def softmax_gradient(
    score: Floats,
    right: NDArray[np.bool_],
    weight: NDArray[np.float32],
    start: NDArray[np.int64],
    gradient: NDArray[np.float32],
    hessian: NDArray[np.float32],
) -> None:
    r"""Gradient and curvature of the filtered softmax loss.

    Per question, each true answer j competes with the wrong candidates alone, as in the filtered
    rank: :math:`-\log (e^{f_j} / (e^{f_j} + \sum_i w_i e^{f_i}))`, with w the number of candidates
    that a sampled wrong one stands for.
    """
    for q in range(len(start) - 1):
        low, high = start[q], start[q + 1]
        top = score[low:high].max()
        wrong = 0.0
        for i in range(low, high):
            if not right[i]:
                wrong += weight[i] * np.exp(score[i] - top)
        once, twice = 0.0, 0.0
        for i in range(low, high):
            if right[i]:
                e = np.exp(score[i] - top)
                share = e / (e + wrong + 1e-300)
                gradient[i] = share - 1.0
                hessian[i] = max(share * (1.0 - share), 1e-6)
                once += 1.0 / (e + wrong + 1e-300)
                twice += 1.0 / (e + wrong + 1e-300) ** 2
        for i in range(low, high):
            if not right[i]:
                e = weight[i] * np.exp(score[i] - top)
                gradient[i] = e * once
                hessian[i] = max(e * once - e * e * twice, 1e-6)


def softmax_objective(
    right: NDArray[np.bool_], weight: NDArray[np.float32], sizes: NDArray[np.integer]
) -> Callable[[Floats, Any], tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Objective in the form that LightGBM calls."""
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    def objective(score: Floats, _: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        gradient = np.empty(len(score), dtype=np.float32)
        hessian = np.empty(len(score), dtype=np.float32)
        softmax_gradient(score, right, weight, start, gradient, hessian)
        return gradient, hessian

    return objective
