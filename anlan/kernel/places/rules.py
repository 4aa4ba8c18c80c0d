"""Division codes as int8, so that a subtree is one range of numbers (decision 7.6).

Widths follow GB/T 2260 (province 2, city 2, county 2), the township code (3), the village
code (3) and the grid (4 digits): 宁东镇 640181 + 100 becomes 6401811000000000.
"""

from enum import IntEnum

#: Digits of each level after the country, from province to grid.
WIDTHS = (2, 2, 2, 3, 3, 4)
DIGITS = sum(WIDTHS)


#: What a county's code is multiplied by in `div`: the digits below it.
COUNTY_UNIT = 10 ** (DIGITS - sum(WIDTHS[:3]))
#: The same of a township's code.
TOWNSHIP_UNIT = 10 ** (DIGITS - sum(WIDTHS[:4]))


class DivisionLevel(IntEnum):
    """Levels of administrative division (行政区划), country to grid."""

    COUNTRY = 0
    PROVINCE = 1
    CITY = 2
    COUNTY = 3
    TOWNSHIP = 4
    VILLAGE = 5
    GRID = 6


LEVELS = {
    DivisionLevel.COUNTRY: "国家",
    DivisionLevel.PROVINCE: "省级",
    DivisionLevel.CITY: "地级",
    DivisionLevel.COUNTY: "县级",
    DivisionLevel.TOWNSHIP: "乡级",
    DivisionLevel.VILLAGE: "村级",
    DivisionLevel.GRID: "网格",
}


def code_digits(level: DivisionLevel) -> int:
    """Return how many digits a code of this level has: 0, 2, 4, 6, 9, 12, 16."""
    return sum(WIDTHS[:level])


def div_of(code: str) -> int:
    """Turn a division code of any level ("" is the country) into its int8.

    Raises ValueError when the code has not the digits of a level.
    """
    if code and not code.isdigit():
        raise ValueError(f"division code {code!r} is not digits")
    if len(code) not in {code_digits(level) for level in DivisionLevel}:
        raise ValueError(f"division code {code!r} has {len(code)} digits; 2, 4, 6, 9, 12 or 16")
    return int(code.ljust(DIGITS, "0")) if code else 0


def code_of(div: int) -> str:
    """Turn an int8 back into the shortest division code that it stands for; 0 is the country."""
    digits = str(div).rjust(DIGITS, "0") if div else ""
    fitting = (
        digits[: code_digits(level)]
        for level in DivisionLevel
        if not digits[code_digits(level) :].strip("0")
    )
    return next(fitting)


def node_div(node: str) -> int:
    """Return the int8 of the division that an installation is named after (`n640181`).

    A name that is none stands for the country: what such a node says of itself is kept all the same.
    """
    try:
        return div_of(node.removeprefix("n"))
    except ValueError:
        return 0


def level_of(code: str) -> DivisionLevel:
    """Return the level that a code's length names; raises ValueError when it is none."""
    div_of(code)
    return next(level for level in DivisionLevel if code_digits(level) == len(code))


def div_range(code: str) -> tuple[int, int]:
    """Return the inclusive range of int8 that the subtree under a code covers."""
    low = div_of(code)
    return low, low + 10 ** (DIGITS - len(code)) - 1


def ancestors(code: str) -> list[str]:
    """Return the codes above a code, country first, the code itself last."""
    return [
        code[: code_digits(level)] for level in DivisionLevel if code_digits(level) <= len(code)
    ]


#: How many zones a county numbers: the last two digits of a zone's number.
ZONES_A_COUNTY = 100


def county_of(zone: int) -> str:
    """Return the code of the county that a zone is numbered in: 64018101 is 640181's first."""
    return str(zone // ZONES_A_COUNTY)


def recoded(code: str, old: str, new: str) -> str:
    """Return the code of what lies under a division that has got another code."""
    return new + code[len(old) :]
