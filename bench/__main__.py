"""Every benchmark that needs no data of its own; see the modules for their options."""

import sys

from bench import pipeline

sys.exit(pipeline.main([]))
