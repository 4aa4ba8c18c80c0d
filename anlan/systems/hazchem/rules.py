"""GB 18218-2018 read from its data: critical quantity and beta of a chemical, and what grades are made of."""

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from anlan.engines.major_hazards.grading import Rules
from anlan.kernel.base.errors import InvalidError

SHIPPED = Path(__file__).with_name("gb18218_2018.toml")
_CAS = re.compile(r"[1-9]\d{1,6}-\d{2}-\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A row of table 1: `critical_t` of a chemical under its name."""

    number: int
    name: str
    name_en: str
    cas: tuple[str, ...]
    critical_t: float
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardClass:
    """A row of tables 2 and 4: `critical_t` and `beta` of a class."""

    symbol: str
    name: str
    description: str
    description_en: str
    critical_t: float
    beta: float
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gas:
    """A row of table 3: `beta` of a gas under its name."""

    name: str
    name_en: str
    cas: str
    beta: float
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A figure and where it stands, for the calculation sheet."""

    value: float
    table: int
    row: str
    mark: str
    row_en: str = ""


@dataclass(frozen=True, slots=True)
class Standard:
    """The tables of one version of the standard, as shipped or as a bureau has corrected them."""

    name: str
    named: dict[int, Named]
    classes: dict[str, HazardClass]
    gases: dict[str, Gas]
    grading: Rules

    def forms_of(self, cas: str) -> list[Named]:
        """Return the rows of table 1 that a CAS number has; more than one where the form decides."""
        return [one for one in self.named.values() if cas in one.cas]

    def critical(
        self, *, cas: str = "", number: int | None = None, symbols: Collection[str] = ()
    ) -> Found:
        """Return the critical quantity Q (t): of the name, else the smallest of the classes (4.1.2).

        `number` is the row of table 1 where the name has several forms. Raises InvalidError for a form that is not
        said, a row or class that does not exist, and for what is in no table.
        """
        forms = self.forms_of(cas) if number is None else [self._row(number)]
        if len(forms) > 1:
            rows = "、".join(f"{one.number} {one.name}" for one in forms)
            raise InvalidError(
                f"该化学品有多种形态，须指明表1的行：{rows}", code="hazchem.form_unsaid", rows=rows
            )
        if forms:
            [row] = forms
            return Found(
                value=row.critical_t, table=1, row=row.name, mark=row.mark, row_en=row.name_en
            )
        found = [self._class(one) for one in symbols]
        if not found:
            raise InvalidError(
                "不在表1中，须给出危险性类别（表2）", code="hazchem.class_unsaid", cas=cas
            )
        least = min(found, key=lambda one: one.critical_t)
        return Found(value=least.critical_t, table=2, row=least.symbol, mark=least.mark)

    def beta(self, *, cas: str = "", symbol: str = "") -> Found:
        """Return beta: of the gas, else of the class. Raises InvalidError where neither is there."""
        if gas := self.gases.get(cas):
            return Found(value=gas.beta, table=3, row=gas.name, mark=gas.mark, row_en=gas.name_en)
        if not symbol:
            raise InvalidError(
                "不在表3中，须给出危险性类别（表4）", code="hazchem.class_unsaid", cas=cas
            )
        found = self._class(symbol)
        return Found(value=found.beta, table=4, row=found.symbol, mark=found.mark)

    def beta_of(self, *, cas: str = "", symbols: Collection[str] = ()) -> Found:
        """Return beta where a chemical has several classes: the gas's, else the largest of theirs.

        The standard gives one class a beta and says nothing of several; the largest errs on the safe side. Raises
        InvalidError where neither is there.
        """
        if cas in self.gases or not symbols:
            return self.beta(cas=cas)
        return max((self.beta(symbol=one) for one in symbols), key=lambda one: one.value)

    def _row(self, number: int) -> Named:
        if (found := self.named.get(number)) is None:
            raise InvalidError(f"表1没有第 {number} 行", code="hazchem.no_such_row", number=number)
        return found

    def _class(self, symbol: str) -> HazardClass:
        if (found := self.classes.get(symbol)) is None:
            raise InvalidError(
                f"没有危险性类别 {symbol}", code="hazchem.no_such_class", symbol=symbol
            )
        return found


def read_standard(file: Path = SHIPPED) -> Standard:
    """Read the tables. Raises ValueError, or KeyError for a column that is missing."""
    raw: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    named = [Named(**row | {"cas": tuple(row["cas"])}) for row in raw["named"]]
    for one in named:
        if wrong := [cas for cas in one.cas if not is_cas(cas)]:
            raise ValueError(f"{one.name}: {wrong} is no CAS number")
    alpha = raw["alpha"]
    return Standard(
        raw["standard"],
        {one.number: one for one in named},
        {row["symbol"]: HazardClass(**row) for row in raw["class"]},
        {row["cas"]: Gas(**row) for row in raw["gas"]},
        Rules(np.array(alpha["people"]), np.array(alpha["alpha"]), np.array(raw["grade"]["r"])),
    )


def is_cas(text: str) -> bool:
    """Tell whether a text is a CAS number: its last digit is the sum of the others, each times its place, modulo 10."""
    if _CAS.fullmatch(text) is None:
        return False
    *digits, check = [int(one) for one in text if one != "-"]
    return sum(place * one for place, one in enumerate(reversed(digits), 1)) % 10 == check
