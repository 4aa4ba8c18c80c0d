"""GB/T 22239-2019, 8.1.4.11: no column holds text that nobody has thought about."""

from dataclasses import fields

import pytest

from anlan.app import personal_data
from anlan.kernel.base.config import Config


def test_8_1_4_11_a_every_text_column_is_personal_with_a_class_or_said_not_to_be() -> None:
    assert personal_data.undecided() == [], "decide in anlan/app/personal_data.toml"


def test_a_new_column_without_a_decision_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    standing = [*personal_data.columns(), ("people.User", "shoe_size")]
    monkeypatch.setattr(personal_data, "columns", lambda: iter(standing))
    assert personal_data.undecided() == ["people.User.shoe_size"]


def test_every_class_that_is_named_is_described_and_every_setting_exists() -> None:
    said = personal_data.decided()
    named = {kind for names in said["personal"].values() for kind in names.values()}
    assert named == set(said["classes"])
    settings = {one.name for one in fields(Config)}
    for name, one in said["classes"].items():
        assert all(one[key] for key in ("zh", "en", "kept", "shown", "found")), name
        assert one.get("setting") in settings or one["end"], name


def test_what_the_table_says_is_let_go_is_let_go_by_a_slice() -> None:
    assert personal_data.classes_let_go() == personal_data.classes_registered()
