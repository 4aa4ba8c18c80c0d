"""The installation is Lingwu's: its data keeper keeps what is the whole node's."""

from collections.abc import Iterator

import pytest

from anlan.kernel.base.config import config


@pytest.fixture(autouse=True)
def _in_lingwu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ANLAN_NODE", "n640181")
    config.cache_clear()
    yield
    config.cache_clear()
