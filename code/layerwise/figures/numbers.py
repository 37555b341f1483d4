"""The numbers that a figure draws: they go with it as its text, and a built page sets them below it as a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

#: How the text of such a figure begins; the rest is CSV.
HEAD = "Figure of these numbers:\n"


class NumberedFigure(Figure):
    """A figure that knows what it draws, in `numbers`; None for a picture."""

    numbers: pd.DataFrame | None = None

    def __repr__(self) -> str:
        """What a notebook keeps of the figure beside its drawing."""
        if self.numbers is None:
            return super().__repr__()
        table = self.numbers.rename(columns=str).rename_axis(index=lambda name: name or "")
        if table.columns.nlevels > 1:
            table.columns = [", ".join(map(str, names)) for names in table.columns]
        return HEAD + table.to_csv(float_format="%.4g", lineterminator="\n")


def spread_of(groups: Any, band: tuple[float, float] | None = (0, 1)) -> pd.Series:
    """The median of each group of a column in words, with the range between two quantiles where it is one."""
    table = pd.DataFrame(
        {
            place: groups.quantile(quantile)
            for place, quantile in zip(("middle", "low", "high"), (0.5, *(band or (0, 1))), strict=True)
        }
    )
    return table.apply(_in_words, axis=1)


def _in_words(row: pd.Series) -> str:
    middle = f"{row['middle']:.4g}" if np.isfinite(row["middle"]) else "not a number"
    return middle if not row["low"] < row["high"] else f"{middle} ({row['low']:.3g} to {row['high']:.3g})"


def some_of(values: Any, most: int = 12) -> list[Any]:
    """At most so many of the values, evenly spaced, the first and the last among them."""
    values = list(values)
    if len(values) <= most:
        return values
    return [values[round(place)] for place in np.linspace(0, len(values) - 1, most)]
