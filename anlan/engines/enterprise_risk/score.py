"""From inputs to a level, for many firms at once, each with what it is made of, so that anybody can do the sum again."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.engines.enterprise_risk.model import Model, RiskLevel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Nothing lifts.
_NONE = 0
#: A sum that is the bound on paper may be a little less in binary: it counts as reached.
_REACHED = 1e-9


@dataclass(frozen=True, slots=True)
class Risk:
    """The risk of n firms by a model of k factors.

    `score` (n,) 0..100; `shares` (n, k) what each factor adds to it; `unknown` (n, k) where an input was missing, which
    adds nothing and is not calm; `lifted` (n,) the level that a lift demands, 0 none; `level` (n,) of `RiskLevel`.
    """

    score: Floats
    shares: Floats
    unknown: NDArray[np.bool_]
    lifted: Ints
    level: Ints


def risk_of(model: Model, inputs: Mapping[str, Floats], before: Ints | None = None) -> Risk:
    """Return the risk of n firms: `inputs` {code: (n,)}, NaN where nothing is known; `before` (n,) the level that stands, 0 none.

    Graver is at once; milder only where the score is the model's margin below the bound, and no lift holds. Weights are shares
    of all factors, known or not: a firm that says nothing is not made calm, nor red, by its silence; a lift on the silence
    itself is what the model has for that. Raises ValueError for a model that cannot be, an input that is missing, or of
    another length.
    """
    model.check()
    columns = {code: _column(inputs, code) for code in model.inputs}
    lengths = {len(one) for one in columns.values()}
    if len(lengths) != 1 or (before is not None and {len(before)} != lengths):
        raise ValueError("every input has one value of each firm")
    weights = np.array([one.weight for one in model.factors])
    points = np.column_stack(
        [np.interp(columns[one.code], one.at, one.points) for one in model.factors]
    )
    unknown = np.isnan(points)
    shares = np.where(unknown, 0.0, points) * weights / weights.sum()
    score = shares.sum(axis=1)
    lifted = _lifted(model, columns, len(score))
    level = np.maximum(_level(model, score, before), lifted)
    return Risk(score, shares, unknown, lifted, level)


def _level(model: Model, score: Floats, before: Ints | None) -> Ints:
    now = np.searchsorted(model.bounds, score + _REACHED, side="right") + int(RiskLevel.BLUE)
    if before is None:
        return now
    # the level that would stand if every bound lay lower by the margin
    easy = np.searchsorted(model.bounds, score + model.margin + _REACHED, side="right") + int(
        RiskLevel.BLUE
    )
    held: Ints = np.maximum(now, np.minimum(before, easy))
    return held


def _lifted(model: Model, columns: Mapping[str, Floats], firms: int) -> Ints:
    found = np.full(firms, _NONE, np.int64)
    for lift in model.lifts:
        found = np.where(
            columns[lift.code] >= lift.least, np.maximum(found, int(lift.level)), found
        )
    return found


def _column(inputs: Mapping[str, Floats], code: str) -> Floats:
    if code not in inputs:
        raise ValueError(f"input {code} is missing")
    return np.asarray(inputs[code], np.float64)
