"""What is pinned for one environment is pinned once: base, demo, maps and dev are installed together."""

import re
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
TOGETHER = ("base", "demo", "maps", "dev")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)


def pins(text: str) -> dict[str, str]:
    return {name.lower(): version for name, version in PIN.findall(text)}


def differing(files: dict[str, str]) -> set[str]:
    """Return the packages that two files pin at different versions."""
    seen: dict[str, str] = {}
    return {
        name
        for text in files.values()
        for name, version in pins(text).items()
        if seen.setdefault(name, version) != version
    }


def test_no_package_is_pinned_at_two_versions() -> None:
    files = {name: (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8") for name in TOGETHER}
    assert all(len(pins(text)) > 5 for text in files.values())
    assert differing(files) == set(), (
        "`-c base.txt` and `-c demo.txt` in dev.in, then `make requirements`"
    )


def test_two_versions_would_be_noticed() -> None:
    assert differing({"a": "one==1.0 \\\n", "b": "One==1.1 \\\n"}) == {"one"}
