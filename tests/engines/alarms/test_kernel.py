"""The compiled code is there before the first message, with or without a disk to keep it on."""

from typing import Any

import numba
import pytest

from anlan.engines.alarms import kernel
from anlan.engines.compiling import compiled


def test_warming_compiles_nothing_new() -> None:
    before = (list(kernel.step_batch.signatures), list(kernel.step_tick.signatures))
    kernel.warm()
    assert (kernel.step_batch.signatures, kernel.step_tick.signatures) == before
    assert len(before[0]) == 2  # writable and read-only columns


def test_an_installation_that_cannot_keep_code_still_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    real = numba.njit

    def njit(*signatures: Any, cache: bool = False, **options: Any) -> Any:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return real(*signatures, **options)

    monkeypatch.setattr(numba, "njit", njit)
    doubled = compiled(["int64(int64)"])(lambda number: number * 2)
    assert doubled(21) == 42
