"""The role catalogue that ships with the product (`roles.toml`), read and checked."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

_PERMISSION = re.compile(r"[a-z_]+(\.[a-z_]+){1,2}")


class CatalogueError(ValueError):
    """The catalogue says something that cannot be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleInput:
    """One role as the catalogue has it."""

    code: str
    title: str
    title_en: str
    family: str
    ceiling: int
    permissions: tuple[str, ...]


def parse(text: str) -> tuple[RoleInput, ...]:
    """Read a catalogue; raises CatalogueError for an unknown bundle or a name that is not one."""
    content = tomllib.loads(text)
    bundles: dict[str, list[str]] = content["bundles"]
    return tuple(_role(code, body, bundles) for code, body in content["roles"].items())


def _role(code: str, body: dict[str, object], bundles: dict[str, list[str]]) -> RoleInput:
    given = dict(body)
    names = given.pop("bundles", [])
    own = given.pop("permissions", [])
    if not isinstance(names, list) or not isinstance(own, list):
        raise CatalogueError(f"{code}: bundles and permissions are lists")
    if unknown := sorted(set(names) - set(bundles)):
        raise CatalogueError(f"{code}: unknown bundles {', '.join(unknown)}")
    permissions = sorted({*own, *(one for name in names for one in bundles[name])})
    if wrong := [one for one in permissions if not _PERMISSION.fullmatch(one)]:
        raise CatalogueError(f"{code}: not permissions: {', '.join(wrong)}")
    return RoleInput(code=code, permissions=tuple(permissions), **given)  # type: ignore[arg-type]


@cache
def shipped() -> tuple[RoleInput, ...]:
    """Return the catalogue that ships with the product."""
    file = resources.files("anlan.kernel.people").joinpath("roles.toml")
    return parse(file.read_text(encoding="utf-8"))


def permissions() -> frozenset[str]:
    """Return every permission that any shipped role has."""
    return frozenset(one for role in shipped() for one in role.permissions)
