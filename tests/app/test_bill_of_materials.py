"""What the product is made of: nothing inside whose licence the house does not take, and a bill of it."""

from collections.abc import Callable
from importlib.metadata import distribution as metadata_of
from json import dumps, loads
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from anlan.app import bill_of_materials
from anlan.app.bill_of_materials import Part, document, judge, parts
from anlan.app.cli.main import build

LOCK = Path(__file__).parents[2] / "web/package-lock.json"


def test_every_package_inside_the_product_has_a_licence_that_the_house_takes() -> None:
    found = parts(LOCK)

    names = {(one.kind, one.name) for one in found}
    assert {("pypi", "django"), ("pypi", "psycopg-binary"), ("npm", "maplibre-gl")} <= names
    # a tool of the developers, and what only an extra that nobody asks for would bring
    assert not {("pypi", "pytest"), ("pypi", "hypothesis"), ("npm", "vitest")} & names
    assert {one.name: one.licence for one in found if one.verdict in {"refused", "unknown"}} == {}
    taken_as_package = {one.name for one in found if one.verdict == "as_package"}
    assert taken_as_package >= {"psycopg", "psycopg-pool"}


@pytest.mark.parametrize(
    ("licence", "verdict"),
    [
        ("MIT", "taken"),
        ("apache-2.0", "taken"),
        ("OFL-1.1", "taken"),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", "taken"),
        ("LGPL-3.0-only", "as_package"),
        ("MPL-2.0 AND MIT", "as_package"),
        ("GPL-3.0-only OR MIT", "taken"),
        ("GPL-3.0-only AND MIT", "refused"),
        ("AGPL-3.0-or-later", "refused"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "refused"),
        ("", "unknown"),
        ("All rights reserved", "unknown"),
        ("MIT OR (", "unknown"),
    ],
)
def test_a_licence_is_judged_by_its_expression(licence: str, verdict: str) -> None:
    assert judge(licence) == verdict


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the product require one more package, with the words that its metadata has."""

    def plant(**metadata: list[str]) -> None:
        true = metadata_of
        fields = {key.replace("_", "-"): said for key, said in metadata.items()}
        asked = SimpleNamespace(get_all=fields.get)
        made = SimpleNamespace(version="1.0", requires=None, metadata=asked)
        monkeypatch.setattr(
            bill_of_materials, "distribution", lambda name: made if name == "weed" else true(name)
        )
        lines = ["django", "weed"]
        monkeypatch.setattr(bill_of_materials, "_required", lambda: lines)

    return plant


@pytest.mark.parametrize(
    ("metadata", "verdict"),
    [
        ({"License_Expression": ["GPL-3.0-or-later"]}, "refused"),
        ({"License": ["Apache-2.0"]}, "taken"),
        ({"Classifier": ["License :: OSI Approved :: MIT License"]}, "taken"),
        (
            {"Classifier": ["License :: OSI Approved :: GNU General Public License v3 (GPLv3)"]},
            "refused",
        ),
        ({"License": ["Copyright (c) 2001, nobody says what may be done"]}, "unknown"),
    ],
)
def test_a_package_that_comes_in_with_a_wrong_licence_is_found(
    planted: Callable[..., None], metadata: dict[str, list[str]], verdict: str
) -> None:
    planted(**metadata)

    [weed] = [one for one in parts() if one.name == "weed"]

    assert weed.verdict == verdict


def test_the_command_writes_a_bill_that_names_every_package_and_fails_for_a_wrong_licence(
    planted: Callable[..., None], tmp_path: Path
) -> None:
    file = tmp_path / "anlan.cdx.json"
    asked = ["doctor", "--sbom", str(file)]

    done = CliRunner().invoke(build("doctor"), asked)

    assert done.exit_code == 0, done.output
    bill = loads(file.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "anlan"
    assert len(bill["components"]) == len(parts(LOCK))
    assert {one["purl"].partition("@")[0] for one in bill["components"]} >= {"pkg:pypi/django"}

    planted(License_Expression=["GPL-3.0-only"])
    done = CliRunner().invoke(build("doctor"), asked)
    assert done.exit_code == 1
    assert "✗ pypi weed 1.0  GPL-3.0-only" in done.output


def test_a_package_of_a_scope_is_named_as_its_registry_names_it(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    packages = {
        "": {"name": "web"},
        "node_modules/@vue/shared": {"version": "3.5.0", "license": "MIT"},
        "node_modules/a/node_modules/b": {"version": "2.0.0"},
        "node_modules/vitest": {"version": "4.0.0", "license": "MIT", "dev": True},
    }
    lock.write_text(dumps({"packages": packages}))

    of_the_web = [one for one in parts(lock) if one.kind == "npm"]

    assert of_the_web == [
        Part(kind="npm", name="@vue/shared", version="3.5.0", licence="MIT"),
        Part(kind="npm", name="b", version="2.0.0", licence=""),
    ]
    purls = [one["purl"] for one in loads(document(of_the_web))["components"]]
    assert sorted(purls) == ["pkg:npm/%40vue/shared@3.5.0", "pkg:npm/b@2.0.0"]
