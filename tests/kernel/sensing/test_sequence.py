"""Repeated, altered, late and missing messages are told apart by number and hash."""

from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.sensing.sequence import REMEMBERED, SequenceBook, Verdict


def digest(seq: int, of: str = "") -> bytes:
    return f"{seq}{of}".encode()


def take(book: SequenceBook, seq: int) -> Verdict:
    verdict = book.judge(seq, digest(seq)).verdict
    if verdict is Verdict.NEW:
        book.remember(seq, digest(seq))
    return verdict


def test_the_first_message_leaves_no_gap_whatever_its_number() -> None:
    book = SequenceBook()
    assert book.judge(41, digest(41)).gap is None
    book.remember(41, digest(41))
    assert book.gap_count == 0


def test_the_same_number_is_a_repeat_or_an_alteration_by_its_hash() -> None:
    book = SequenceBook()
    take(book, 41)
    assert book.judge(41, digest(41)).verdict is Verdict.REPEAT
    assert book.judge(41, digest(41, "x")).verdict is Verdict.ALTERED


def test_a_jump_is_a_gap_and_what_comes_late_fills_it() -> None:
    book = SequenceBook()
    take(book, 41)
    assert book.judge(45, digest(45)) == (Verdict.NEW, (42, 44))
    take(book, 45)
    assert (book.gap_count, book.gaps) == (1, [(42, 44)])
    assert take(book, 43) is Verdict.NEW
    assert book.gaps == [(42, 42), (44, 44)]
    assert take(book, 43) is Verdict.REPEAT


def test_a_filled_gap_stays_filled_when_its_numbers_are_forgotten() -> None:
    book = SequenceBook()
    take(book, 0)
    take(book, 4)
    take(book, 2)
    for seq in range(5, REMEMBERED + 50):
        take(book, seq)
    assert (book.gap_count, book.gaps) == (1, [(1, 1), (3, 3)])


def test_a_restart_knows_the_gaps_and_what_comes_late_fills_them() -> None:
    book = SequenceBook.after(41, gap_count=2, gaps=[(7, 9), (30, 31)])
    book.remember(8, digest(8))
    book.remember(30, digest(30))
    assert (book.gap_count, book.gaps) == (2, [(7, 7), (9, 9), (31, 31)])


def test_after_a_restart_what_has_a_receipt_is_asked_of_the_receipts() -> None:
    book = SequenceBook.after(41)
    assert take(book, 41) is Verdict.UNKNOWN
    assert take(book, 7) is Verdict.UNKNOWN
    assert book.judge(43, digest(43)).gap == (42, 42)


@given(
    first=st.integers(0, 2**62),
    steps=st.lists(st.integers(-20, 40), max_size=3 * REMEMBERED // 2),
)
def test_nothing_taken_is_ever_called_new_again(first: int, steps: list[int]) -> None:
    book = SequenceBook()
    seq, taken = first, set[int]()
    for step in steps:
        seq = max(0, seq + step)
        verdict = take(book, seq)
        assert (verdict is Verdict.NEW) <= (seq not in taken)
        assert (verdict is Verdict.REPEAT) <= (seq in taken)
        taken.add(seq)
    assert book.last == max(taken, default=-1)


def test_what_is_remembered_is_bounded() -> None:
    book = SequenceBook()
    for seq in range(REMEMBERED + 100):
        take(book, seq)
    assert take(book, 99) is Verdict.UNKNOWN
    assert take(book, 100) is Verdict.REPEAT
