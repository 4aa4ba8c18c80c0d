"""The form of every bench: rows of figures, each beside its target and its peer of the same run.

Names never change once published: somebody compares them over years.
"""

import json
import os
import platform
import shutil
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure; `ratio` is how many times better than the peer it is."""

    name: str
    value: float
    unit: str
    target: float | None = None
    met: bool | None = None
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All figures of one run, and where they were taken."""

    bench: str
    quick: bool
    git: str
    machine: dict[str, Any]
    rows: list[Row] = field(default_factory=list)

    def to_json(self) -> str:
        """Return the report as the published JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"


def rounded(value: float) -> float:
    """Keep four digits: more would pretend."""
    return float(f"{value:.4g}")


def none_may_be(name: str, value: float, unit: str) -> Row:
    """Return a row of what must not happen at all."""
    return Row(name=name, value=value, unit=unit, target=0.0, met=value == 0)


def more_is_better(
    name: str, value: float, unit: str, *, target: float | None, peer: str, peer_value: float
) -> Row:
    """Return a row of a rate, beside the rate of its peer."""
    return Row(
        name=name,
        value=rounded(value),
        unit=unit,
        target=target,
        met=None if target is None else value >= target,
        peer=peer,
        peer_value=rounded(peer_value),
        ratio=rounded(value / peer_value),
    )


def less_is_better(
    name: str, value: float, unit: str, *, target: float | None, peer: str, peer_value: float
) -> Row:
    """Return a row of a time, beside the time of its peer."""
    return Row(
        name=name,
        value=rounded(value),
        unit=unit,
        target=target,
        met=None if target is None else value <= target,
        peer=peer,
        peer_value=rounded(peer_value),
        ratio=rounded(peer_value / value),
    )


def new_report(bench: str, *, quick: bool) -> Report:
    """Return an empty report of this machine and this version."""
    return Report(bench=bench, quick=quick, git=_git(), machine=_machine())


def table(report: Report) -> str:
    """Set the rows as text for a terminal."""
    lines = [f"{'name':<44}{'value':>10} {'unit':<14}{'target':>8} {'met':<4} peer"]
    for row in report.rows:
        target = "" if row.target is None else f"{row.target:g}"
        met = {None: "", True: "yes", False: "NO"}[row.met]
        peer = "" if row.peer is None else f"{row.peer} {row.peer_value:g} (x{row.ratio:g})"
        lines.append(f"{row.name:<44}{row.value:>10g} {row.unit:<14}{target:>8} {met:<4} {peer}")
    return "\n".join(lines)


def page(report: Report) -> str:
    """Set the rows as a table of a Markdown page, with where and on what they were taken."""
    machine = report.machine
    where = f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB"
    form = ", the quick form" if report.quick else ""
    lines = [
        f"`{report.git}`, {where}, load at the start {machine['load_1_min']}{form}.",
        "",
        "| name | value | unit | target | met | peer |",
        "|---|--:|---|--:|---|---|",
    ]
    for row in report.rows:
        target = "" if row.target is None else f"{row.target:g}"
        met = {None: "", True: "yes", False: "**no**"}[row.met]
        peer = "" if row.peer is None else f"{row.peer} {row.peer_value:g} (x{row.ratio:g})"
        lines.append(f"| `{row.name}` | {row.value:g} | {row.unit} | {target} | {met} | {peer} |")
    return "\n".join(lines) + "\n"


def write_section(file: Path, report: Report) -> None:
    """Put the table in its place of a page: between the marks of this bench, or at the end.

    What the page says round the tables stays as it is.
    """
    write_between(file, report.bench, page(report))


def write_between(file: Path, name: str, lines: str) -> None:
    """Put lines between the marks of a name, or at the end of the page."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    if begin not in text:
        text += f"\n## {name}\n\n{begin}{end}"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    file.write_text(f"{before}{begin}{lines}{end}{after}", encoding="utf-8")


def _git() -> str:
    """Name the commit, or `unknown` where this is an installed package."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    here = Path(__file__).parent
    asked = [git, "-C", str(here), "describe", "--always", "--dirty", "--exclude=*"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    return said.stdout.strip() or "unknown"


def _machine() -> dict[str, Any]:
    """Say what was measured on; a figure without it is worth nothing."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_1_min": round(os.getloadavg()[0], 2),
    }


def _cpu() -> str:
    """Read the model name that Linux gives; other systems say their architecture."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()
