"""By what a name is found: any part of it, its pinyin, the initials of its pinyin, a code; no database."""

from collections.abc import Iterable

from pypinyin import Style, lazy_pinyin

#: A lexeme is no longer: nobody types more to find something.
LONGEST = 40
#: Words of one question; what follows them is not looked at.
MOST_WORDS = 6
#: Lexemes of one row; a name of 120 characters has about 360 and is cut.
MOST_LEXEMES = 240


def lexemes(name: str, *others: str) -> list[str]:
    """Return what one row is found by: the tails of its name, of its pinyin and initials, its codes.

    `others` are its English name and its codes: found from the beginning of each of their words.
    """
    found: dict[str, None] = {}
    for tail in (*_tails(name), *(part for one in others for part in _starts(one))):
        if tail:
            found.setdefault(tail[:LONGEST])
    return list(found)[:MOST_LEXEMES]


def asked(text: str) -> str:
    """Return the words of a question as a tsquery of prefixes, all of them wanted; "" asks nothing."""
    return " & ".join(f"'{_quoted(word)}':*" for word in words(text))


def words(text: str) -> list[str]:
    """Return the words of a question as they are compared."""
    plain = text.replace("\x00", " ").casefold().split()
    return [word[:LONGEST] for word in plain[:MOST_WORDS]]


def matches(text: str, name: str, *others: str) -> bool:
    """Tell whether a question finds a name, without an index: for the few that have none."""
    known, wanted = lexemes(name, *others), words(text)
    return bool(wanted) and all(any(one.startswith(word) for one in known) for word in wanted)


def _quoted(word: str) -> str:
    """Return a word as it stands inside the quotes of a tsquery."""
    return word.replace("\\", "\\\\").replace("'", "''")


def _tails(name: str) -> Iterable[str]:
    """Yield every tail of a name, and the same of its pinyin and of its initials."""
    plain = "".join(name.casefold().split())
    sounds = _by_character(plain, Style.NORMAL)
    initials = _by_character(plain, Style.FIRST_LETTER)
    for written in ([*plain], sounds, initials):
        for at in range(len(written)):
            yield "".join(written[at:])
    yield from _starts(name)


def _by_character(text: str, style: Style) -> list[str]:
    """Return the sound of each character in its phrase; what has none stands for itself."""
    return lazy_pinyin(text, style=style, errors=list)  # type: ignore[arg-type]  # as its manual has it


def _starts(text: str) -> Iterable[str]:
    """Yield a text from the beginning of each of its words and of each of its parts (T-101.LI)."""
    plain = " ".join(text.casefold().split())
    for at, character in enumerate(plain):
        if character.isalnum() and (at == 0 or not plain[at - 1].isalnum()):
            yield plain[at:]
