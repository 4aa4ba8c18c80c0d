"""`/metrics` of the API's process: every check of the house as Prometheus reads it.

Text format 0.0.4. nginx does not pass it on; a collector asks the process itself and shows the token
of `metrics_token_file` as `Authorization: Bearer …`. Figures keep their unit in their name.
"""

import re
from collections.abc import Iterable, Iterator

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare

from anlan.app.health.checks import Check
from anlan.app.health.look import Examination
from anlan.kernel.base.config import ConfigurationError, config

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
STATUS = {"ok": 0, "warning": 1, "late": 2, "down": 3}
_NOT_OF_A_NAME = re.compile(r"[^a-zA-Z0-9_]")
_examination = Examination()


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the collector; nobody else."""
    if not _is_collector(request.headers.get("Authorization", "")):
        refused = HttpResponse(status=401)
        refused["WWW-Authenticate"] = "Bearer"
        return refused
    return HttpResponse(exposition(_examination.checks(config())), content_type=MEDIA_TYPE)


def exposition(checks: Iterable[Check]) -> str:
    """Return the checks in the text format: a status each, and every figure that is a number."""
    found = list(checks)
    lines = [
        "# HELP anlan_check_status How a part of the house is: 0 ok, 1 warning, 2 late, 3 down.",
        "# TYPE anlan_check_status gauge",
    ]
    for one in found:
        labels = f'check="{_label(one.name)}",kind="{one.kind}"'
        lines.append(f"anlan_check_status{{{labels}}} {STATUS[one.status]}")
    by_figure: dict[str, list[str]] = {}
    for name, check, value in _figures(found):
        by_figure.setdefault(name, []).append(f'{name}{{check="{_label(check)}"}} {value!r}')
    for name, samples in sorted(by_figure.items()):
        lines += [f"# TYPE {name} gauge", *samples]
    return "\n".join(lines) + "\n"


def _figures(checks: Iterable[Check]) -> Iterator[tuple[str, str, float]]:
    for one in checks:
        for figure, value in one.figures.items():
            if isinstance(value, int | float):
                yield f"anlan_{_NOT_OF_A_NAME.sub('_', figure)}", one.name, float(value)


def _label(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _is_collector(shown: str) -> bool:
    """Tell whether the token is right; where there is no token, nobody is."""
    scheme, _blank, token = shown.partition(" ")
    try:
        wanted = config().secret("metrics_token_file")
    except ConfigurationError:
        return False
    return scheme == "Bearer" and bool(wanted) and constant_time_compare(token, wanted)
