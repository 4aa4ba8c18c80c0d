"""What is left of a firm's name once its spelling is taken away (企业名称规范化).

A registered name is 行政区划 + 字号 + 行业 + 组织形式 (企业名称登记管理规定, 2020, article 6): the place in
front, the legal form behind. People leave out the first, shorten the second, and type the rest in
half or full width, with or without brackets, in simplified or traditional characters.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import opencc

#: Legal forms, longest first; 有限责任公司 and 有限公司 are one form (公司法, article 7).
_FORMS = (
    "股份有限公司", "有限责任公司", "集团有限公司", "集团公司", "有限公司", "总公司", "公司", "集团",
)  # fmt: skip
_BRANCH = re.compile(r"分公司|分厂|分店|办事处|项目部|经营部|门市部")
#: What tells one works of a firm from the next: numbers, and the points of the compass.
_TELLING = re.compile(r"[0-9一二三四五六七八九十甲乙丙丁东南西北]")
_BRACKETED = re.compile(r"[(\[{<《【〔「](.*?)[)\]}>》】〕」]")
_SUFFIX = re.compile(
    r"(回族自治区|壮族自治区|维吾尔自治区|自治区|自治州|自治县|特别行政区|[省市县区旗镇乡盟]|街道)$"
)
_SHORTEST = 2

#: Short and full names of places, each with the codes of the divisions that bear it.
Places = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """A name without its spelling.

    `plain` has one width, one script and no signs; `core` neither place nor legal form; `places`
    are the codes of the divisions named in front; `telling` is what tells works of one firm apart.
    """

    plain: str
    core: str
    places: frozenset[str]
    is_branch: bool
    telling: str


@cache
def _simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def spellings(names: Iterable[str], places: Places) -> list[Spelling]:
    """Return the spellings of many names; traditional characters are turned in one call."""
    folded = [unicodedata.normalize("NFKC", one).casefold().replace("\n", " ") for one in names]
    script = _simplified().convert("\n".join(folded)).split("\n")
    longest = max(map(len, places), default=0)
    return [_spelling(one, places, longest) for one in script] if folded else []


def place_names(divisions: Iterable[tuple[str, str]]) -> Places:
    """Return the words that name places, from (code, name) of divisions: 灵武市 and 灵武."""
    found: dict[str, set[str]] = {}
    for code, name in divisions:
        for word in {name, _SUFFIX.sub("", name)}:
            if len(word) >= _SHORTEST:
                found.setdefault(word, set()).add(code)
    return {word: frozenset(codes) for word, codes in found.items()}


def may_be_one_place(first: frozenset[str], second: frozenset[str]) -> bool:
    """Tell whether two names may lie in one place: one says none, or one lies within the other."""
    if not first or not second:
        return True
    return any(a.startswith(b) or b.startswith(a) for a in first for b in second)


def _spelling(text: str, places: Places, longest: int) -> Spelling:
    plain = _letters(text)
    plain = plain.replace("有限责任公司", "有限公司")
    named: set[str] = set()

    def bracketed(match: re.Match[str]) -> str:
        word = _letters(match[1])
        if word not in places:
            return word
        named.update(places[word])
        return ""

    rest = _letters(_BRACKETED.sub(bracketed, text))
    deepest: frozenset[str] = frozenset()
    while (word := _place_in_front(rest, places, longest)) is not None:
        deepest, rest = places[word], rest[len(word) :]
    named |= deepest
    is_branch = _BRANCH.search(rest) is not None
    core = rest
    for form in _FORMS:
        core = core.removesuffix(form)
    core = core.replace("有限责任公司", "").replace("有限公司", "")
    return Spelling(
        plain=plain,
        core=core if len(core) >= _SHORTEST else plain,
        places=frozenset(named),
        is_branch=is_branch,
        telling="".join(sorted(_TELLING.findall(core))),
    )


def _letters(text: str) -> str:
    return "".join(one for one in text if one.isalnum())


def _place_in_front(text: str, places: Places, longest: int) -> str | None:
    """Return the longest place that a text begins with, if two characters and more follow it."""
    for length in range(min(longest, len(text) - _SHORTEST), _SHORTEST - 1, -1):
        if text[:length] in places:
            return text[:length]
    return None
