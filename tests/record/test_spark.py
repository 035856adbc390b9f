"""Spark: two workers on this machine, the same expression, the same bytes as DuckDB."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demarche.errors import MethodError
from demarche.record.count_reads import read_counts
from demarche.record.counts import MonthEvents, build_counts
from demarche.record.spark import spark_counts, spark_session
from demarche.record.synthetic import made_world
from demarche.record.synthetic_files import write_events
from tests.record.test_counts import DAY, END, as_dict, oracle, table_of


def need_spark():
    """Skip where pyspark or Java is absent; with DEMARCHE_REQUIRE_ALL=1 that is a failure."""
    missing = []
    if importlib.util.find_spec("pyspark") is None:
        missing.append("pyspark (demarche[spark])")
    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        missing.append("Java 17")
    if missing and os.environ.get("DEMARCHE_REQUIRE_ALL") == "1":
        pytest.fail(f"{' and '.join(missing)} required here and missing")
    if missing:
        pytest.skip(f"absent: {' and '.join(missing)}")


@pytest.fixture(scope="module")
def cluster():
    need_spark()
    session = spark_session(master="local-cluster[2,1,1024]")
    yield session
    session.stop()


def test_two_workers_take_part(cluster):
    hosts = cluster.sparkContext.parallelize(range(64), 16)
    pids = set(hosts.mapPartitions(lambda _: [__import__("os").getppid()]).collect())
    executors = cluster.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1
    assert executors == 2
    assert len(pids) == 2


def test_spark_and_duckdb_write_the_same_bytes(cluster, tmp_path):
    world = made_world(days=59, lag_shares=(0.8, 0.2))
    files = write_events(world, tmp_path / "events", rows=20_000, seed=4)
    months = [MonthEvents(source="synthetic", month=f.month, paths=(f.path,)) for f in files]
    for unit in ("actor", "name"):
        spark = build_counts(months, tmp_path / "spark", engine="spark", unit=unit, session=cluster)
        duck = build_counts(months, tmp_path / "duck", engine="duckdb", unit=unit)
        assert len(spark) == 2
        for one, two in zip(spark, duck, strict=True):
            assert one.path.read_bytes() == two.path.read_bytes()
    total = read_counts([f.path for f in spark], as_of=END).columns["n"].sum()
    assert total == sum(f.rows for f in files)


def test_a_folder_with_a_pattern_for_a_name_is_read_itself(cluster, tmp_path):
    world = made_world(days=3)
    for folder in ("s1", "s[1] {a,b}*?\\"):
        files = write_events(world, tmp_path / folder / "events", rows=90, seed=4)
        months = [MonthEvents(source="synthetic", month=f.month, paths=(f.path,)) for f in files]
        out = tmp_path / folder / "counts"
        made = build_counts(months, out, engine="spark", unit="actor", session=cluster)
        total = read_counts([f.path for f in made], as_of=END).columns["n"].sum()
        assert total == sum(f.rows for f in files)


def test_empty_values_and_withdrawals_are_as_on_duckdb(cluster, tmp_path):
    base = {"source": "s", "date": DAY, "known_at": DAY, "directed": True}
    rows = [
        base,
        base,
        {**base, "actor": "Ünïön", "recipient": "XAB", "root": "19", "quad_code": 4},
        {**base, "actor": "XAA", "actor_sector": "", "directed": False},
        {**base, "actor": "XAA", "deleted_at": DAY.replace(day=9)},
        {**base, "actor": "XAA", "deleted_at": DAY},
        {**base, "date": DAY.replace(year=1500), "actor": "XAA", "known_at": DAY},
    ]
    whole = tmp_path / "all.parquet"
    pq.write_table(table_of(rows), whole)
    parts = tuple(tmp_path / f"{k}.parquet" for k in range(2))
    for k, path in enumerate(parts):
        pq.write_table(table_of(rows[k::2]), path)
    found = spark_counts(parts, session=cluster)
    assert isinstance(found, pa.Table)
    assert as_dict(found) == oracle(rows)
    made = [
        build_counts(
            [MonthEvents(source="s", month="2020-01", paths=paths)],
            tmp_path / engine,
            engine=engine,
            session=cluster,
        )[0].path.read_bytes()
        for engine, paths in (("spark", parts), ("duckdb", (whole,)))
    ]
    assert made[0] == made[1]


def test_without_pyspark_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(MethodError, match=r"pip install 'demarche\[spark\]'"):
        spark_session()
