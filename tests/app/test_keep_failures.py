"""What is kept of a failure: kind, place and code of each exception of the chain, and no word of it."""

from anlan.app.failures import failure_text
from anlan.kernel.base.errors import InvalidError


def caught(*, is_chained: bool) -> Exception:
    try:
        try:
            int("张三 13800001234")
        except ValueError as error:
            if is_chained:
                raise InvalidError("张三 无此人", code="people.no_home") from error
            raise InvalidError("张三 无此人", code="people.no_home") from None
    except InvalidError as error:
        return error
    raise AssertionError


def test_a_chain_is_told_from_its_first_cause_without_a_word_of_what_was_said() -> None:
    lines = failure_text(caught(is_chained=True)).splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "ValueError",
        "anlan.kernel.base.errors.InvalidError: people.no_home",
    ]
    frames = [line for line in lines if line.startswith(" ")]
    assert len(frames) == 2
    assert all("tests/app/test_keep_failures.py:" in line for line in frames)
    assert all(line.endswith(" caught") for line in frames)
    assert not any("张三" in line or "13800001234" in line for line in lines)


def test_a_cause_that_was_put_aside_is_not_told() -> None:
    assert "ValueError" not in failure_text(caught(is_chained=False))
