"""Check digit, password classes and the ends of sessions, without a database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.people import rules

NOON = datetime(2026, 8, 1, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y43",  # the worked example of GB 32100-2015, annex A
        "914403001922038216",  # printed on the web pages of two well-known firms
        "91440300708461136T",
    ],
)
def test_published_credit_codes_are_right(code: str) -> None:
    assert rules.is_credit_code(code)


@pytest.mark.parametrize(
    "code",
    ["", "91350100M000100Y44", "91350100m000100y43", "91350100M000100Y4", "91350100I000100Y43"],
)
def test_wrong_credit_codes_are_refused(code: str) -> None:
    assert not rules.is_credit_code(code)


@given(
    st.text(rules.CREDIT_CODE_ALPHABET, min_size=17, max_size=17),
    st.integers(0, 16),
    st.sampled_from(rules.CREDIT_CODE_ALPHABET),
)
def test_one_mistyped_character_is_always_found(body: str, at: int, typed: str) -> None:
    right = body + rules.credit_code_check_character(body)
    wrong = right[:at] + typed + right[at + 1 :]

    assert rules.is_credit_code(right)
    assert rules.is_credit_code(wrong) == (wrong == right)


def test_a_check_character_needs_seventeen_others() -> None:
    with pytest.raises(ValueError, match="17 go before"):
        rules.credit_code_check_character("9135")


@pytest.mark.parametrize(
    ("password", "classes"),
    [("abc", 1), ("abcABC", 2), ("abcABC1", 3), ("abcABC1!", 4), ("安澜", 0), ("1234", 1)],
)
def test_kinds_of_character_are_counted(password: str, classes: int) -> None:
    assert rules.password_classes(password) == classes


def test_a_session_ends_when_idle_and_when_old() -> None:
    idle = timedelta(minutes=30)

    def ended(signed_in_minutes: int, seen_minutes: int) -> bool:
        begun = NOON - timedelta(minutes=signed_in_minutes)
        return rules.session_ended(begun, NOON - timedelta(minutes=seen_minutes), NOON, idle)

    assert not ended(60, 30)
    assert ended(60, 31)
    assert ended(12 * 60 + 1, 0)


def test_a_password_ages_and_an_account_falls_asleep_after_ninety_days() -> None:
    day = timedelta(days=1)

    assert not rules.password_expired(NOON - 90 * day, NOON)
    assert rules.password_expired(NOON - 91 * day, NOON)
    assert not rules.password_expired(None, NOON)
    assert not rules.is_asleep(NOON - 90 * day, NOON)
    assert rules.is_asleep(NOON - 91 * day, NOON)
