"""What Anlan is made of (软件物料清单): every package inside the product with its version and licence.

CycloneDX 1.6 (ECMA-424) for the security administrator's scanner; the judgement on licences is the
house's own: permissive ones inside, weak copyleft as an unmodified package, fonts under the OFL.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Literal

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from license_expression import (
    ExpressionError,
    LicenseSymbol,
    LicenseWithExceptionSymbol,
    Licensing,
    get_spdx_licensing,
)
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from anlan import __version__

Verdict = Literal["taken", "as_package", "refused", "unknown"]

PRODUCT = "anlan"
CHECKOUT = Path(__file__).parents[2]
INSIDE = {
    "MIT", "MIT-0", "MIT-CMU", "BSD-2-CLAUSE", "BSD-3-CLAUSE", "0BSD", "APACHE-2.0", "ISC", "PSF-2.0",
    "PYTHON-2.0", "ZLIB", "CC0-1.0", "OFL-1.1",
}  # fmt: skip
#: Weak copyleft: taken as an unmodified package, never copied from.
AS_PACKAGE = {
    "EPL-2.0", "MPL-2.0", "LGPL-2.1-ONLY", "LGPL-2.1-OR-LATER", "LGPL-3.0-ONLY",
    "LGPL-3.0-OR-LATER",
}  # fmt: skip
#: What older packages say in their classifiers instead of SPDX's names.
_BY_CLASSIFIER = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "GNU Affero General Public License v3": "AGPL-3.0-only",
}
_SPDX: Licensing = get_spdx_licensing()
_RANK: dict[Verdict, int] = {"taken": 0, "as_package": 1, "unknown": 2, "refused": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A package inside the product; `licence` is an SPDX expression, empty where it says none."""

    kind: Literal["pypi", "npm"]
    name: str
    version: str
    licence: str

    @property
    def verdict(self) -> Verdict:
        """Return whether the house takes its licence."""
        return judge(self.licence)


def parts(lock: Path | None = None) -> list[Part]:
    """Return every package inside the product, Python's first, each by name.

    `lock` is the web application's package-lock.json: what its built pages are made of.
    """
    found = {*_python_parts(), *(_web_parts(lock) if lock else ())}
    return sorted(found, key=lambda one: (one.kind != "pypi", one.name, one.version))


def judge(licence: str) -> Verdict:
    """Judge an SPDX expression: of alternatives the best counts, of conjunctions the worst."""
    try:
        parsed = _SPDX.parse(licence, validate=False)
    except ExpressionError:
        return "unknown"
    return "unknown" if parsed is None else _judged(parsed)


def _judged(node: object) -> Verdict:
    if isinstance(node, LicenseWithExceptionSymbol):
        return _judged(node.license_symbol)  # an exception only ever gives more
    if isinstance(node, LicenseSymbol):
        key = str(node.key).upper()
        if key in INSIDE:
            return "taken"
        if key in AS_PACKAGE:
            return "as_package"
        return "refused" if "GPL" in key else "unknown"
    verdicts = [_judged(one) for one in getattr(node, "args", ())]
    worst_counts = isinstance(node, _SPDX.AND)
    return (
        max(verdicts, key=_RANK.__getitem__)
        if worst_counts
        else min(verdicts, key=_RANK.__getitem__)
    )


def _python_parts() -> Iterator[Part]:
    """Walk what the product requires, and what that requires, as it is installed here."""
    waiting = [Requirement(line) for line in _required()]
    seen: dict[str, set[str]] = {}
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name in seen and wanted.extras <= seen[name]:
            continue
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # for another platform: not inside
        if name not in seen:
            yield Part(kind="pypi", name=name, version=found.version, licence=_licence_of(found))
        seen.setdefault(name, set()).update(wanted.extras)
        waiting += _applying(found.requires or (), wanted.extras | {""})


def _required() -> list[str]:
    """Return what the product itself asks for: as installed, or as its checkout says."""
    try:
        return distribution(PRODUCT).requires or []
    except PackageNotFoundError:
        lines = CHECKOUT.joinpath("requirements/base.in").read_text(encoding="utf-8").splitlines()
        return [one for one in lines if one and not one.startswith("#")]


def _applying(lines: Iterable[str], extras: set[str]) -> Iterator[Requirement]:
    for further in map(Requirement, lines):
        marker = further.marker
        if marker is None or any(marker.evaluate({"extra": one}) for one in extras):
            yield further


def _licence_of(found: Distribution) -> str:
    metadata = found.metadata
    said = [*(metadata.get_all("License-Expression") or ()), *(metadata.get_all("License") or ())]
    if said and _is_spdx(said[0]):
        return str(said[0])
    lines = (one for one in metadata.get_all("Classifier") or () if one.startswith("License"))
    names = (_BY_CLASSIFIER.get(one.rpartition(":: ")[2]) for one in lines)
    return " OR ".join(one for one in names if one)


def _is_spdx(text: str) -> bool:
    try:
        return _SPDX.parse(text, validate=True) is not None
    except ExpressionError:
        return False


def _web_parts(lock: Path) -> Iterator[Part]:
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    for path, said in packages.items():
        name = path.rpartition("node_modules/")[2]
        if name and not (said.get("dev") or said.get("optional")):
            yield Part(
                kind="npm", name=name, version=said["version"], licence=said.get("license", "")
            )


def document(of: Iterable[Part]) -> str:
    """Return the bill as CycloneDX 1.6 JSON."""
    bom, licences = Bom(), LicenseFactory()
    product = Component(name=PRODUCT, version=__version__, type=ComponentType.APPLICATION)
    product.licenses.add(licences.make_from_string("Apache-2.0"))
    bom.metadata.component = product
    components = [_component(one, licences) for one in of]
    bom.components.update(components)
    bom.register_dependency(product, components)
    return JsonV1Dot6(bom).output_as_string(indent=2)


def _component(part: Part, licences: LicenseFactory) -> Component:
    scope, _, name = part.name.rpartition("/")
    made = Component(
        name=name,
        group=scope or None,
        version=part.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{part.kind}:{part.name}@{part.version}",
        purl=PackageURL(part.kind, scope or None, name, part.version),
    )
    if part.licence:
        made.licenses.add(licences.make_from_string(part.licence))
    return made
