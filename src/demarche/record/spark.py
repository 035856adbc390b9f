"""Spark: the daily counts of a record that has outgrown one machine, by the same expression."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demarche.errors import MethodError

if TYPE_CHECKING:
    import pyarrow as pa

    from demarche.record.counts import CountUnit

__all__ = ["exact_path", "spark_counts", "spark_session"]


def spark_session(*, master: str = "local[*]", options: Mapping[str, str] | None = None) -> Any:
    """Spark session set up for the record: UTC days, Arrow out, no web page.

    Parameters
    ----------
    master : str
        ``local[*]`` (this machine), ``local-cluster[2,1,1024]`` (two workers of one core and
        1024 MB on this machine), or the address of a cluster.
    options : mapping of str to str, optional
        Further Spark settings; they win over ours.

    Returns
    -------
    pyspark.sql.SparkSession
        The caller stops it.

    Raises
    ------
    MethodError
        If pyspark or Java is missing.
    """
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise MethodError(
            "the engine spark needs pyspark, which is not installed; "
            "pip install 'demarche[spark]' (and Java 17 or later)."
        ) from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("demarche")
    ours = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        # event files name dates as DATE; never rebase days before 1582
        "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    }
    if master.startswith("local"):
        ours |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        ours["spark.sql.shuffle.partitions"] = "4"
    for name, value in {**ours, **(options or {})}.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise MethodError(
            f"Spark did not start ({error}); it needs Java 17 or later, found by JAVA_HOME or PATH."
        ) from None


def exact_path(path: Path) -> str:
    r"""Name of one file to Spark, which takes ``[``, ``{``, ``*``, ``?`` and ``\`` for a pattern.

    Examples
    --------
    >>> print(exact_path(Path("/a[1]/b?.parquet")))
    /a\[1\]/b\?.parquet
    """
    return re.sub(r"[\[\]{}*?\\]", r"\\\g<0>", str(path.absolute()))


def spark_counts(
    paths: Sequence[Path], *, session: Any, unit: CountUnit = "actor", sectors: bool = True
) -> pa.Table:
    """Daily counts of some event files, computed by Spark; rows in no particular order.

    Parameters
    ----------
    paths : sequence of Path
        Event files that every worker can read at this path.
    session : SparkSession
    unit, sectors
        As in `demarche.record.counts.daily_counts`.

    Returns
    -------
    Arrow table
        Columns of ``COUNT_COLUMNS``.
    """
    import narwhals as nw

    from demarche.record.counts import daily_counts

    events = session.read.option("mergeSchema", "true").parquet(*[exact_path(p) for p in paths])
    counted = daily_counts(nw.from_native(events), unit=unit, sectors=sectors)
    return counted.to_native().toArrow()
