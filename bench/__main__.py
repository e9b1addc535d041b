"""Every benchmark that needs no data from elsewhere; the modules tell what they measure.

Each runs in a process of its own: settings are read once.
"""

import subprocess
import sys

COMMANDS = (
    ("bench.quality", "--splink"),
    ("bench.decisions",),
    ("bench.bulk", "--splink"),
    ("bench.live",),
    ("bench.ingest",),
    ("bench.pipeline",),
    ("bench.ledger",),
)

for command in COMMANDS:
    subprocess.run([sys.executable, "-m", *command], check=True)
