"""The way out for provinces: Apache Spark reads a copy of the files and agrees with DuckDB.

Asked in the SQL of docs/history.md, which both speak; skipped where Spark or Java is not installed
(`requirements/spark.txt`; Debian: default-jre-headless).
"""

import importlib.util
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from anlan.adapters.parquet_history.compact import Compactor
from anlan.adapters.parquet_history.tiers import Job
from anlan.app.bench.history_load import FIRST_DAY, batch_of
from anlan.kernel.sensing.resolutions import Resolutions
from tests.adapters.parquet_history.oracle import NODE, FakeCatalogue, writer_on
from tests.left_out import leave_out

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PAGE = Path(__file__).parents[3] / "docs" / "history.md"
NUMBERS = np.array([3, 7, 11], np.int32)


def queries() -> dict[str, str]:
    """Return the queries that the page shows, by their first comment."""
    blocks = re.findall(
        r"```sql\n-- (\w+)[^\n]*\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
    )
    return dict(blocks)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days of three datastreams: steps, decimals that nobody declared, floats; corrections."""
    home = tmp_path_factory.mktemp("lake")
    catalogue = FakeCatalogue()
    writer = writer_on(home / "history", catalogue)
    chance = np.random.default_rng(5)
    for turn in range(2 * 1440):
        at = FIRST_DAY + turn * 60_000 + np.rint(chance.normal(0, 8, 3)).astype(np.int64)
        said = np.array([round(turn * 0.1 % 90, 1), round(turn / 8 % 5, 3), chance.normal()])
        writer.add(turn * 2 + 1, 0, batch_of(turn * 2 + 1, NUMBERS, at, said))
        if turn % 300 == 0:
            writer.add(turn * 2 + 2, 0, batch_of(turn * 2 + 2, NUMBERS, at, said + 1))
        if turn % 1000 == 999:
            writer.flush()
    writer.flush()
    writer.register()
    segments = sorted(catalogue.live(), key=lambda entry: entry.seq_first)
    compactor = Compactor(
        node=NODE,
        folder=home / "history",
        catalogue=catalogue,
        resolutions=Resolutions.of({3: 0.1}),
    )
    compactor.compact(Job(tuple(segments[:2])))  # the last one stays as the recorder wrote it
    target = home / "copy"
    for entry in catalogue.live():
        (target / entry.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(home / "history" / entry.path, target / entry.path)
    return target


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    if importlib.util.find_spec("pyspark") is None:
        leave_out("Apache Spark is not installed (requirements/spark.txt)")
    if shutil.which("java") is None:
        leave_out("no Java for Spark (Debian: default-jre-headless)")
    from pyspark.sql import SparkSession

    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2",
                "spark.sql.session.timeZone": "UTC", "spark.driver.memory": "1g",
                "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}  # fmt: skip
    builder = SparkSession.builder.master("local[2]").appName("history")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


def test_spark_and_duckdb_agree_on_the_three_queries_of_the_page(copy: Path, spark: Any) -> None:
    asked = queries()
    assert list(asked) == ["reading", "daily", "corrected", "silent"]
    view = asked.pop("reading")
    files = [str(file) for file in sorted(copy.rglob("*.parquet"))]
    assert {Path(file).parent.name for file in files} >= {"segments", "20260801", "20260802"}
    ours = duckdb.connect()
    ours.read_parquet(files).create_view("files")
    spark.read.parquet(*files).createOrReplaceTempView("files")
    ours.execute(view)
    spark.sql(view.replace("CREATE VIEW", "CREATE TEMPORARY VIEW"))
    for name, sql in asked.items():
        here = ours.execute(sql).fetchall()
        there = [tuple(row) for row in spark.sql(sql).collect()]
        assert here, name
        assert _rounded(there) == _rounded(here), name
    (readings,) = ours.execute("SELECT count(*) FROM reading").fetchall()
    assert readings[0] == 3 * 2 * 1440


def _rounded(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """A mean is added up in another order: the last digits are nobody's."""
    return [tuple(round(v, 9) if isinstance(v, float) else v for v in row) for row in rows]
