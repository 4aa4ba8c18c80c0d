"""A child inherits what is the caller's to say, and no setting of another installation."""

import pytest

from anlan.app.stack.environment import inherited


def test_settings_of_another_installation_stay_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANLAN_HOME", "ANLAN_CONFIG", "DJANGO_SETTINGS_MODULE", "ANLAN_SHARED", "LANG"):
        monkeypatch.setenv(name, "of the caller")
    child = inherited({"ANLAN_CONFIG": "of the house"})
    assert child["ANLAN_CONFIG"] == "of the house"
    assert child["ANLAN_SHARED"] == child["LANG"] == "of the caller"
    assert not {"ANLAN_HOME", "DJANGO_SETTINGS_MODULE"} & child.keys()
