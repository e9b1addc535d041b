"""The job itself: Splink on Spark. Imported only where `matching.spark.needs` found both."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sql
from pyspark.sql.types import ArrayType, IntegerType, StringType
from splink import Linker, SparkAPI
from splink.internals.exceptions import SplinkException

from matching.spark.asking import FUNCTION, ID, IS_DIRTY, KEYS, RECORD, Asking
from matching.spark.levels import numbers, values
from matching.spark.refusal import SparkFailed

logger = logging.getLogger(__name__)

REPOSITORY = Path(__file__).resolve().parents[2]
SCHEMA = f"{ID} bigint, {IS_DIRTY} boolean, {KEYS} array<bigint>, {RECORD} string"
# On one machine; a cluster has settings of its own. Few records in 200 parts take a minute.
MOST_PARTS, RECORDS_OF_PART = 200, 5_000
OURS = {
    "spark.executorEnv.PYTHONPATH": str(REPOSITORY),
    "spark.ui.enabled": "false",  # its pages, open to the network, show parts of queries
    "spark.ui.showConsoleProgress": "false",
    # Splink weighs all comparisons in one expression, too long to be compiled as a whole.
    "spark.sql.codegen.wholeStage": "false",
}


def find_pairs(
    master: str, folder: Path, asking: Asking, *, records: int, least_bits: float
) -> Path:
    """Let Splink weigh all pairs that share a key; return where those kept are.

    All machines of `master` reach `folder` by the same path; so many records lie in it, in
    `records`. Raises `SparkFailed`.
    """
    try:
        return _find_pairs(master, folder, asking, records, least_bits)
    except (Py4JError, PySparkException, SplinkException) as problem:
        logger.exception("the job on Spark failed")
        raise SparkFailed(_reason(problem)) from problem


def _reason(problem: BaseException) -> str:
    """The line in which Java tells what is wrong; else the first there is."""
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    told = [line.removeprefix(": ") for line in lines if line.startswith(": ")]
    return (told or lines or [type(problem).__name__])[0]


def _find_pairs(
    master: str, folder: Path, asking: Asking, records: int, least_bits: float
) -> Path:
    with _session(master, folder, records) as spark:
        spark.udf.register(
            FUNCTION, partial(numbers, asking.question), ArrayType(IntegerType())
        )
        read = spark.read.schema(SCHEMA).json(_address(folder / "records"))
        table = _with_values(read, asking)
        database = SparkAPI(spark_session=spark, register_udfs_automatically=False)
        linker = Linker(database.register(table), asking.settings)
        for column, shares in asking.shares.items():
            looked_up = database.register(_shares(spark, table, column, *shares))
            linker.table_management.register_term_frequency_lookup(looked_up, column)
        found = linker.inference.predict(threshold_match_weight=least_bits)
        pairs = found.as_spark_dataframe().select(f"{ID}_l", f"{ID}_r")
        pairs.write.csv(_address(folder / "pairs"))
    return folder / "pairs"


@contextmanager
def _session(master: str, folder: Path, records: int) -> Iterator[SparkSession]:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    options = OURS | {"spark.sql.warehouse.dir": _address(folder / "warehouse")}
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        parts = min(MOST_PARTS, max(2, records // RECORDS_OF_PART))
        options |= {"spark.sql.shuffle.partitions": str(parts)}
    building = SparkSession.builder.master(master).appName("Customer 360")
    with _same_interrupt():
        spark = building.config(map=options).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    spark.sparkContext.setCheckpointDir(_address(folder / "between"))
    try:
        yield spark
    finally:
        with suppress(Py4JError, OSError):  # it may have ended already
            spark.stop()


@contextmanager
def _same_interrupt() -> Iterator[None]:
    """Leave Ctrl-C as it is: Spark's answer to it fails where Java was interrupted first."""
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)


def _address(path: Path) -> str:
    """A path as a file, also where Spark would look for it in a store of its own."""
    return path.absolute().as_uri()


def _with_values(records: DataFrame, asking: Asking) -> DataFrame:
    """Add the columns that levels are weighed by, read as everywhere."""
    if not asking.shares:
        return records
    read = sql.udf(partial(values, asking.question), ArrayType(StringType()))
    read_once = records.withColumn("values", read(sql.col(RECORD)))
    found = [sql.col("values")[number].alias(name) for number, name in enumerate(asking.shares)]
    return read_once.select(ID, IS_DIRTY, KEYS, RECORD, *found)


def _shares(
    spark: SparkSession, table: DataFrame, column: str, rare: float, shares: Mapping[str, float]
) -> DataFrame:
    """How common each value met is, `rare` where the model does not know it."""
    known = spark.createDataFrame(list(shares.items()), f"{column} string, share double")
    met = table.select(column).where(sql.col(column).isNotNull()).distinct()
    share = sql.greatest(sql.coalesce(sql.col("share"), sql.lit(rare)), sql.lit(rare))
    return met.join(known, column, "left").select(column, share.alias(f"tf_{column}"))
