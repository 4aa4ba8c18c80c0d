"""The run's own servers: one throw-away cluster, one database a worker, NATS for who asks.

The controller of a parallel run starts the cluster before its workers; a run without workers
starts it with the first test that wants a database, so that pure tests wait for nothing.
"""

import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from anlan.app.stack.care import Care
from anlan.app.stack.nats import NatsServer, nats_in
from anlan.app.stack.throw_away import Databases, ThrowAwayStack
from tests.left_out import leave_out, told

HANDED_DOWN = "ANLAN_TEST_DATABASES"
DATABASE = f"anlan_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
# a busy machine is no defect: no example has a deadline unless its test says so
settings.register_profile("anlan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("anlan")

STACK = pytest.StashKey[ThrowAwayStack]()
DATABASES = pytest.StashKey[Databases]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the cluster if workers will share it, then load Django's settings against it."""
    if text := os.environ.get(HANDED_DOWN):
        databases = Databases.from_text(text)
    else:
        stack = config.stash[STACK] = ThrowAwayStack()
        databases = stack.databases
        if config.getoption("numprocesses", default=None):
            stack.start()
            os.environ[HANDED_DOWN] = databases.to_text()
    config.stash[DATABASES] = databases
    os.environ |= {
        "ANLAN_DATABASE_URL": databases.url(DATABASE),
        "ANLAN_DB_ROLE": "anlan_app",
        "ANLAN_HOME": str(databases.home),
        # tests of other things sign in by password alone; those of the second factor turn it on
        "ANLAN_SECOND_FACTOR": "0",
        "ANLAN_SECRET_KEY_FOR_TESTS": "only for tests",
        "DJANGO_SETTINGS_MODULE": "anlan.app.settings",
    }
    os.environ.pop("ANLAN_CONFIG", None)
    import django

    django.setup()
    # else a worker, which inherits it, would load its settings before it has its own database
    del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their argument: made ones may hold the hour, and workers must name one test alike."""
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """Collect now what tests left open, and nothing more until the end.

    Collected inside `ast.parse`, which pytest's reports and the plugins' imports use, a finaliser that
    warns makes Python 3.11 fail with "AST constructor recursion depth mismatch".
    """
    gc.collect()
    gc.disable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the proofs that this machine could not give, in one place."""
    for line in told(terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the cluster; the warden does it should this line never be reached."""
    if (stack := config.stash.get(STACK, None)) is not None:
        stack.stop()
        os.environ.pop(HANDED_DOWN, None)


@pytest.fixture(scope="session")
def databases(pytestconfig: pytest.Config) -> Databases:
    """Return the run's cluster, started and with its template made."""
    found = pytestconfig.stash[DATABASES]
    stack = pytestconfig.stash.get(STACK, None)
    if stack is not None and not stack.is_started:
        stack.start()
    return found


@pytest.fixture(scope="session")
def django_db_setup(databases: Databases) -> Iterator[None]:
    """Give this worker its own database, a clone of the template (in pytest-django's place).

    After a test that really commits, the template is cloned again: Django would TRUNCATE, which
    the web's role may not do, and which would take the rows that migrations put in.
    """
    from django.db import connections
    from django.test import TransactionTestCase

    def clone_again(_case: TransactionTestCase) -> None:
        connections.close_all()
        databases.clone(DATABASE)

    databases.clone(DATABASE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", clone_again)
        yield
    connections.close_all()


@pytest.fixture
def dsn(databases: Databases, transactional_db: None) -> Callable[[str], str]:
    """Return how to connect to this worker's database as a role: `dsn("anlan_engine")`."""
    return lambda role: databases.dsn(role, DATABASE)


@pytest.fixture
def acting_as(db: None) -> Callable[[str], None]:
    """Return how a test goes on as the role of a process, with its grants and policies."""
    from django.db import connection

    def become(role: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('role', %s, false)", [role])

    return become


@pytest.fixture(scope="session")
def nats() -> Iterator[NatsServer]:
    """Start a NATS server of this worker's own, on free ports, with an empty store."""
    folder = Path(tempfile.mkdtemp(prefix="anlan-nats-"))
    folder.chmod(0o711)
    with Care() as care:
        care.folder(folder)
        server = nats_in(folder / "nats", throw_away=True)
        care.group(server.start(folder / "nats.log"))
        yield server
        server.stop()


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of shared data sets; skip where there is none."""
    beside = Path(__file__).parents[2] / "shared"
    folder = Path(os.environ.get("ANLAN_SHARED", beside))
    if not (folder / "data").is_dir():
        leave_out(f"no shared data at {folder} (name its folder in ANLAN_SHARED)")
    return folder
