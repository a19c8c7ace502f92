# What people run. Everything is installed into .venv from pinned, hashed files; nothing elsewhere.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check install --quiet

.PHONY: run test test-all wild crashtest lint format quality weights bench bench-full audit dictionary constraints clean

run: $(VENV)/.installed
	$(BIN)/newshouse run

# The tests of every room and whole runs, in at most 6 minutes on 2 cores. What is named by its path
# runs whole: `.venv/bin/python -m pytest tests/crash`.
test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest

# What `make test` leaves out: browser, servers, bucket, cluster, kills and other long tests; and the
# tests by Hypothesis, with all their examples.
test-all: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m "slow or hypothesis"

# Runs the real command over real pages, where NEWSHOUSE_EVAL names them, and 2,000 hostile records.
wild: $(VENV)/.installed-dev
	$(BIN)/python -u -m rigs.wild $(WILD)

# Kills 200 runs and more at random instants and compares every table; takes some minutes.
crashtest: $(VENV)/.installed-dev
	$(BIN)/python -m rigs.crash

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml flows transforms expectations warehouse

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Figures of quality against gold data, where it is (NEWSHOUSE_EVAL names the folder).
quality: $(VENV)/.installed-dev
	$(BIN)/python -m rigs.quality

# Trains the models of block typing again, where NEWSHOUSE_EVAL names the gold data, and compares them
# with those in seeds/reference byte by byte; takes some minutes.
weights: $(VENV)/.installed-dev
	$(BIN)/python -m rigs.training

# Speed and memory, into tests/benchmarks/RESULTS.md: some minutes; bench-full takes an hour or more.
bench: $(VENV)/.installed-dev
	$(BIN)/python -m rigs.benchmarks bench

bench-full: $(VENV)/.installed-dev
	$(BIN)/python -m rigs.benchmarks full

# Known vulnerabilities of the pinned packages; asks the internet, so it is no part of CI.
audit: $(VENV)/.installed-dev
	$(PYTHON) -m venv $(VENV)-audit
	$(VENV)-audit/bin/pip install --quiet pip-audit
	$(VENV)-audit/bin/pip-audit --require-hashes --disable-pip -r constraints.txt

dictionary: $(VENV)/.installed-dev
	$(BIN)/python -m warehouse.dictionary

# Pins every package anew, for all Pythons at once; needs uv, which is not installed for it.
constraints:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --group build -o constraints.txt
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --extra s3 --extra dask \
	  --group build --group test --group bench --group lint -c constraints.txt -o constraints-dev.txt

clean:
	rm -rf $(VENV) $(VENV)-audit .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The pinned files hold every package, so pip need not look for more (--no-deps).
$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes --no-deps -r constraints.txt
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed constraints-dev.txt
	$(PIP) --require-hashes --no-deps -r constraints-dev.txt
	touch $@
