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


@pytest.fixture(autouse=True)
def channel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the channel there whose dead letter is sent again; models are imported once Django has its settings."""
    from anlan.kernel.messaging.channels import Outside
    from tests.kernel.messaging.channel import Recorder

    monkeypatch.setattr(Outside, "of", staticmethod(lambda: (Recorder(name="gone"),)))
