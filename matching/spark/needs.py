"""What `--engine spark` needs that the rest of the product does not."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from matching.spark.refusal import SparkMissing

PACKAGES = ("splink", "pyspark")


def check() -> None:
    """Raise `SparkMissing` where Splink, Spark or Java is not on this machine."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise SparkMissing(
            f"--engine spark needs {' and '.join(missing)}, not installed here: run make spark."
        )
    if not _has_java():
        raise SparkMissing(
            "--engine spark needs Java 8, 11 or 17, not found on the PATH or in JAVA_HOME: "
            "install it, on Debian with apt-get install openjdk-17-jre-headless."
        )


def _has_java() -> bool:
    """Whether Spark will find a Java, which it looks for in these two places."""
    home = os.environ.get("JAVA_HOME")
    if home:
        return os.access(Path(home) / "bin" / "java", os.X_OK)
    return shutil.which("java") is not None
