"""Every refusal says what it is in both languages, under a code that stays."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from anlan.app.doors import Outcome
from anlan.kernel.base.errors import ConflictError, NotFoundError, english
from tests.sources import tree_of

PACKAGE = Path(__file__).parents[3] / "anlan"
#: What the HTTP door makes of an outcome (`sensing.<outcome>`); strangers and the unsigned share a code.
AT_THE_DOOR = {Outcome.ALTERED, Outcome.FOREIGN, Outcome.LATER, Outcome.UNREADABLE}
#: `withdraw(named=…)` says the slice.
WITHDRAWALS = ("not_author", "already_withdrawn")

Refusal = tuple[str, str]


def refusals(source: str) -> Iterator[Refusal]:
    """Yield (code, the source of its sentence) of a module's refusals; a class's own sentence is ""."""
    tree = tree_of(source)
    named = {
        node.targets[0].id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for line in node.body:
                if ast.unparse(line).startswith("code = '"):
                    yield ast.unparse(line).split("'")[1], ""
        elif isinstance(node, ast.Call):
            words = {one.arg: one.value for one in node.keywords}
            if ast.unparse(node.func) == "withdraw" and "named" in words:
                for word in WITHDRAWALS:
                    yield f"{ast.literal_eval(words['named'])}.{word}", ""
            code = words.get("code")
            value = (
                named.get(code.id) if isinstance(code, ast.Name) else getattr(code, "value", None)
            )
            if isinstance(value, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", value):
                yield value, ast.unparse(node.args[0]) if node.args else ""


def of_the_package() -> list[Refusal]:
    """Return every refusal of the package."""
    files = [one for one in PACKAGE.rglob("*.py") if "/migrations/" not in one.as_posix()]
    found = [one for file in files for one in refusals(file.read_text(encoding="utf-8"))]
    return found + [(f"sensing.{outcome}", "") for outcome in AT_THE_DOOR]


def test_every_code_has_its_english_sentence_and_no_sentence_is_left_over() -> None:
    codes = {code for code, _ in of_the_package()}
    assert len(codes) > 150
    assert codes - set(english()) == set(), "add them to problems.en.toml"
    assert set(english()) - codes == set(), "nobody raises these any more"


def test_every_sentence_of_a_refusal_is_chinese_first() -> None:
    said = {pair for pair in of_the_package() if re.match(r"f?['\"]", pair[1])}
    assert len(said) > 120
    assert {code for code, sentence in said if not re.search(r"[一-鿿]", sentence)} == set()


def test_no_english_sentence_has_chinese_in_it_and_each_is_one_sentence() -> None:
    for code, sentence in english().items():
        assert re.fullmatch(r"[^一-鿿]+\.", sentence), code


def test_planted_codes_without_words_are_noticed() -> None:
    planted = (
        "raise InvalidError('坏', code='base.planted')\nraise InvalidError('坏', code=OTHER)\n"
        "OTHER = 'base.other'\nclass E(DomainError):\n    code = 'a.b'\nwithdraw(row, named='c')"
    )
    assert {code for code, _ in refusals(planted)} == {
        "base.planted",
        "base.other",
        "a.b",
        "c.not_author",
        "c.already_withdrawn",
    }


def test_a_problem_speaks_both_languages_and_keeps_its_facts() -> None:
    said = ConflictError(
        "已由他人确认", code="alerts.already_confirmed", confirmed_by="马"
    ).problem()
    assert said["title"] == "已由他人确认"
    assert said["title_en"] == "Somebody else has confirmed it already."
    assert (said["status"], said["confirmed_by"]) == (409, "马")
    assert NotFoundError("没有").problem()["title_en"].startswith("There is nothing here")
