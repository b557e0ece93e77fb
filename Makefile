# Everything a newcomer needs; `make help` lists it.
PYTHON ?= python3
BIN := .venv/bin
# Tests use one worker a core.
WORKERS ?= auto
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help install run test test-postgresql test-system lint format bench soak clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version)."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Install the package python3-venv first."; rm -rf .venv; exit 1; }

.venv/.installed: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/.installed-test: requirements-test.lock .venv/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

install: .venv/.installed ## create .venv and install what the product needs

run: .venv/.installed ## serve the sample city on this machine, with its schedule beside it
	@TRACKER_MODE=demo $(BIN)/tracker demo --serve --port $(PORT)

test-system:
	@sh deploy/test-system.sh

test: .venv/.installed-test test-system ## install what tests need and run them all
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

test-postgresql: .venv/.installed-test ## the same tests with PostgreSQL as the database
	TRACKER_TEST_DATABASE=postgresql $(BIN)/pytest -n $(WORKERS) --dist worksteal tests/services tests/web tests/faults tests/test_demo.py

lint: .venv/.installed-test ## what the house rules leave to tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/.installed-test ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.installed-test ## measure every ratio that DESIGN holds
	@missed=0; for script in bench/*.py; do echo "== $$script"; $(BIN)/python $$script || missed=1; done; exit $$missed

soak: .venv/.installed-test ## the counts that the promises name: hours of faults, with their controls
	$(BIN)/pytest -m soak -n 0 --durations=0

clean: ## remove the environment and the sample city
	rm -rf .venv var
