"""English for a spreadsheet: its headings are the API's own names, its words the codes, as people write them.

The Chinese stands where a list is declared; English is said here only where a name or a code does
not read as English by itself (`sheets.en.toml`).
"""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation.trans_real import parse_accept_lang_header

_FILE = Path(__file__).with_name("sheets.en.toml")
#: What a name begins or ends with and a heading does not need.
_BEFORE, _BEHIND = ("is_", "has_"), ("_name", "_title")
_UNITS = {"_ms": "ms", "_bytes": "bytes"}


class Language(StrEnum):
    """The two languages of the product."""

    ZH = "zh-CN"
    EN = "en"


def preferred(accepted: str) -> Language:
    """Return which language an Accept-Language header likes best (RFC 9110 12.5.4), Chinese if neither."""
    try:
        liked = parse_accept_lang_header(accepted)
    except ValueError:
        return Language.ZH
    for tag, weight in liked:
        for language in Language:
            if weight > 0 and tag.partition("-")[0] == language.value.partition("-")[0]:
                return language
    return Language.ZH


def heading(name: str, of: str = "") -> str:
    """Return the English heading of a column by its name in the API, and that of its list."""
    said = _of_list(of).get(name) or _said()["headings"].get(name)
    if said is not None:
        return str(said)
    for suffix, unit in _UNITS.items():
        if name.endswith(suffix):
            return f"{_plain(name.removesuffix(suffix))} ({unit})"
    for before in _BEFORE:
        name = name.removeprefix(before)
    for behind in _BEHIND:
        name = name.removesuffix(behind)
    return _plain(name)


def word(name: str, code: object, of: str = "") -> str:
    """Return what a code of a column says in English; a list may have its own words for it."""
    key = str(code).lower() if isinstance(code, bool) else str(code)
    own: Mapping[str, Any] = _of_list(of).get("words", {}).get(name, {})
    said: Mapping[str, Any] = own or _said()["words"].get(name, {})
    if key in said:
        return str(said[key])
    if isinstance(code, bool) or code is None:
        return "yes" if code else "" if code is None else "no"
    return _plain(key)


def _of_list(name: str) -> Mapping[str, Any]:
    plain = name.removeprefix("list_").removesuffix("_list")
    found: Mapping[str, Any] = _said()["lists"].get(plain, {})
    return found


def _plain(name: str) -> str:
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


@cache
def _said() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
