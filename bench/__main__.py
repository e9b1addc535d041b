"""Every benchmark that needs no data from elsewhere; the modules tell what they measure.

Each runs in a process of its own: settings are read once.
"""

import subprocess
import sys

for name in ("bench.ingest", "bench.pipeline"):
    subprocess.run([sys.executable, "-m", name], check=True)
