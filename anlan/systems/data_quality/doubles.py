"""Which firms of a register may be one firm: pairs with a score and reasons, found without a loop over all pairs.

Equal codes and equal names are found by grouping; near names by rapidfuzz within the firms whose
core begins with the same two characters (字号): two firms that differ there are two firms.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from rapidfuzz import fuzz, process

from anlan.systems.data_quality.names import Places, Spelling, may_be_one_place, spellings

#: Below this likeness (percent, rapidfuzz `ratio`) two cores are two names: one character of five.
NEAR = 80
#: Reasons, the strongest first, with the score that each gives; `near_name` gives its likeness.
SCORES = {"same_body": 100, "same_name": 98, "same_core": 92}
#: Characters of a 统一社会信用代码 that name the body itself (GB 32100-2015, 4.4: 主体标识码).
_BODY = slice(8, 17)
#: A group of equal cores larger than this says nothing: 加油站.
_MOST = 40
#: Characters of the 字号 that two firms must share to be near.
_HEAD = 2
#: However near: one character is another name.
_NEAREST = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """A firm as the search sees it: `names` are its own first, then those of its aliases."""

    id: str
    names: tuple[str, ...]
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two firms that may be one; `first` is the smaller id."""

    first: str
    second: str
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    firm: Firm
    spelling: Spelling


def pairs(firms: Sequence[Firm], places: Places) -> list[Pair]:
    """Return the firms that may be one, the surest first."""
    owners = [firm for firm in firms for _ in firm.names]
    written = spellings((name for firm in firms for name in firm.names), places)
    names = [_Name(*one) for one in zip(owners, written, strict=True)]
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for reason, one, other, score in (*_of_one_body(firms), *_of_one_name(names), *_near(names)):
        if one.id != other.id and (reason == "same_body" or _may_be_one_body(one, other)):
            key = (min(one.id, other.id), max(one.id, other.id))
            found[key][reason] = max(score, found[key].get(reason, 0))
    made = [_pair(key, reasons) for key, reasons in found.items()]
    return sorted(made, key=lambda one: (-one.score, one.first, one.second))


def groups(found: Iterable[Pair]) -> list[tuple[list[str], list[Pair]]]:
    """Return what hangs together: the ids of the firms that may be one, and the pairs among them."""
    root: dict[str, str] = {}

    def top(one: str) -> str:
        while root.setdefault(one, one) != one:
            one = root[one]
        return one

    those = list(found)
    for pair in those:
        root[top(pair.second)] = top(pair.first)
    members: dict[str, list[Pair]] = defaultdict(list)
    for pair in those:
        members[top(pair.first)].append(pair)
    return [
        (sorted({id_ for pair in one for id_ in (pair.first, pair.second)}), one)
        for one in members.values()
    ]


def _pair(key: tuple[str, str], reasons: dict[str, int]) -> Pair:
    """Keep of several likenesses of a name the strongest: the others follow from it."""
    by_name = sorted(reasons.keys() - {"same_body"}, key=lambda one: -reasons[one])[:1]
    told = [one for one in ("same_body", *by_name) if one in reasons]
    return Pair(first=key[0], second=key[1], score=max(reasons.values()), reasons=tuple(told))


_Found = Iterator[tuple[str, Firm, Firm, int]]


def _of_one_body(firms: Sequence[Firm]) -> _Found:
    by_body: dict[Hashable, list[Firm]] = defaultdict(list)
    for firm in firms:
        for code in firm.codes:
            by_body[code[_BODY]].append(firm)
    for same in by_body.values():
        for one, other in combinations(same[:_MOST], 2):
            yield "same_body", one, other, SCORES["same_body"]


def _of_one_name(names: Sequence[_Name]) -> _Found:
    for reason, key in (("same_name", "plain"), ("same_core", "core")):
        alike: dict[str, list[_Name]] = defaultdict(list)
        for name in names:
            alike[getattr(name.spelling, key)].append(name)
        for same in alike.values():
            if len(same) > _MOST:
                continue
            for one, other in combinations(same, 2):
                if _may_be_one(one.spelling, other.spelling):
                    yield reason, one.firm, other.firm, SCORES[reason]


def _near(names: Sequence[_Name]) -> _Found:
    for those in _by_head(names):
        cores = list(those)
        likeness = process.cdist(cores, cores, scorer=fuzz.ratio, score_cutoff=NEAR, dtype=np.uint8)
        for at, to in np.argwhere(np.triu(likeness, 1)):
            score = min(int(likeness[at, to]), _NEAREST)
            for one, other in product(those[cores[at]], those[cores[to]]):
                if _may_be_one(one.spelling, other.spelling):
                    yield "near_name", one.firm, other.firm, score


def _by_head(names: Sequence[_Name]) -> Iterator[dict[str, list[_Name]]]:
    """Yield, for every beginning that several cores share, the names of each core."""
    by_core: dict[str, list[_Name]] = defaultdict(list)
    for name in names:
        by_core[name.spelling.core].append(name)
    heads: dict[str, dict[str, list[_Name]]] = defaultdict(dict)
    for core, those in by_core.items():
        if len(those) <= _MOST:
            heads[core[:_HEAD]][core] = those
    yield from (cores for cores in heads.values() if len(cores) > 1)


def _may_be_one(one: Spelling, other: Spelling) -> bool:
    """Tell whether nothing in two names tells them apart: place, number, branch."""
    return (
        one.is_branch == other.is_branch
        and one.telling == other.telling
        and may_be_one_place(one.places, other.places)
    )


def _may_be_one_body(one: Firm, other: Firm) -> bool:
    """Tell whether the codes leave it open: two right codes of two bodies are two firms."""
    first, second = ({code[_BODY] for code in firm.codes} for firm in (one, other))
    return not first or not second or bool(first & second)
