# Two commands: 'make ask' answers the shipped case, 'make test' runs everything.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	if command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))'; \
	then echo $$p; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: ask test lint types contract unit crash bench lock system spark clean

ask: $(VENV)/ready
	@$(BIN)/demarche ask regional-war

$(VENV)/ready: constraints.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "demarche needs Python 3.11 or later; set PYTHON=..." >&2; exit 1; }
	@echo "building $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --require-hashes -r constraints.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready constraints-dev.txt
	@$(PIP) install --quiet --require-hashes -r constraints-dev.txt
	@touch $@

test: lint types contract unit

lint: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/ready-dev
	$(BIN)/mypy

contract: $(VENV)/ready-dev
	$(BIN)/lint-imports

unit: $(VENV)/ready-dev
	$(BIN)/pytest

# Kills, cuts and full disks at full count, of the event record and of the ledger; half an hour.
crash: $(VENV)/ready-dev
	DEMARCHE_KILLS=200 $(BIN)/pytest tests/record/test_store_crash.py tests/ledger/test_crash.py \
		tests/ledger/test_verify.py

# Speed and skill beside peers, in one run; needs the data folder for ICB (see docs/validation-icb.md).
bench: $(VENV)/ready-dev
	$(BIN)/python bench/inside_draws.py
	$(BIN)/python bench/inside_growth.py
	$(BIN)/python bench/inside_games.py
	$(BIN)/python bench/inside_ktab.py
	$(BIN)/python bench/scores.py
	$(BIN)/python bench/start_up.py
	$(BIN)/python bench/workbench.py
	$(BIN)/python bench/skill/icb.py ../shared/data/icb --from 1960

# Versions and hashes of everything installed; no index address is written.
lock: $(VENV)/ready-dev
	$(PIP) install --quiet pip-tools
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
		--no-emit-options --no-annotate \
		--extra report --extra record --extra learn --extra ledger --extra reader --extra workbench --build-deps-for editable \
		--output-file constraints.txt pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
		--no-emit-options --no-annotate \
		--extra dev --extra report --extra record --extra learn --extra ledger --extra postgres --extra reader --extra workbench --build-deps-for editable \
		--output-file constraints-dev.txt pyproject.toml
	echo 'pyspark>=4.0' | $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
		--no-header --no-emit-options --no-annotate \
		--output-file constraints-spark.txt -

# System packages that tests of the browser, Spark and PostgreSQL use; called by .ci/run, needs root.
system:
	command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium; }
	command -v java >/dev/null || { apt-get update -qq && apt-get install -y -qq default-jre-headless; }
	command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
		{ apt-get update -qq && apt-get install -y -qq postgresql; }

# Spark, for the test that counts come out the same on it; large, so apart from the rest.
spark: $(VENV)/ready-spark

$(VENV)/ready-spark: $(VENV)/ready-dev constraints-spark.txt
	@$(PIP) install --quiet --require-hashes -r constraints-spark.txt
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
