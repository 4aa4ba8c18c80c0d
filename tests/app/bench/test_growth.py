"""The exponent of growth: flat is 0, what grows with the store is 1."""

import subprocess
import sys

import pytest


def exponent(values: list[float]) -> float:
    """Ask in a process of its own: the bench imports models, and conftest has no settings yet."""
    said = (
        "from anlan.app.cli.django_setup import start_django; start_django('anlan_app');"
        f"from anlan.app.bench.growth import exponent; print(exponent((1, 10, 100), {values}))"
    )
    done = subprocess.run([sys.executable, "-c", said], check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


@pytest.mark.parametrize(
    ("values", "slope"),
    [([7.0, 7.0, 7.0], 0.0), ([2.0, 20.0, 200.0], 1.0), ([1.0, 3.0, 9.0], 0.477)],
)
def test_the_exponent_is_the_slope_over_the_store(values: list[float], slope: float) -> None:
    assert exponent(values) == pytest.approx(slope, abs=0.001)
