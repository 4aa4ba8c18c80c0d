"""The rows of the bench of history: a figure beside one peer is one row, beside two it is two.

The second row has the peer in its name, so that names that were published stay what they are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from anlan.app.bench.report import Row, less_is_better, more_is_better

TABLE, VICTORIA = "postgresql", "victoria-metrics"


@dataclass(slots=True)
class Figures:
    """The figures so far."""

    rows: list[Row] = field(default_factory=list)

    def alone(self, name: str, value: float, unit: str) -> None:
        """Add a figure that has neither target nor peer."""
        self.rows.append(Row(name=name, value=float(f"{value:.4g}"), unit=unit))

    def more(
        self, name: str, value: float, unit: str, target: float | None, *peers: float | None
    ) -> None:
        """Add a figure of which more is better; peers are the table's and VictoriaMetrics'."""
        met = None if target is None else value >= target
        self._add(
            Row(name=name, value=value, unit=unit, target=target, met=met), peers, more_is_better
        )

    def less(
        self, name: str, value: float, unit: str, target: float | None, *peers: float | None
    ) -> None:
        """Add a figure of which less is better."""
        met = None if target is None else value <= target
        self._add(
            Row(name=name, value=value, unit=unit, target=target, met=met), peers, less_is_better
        )

    def _add(self, row: Row, peers: Sequence[float | None], beside: Callable[..., Row]) -> None:
        table, victoria = (*peers, None, None)[:2]
        if table is None:
            self.rows.append(replace(row, value=float(f"{row.value:.4g}")))
        else:
            said = beside(
                row.name, row.value, row.unit, target=row.target, peer=TABLE, peer_value=table
            )
            self.rows.append(said)
        if victoria is not None:
            name = f"{row.name}.vm"
            self.rows.append(
                beside(name, row.value, row.unit, target=None, peer=VICTORIA, peer_value=victoria)
            )
