# The commands of this project; the README explains them. Needs python3 (3.11 or newer) and make.

PORT ?= 8360
PYTHON := .venv/bin/python
TEMPLATES = $(shell find templates -name '*.html')

.PHONY: run test test-e2e test-faults test-spark check bench demo spark messages lock clean

# Starts everything; make run PORT=8361 DATA_DIR=/srv/c360 ARGS="--workers 4 --no-demo"
run: .venv/.installed
	@exec $(PYTHON) manage.py up --port $(PORT) $(if $(DATA_DIR),--data-dir "$(DATA_DIR)") $(ARGS)

test: .venv/.installed-dev
	$(PYTHON) -m pytest -m "not e2e and not faults" -n 2

# In the order in which they are written, file by file: the tests of a process share one product,
# and what happens to it stays.
test-e2e: .venv/.installed-dev
	.ci/chromium
	$(PYTHON) -m pytest tests/e2e -m e2e -p no:randomly -n 2 \
		--dist loadfile --no-loadscope-reorder

test-faults: .venv/.installed-dev
	$(PYTHON) -m pytest tests/consent/test_fold_properties.py -m faults -n 2
	$(PYTHON) -m pytest -m faults --ignore tests/consent/test_fold_properties.py -n 2 --dist loadfile

# In an environment of its own, since Spark is large and seldom needed; needs Java too.
test-spark: .venv-spark/.installed
	.venv-spark/bin/python -m pytest tests/matching/test_spark_run.py

check: .venv/.installed-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/djade --check --target-version 5.2 $(TEMPLATES)
	.venv/bin/lint-imports
	$(PYTHON) manage.py check --fail-level WARNING
	$(PYTHON) manage.py makemigrations --check --dry-run

# In an environment of its own, since it brings the peer that matching is measured against.
bench: .venv-bench/.installed
	.venv-bench/bin/python -m bench

# Adds Splink and Spark, for manage.py resolve --engine spark.
spark: .venv/.installed
	.ci/install requirements-spark.lock

demo: .venv/.installed
	$(PYTHON) manage.py demo

# Collects the texts of pages for translators and packs what they wrote; needs gettext.
messages: .venv/.installed-dev
	$(PYTHON) manage.py makemessages --all --no-location --no-wrap --no-obsolete \
		--ignore '.venv*' --ignore tests --ignore bench
	$(PYTHON) manage.py compilemessages --ignore '.venv*'

# Writes the lock files anew from pyproject.toml, with the newest versions it allows.
LOCK = uv pip compile pyproject.toml --upgrade --generate-hashes --no-emit-index-url \
	--no-header --python-version 3.11 --universal --quiet
lock:
	$(LOCK) --output-file requirements.lock
	$(LOCK) --group dev --output-file requirements-dev.lock
	$(LOCK) --group bench --output-file requirements-bench.lock
	$(LOCK) --extra spark --output-file requirements-spark.lock

# Removes the environments and caches; data is never removed.
clean:
	rm -rf .venv .venv-bench .venv-spark .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A changed lock file is newer than the stamp of the last installation.
.venv/.installed: requirements.lock
	.ci/install requirements.lock
	@touch $@

.venv/.installed-dev: requirements-dev.lock
	.ci/install requirements-dev.lock
	@touch $@ .venv/.installed

.venv-bench/.installed: requirements-bench.lock
	.ci/install requirements-bench.lock .venv-bench
	@touch $@

.venv-spark/.installed: requirements-dev.lock requirements-spark.lock
	.ci/install requirements-dev.lock .venv-spark
	.ci/install requirements-spark.lock .venv-spark
	@touch $@
