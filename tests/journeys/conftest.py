"""The house that every journey walks through."""

from collections.abc import Iterator

import pytest

from tests.journeys.house import ROOT, House, build
from tests.left_out import leave_out


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Bring up the whole house once for all journeys."""
    missing = [
        str(one.relative_to(ROOT))
        for one in (
            ROOT / "web" / "dist" / "index.html",
            ROOT / ".venv" / "simulators" / "bin" / "python",
        )
        if not one.exists()
    ]
    if missing:
        leave_out(f"no {' and no '.join(missing)} (`make test` makes them)", brought=True)
    folder = tmp_path_factory.mktemp("house")
    folder.chmod(0o755)
    made = build(folder / "var")
    yield made
    made.stop()
