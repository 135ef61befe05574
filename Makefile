# The doors of the house. `make rehearse` and `make test` need Python 3.11, git and make, and set up the rest in .venv.

MAKEFLAGS += --no-print-directory
BIN := .venv/bin
# Python 3.11 is what CI runs; a newer one serves when it is not there.
PYTHON = $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
SET_UP = @: $(or $(PYTHON),$(error Livedesk needs Python 3.11 or newer on the PATH)) && $(PYTHON) requirements/install.py
ARGS :=
MINUTES := 60
SEEDS := 1000000

.PHONY: rehearse test bench soak check format lint contracts types tidy

rehearse: ## play a coverage to readers on both platforms, without tokens
	$(SET_UP) run
	@$(BIN)/livedesk rehearse $(ARGS)

test: ## the whole suite, in random order, on SQLite and a real PostgreSQL (ARGS="-k words" picks some)
	$(SET_UP) run test
	@$(BIN)/python -m pytest -n logical $(ARGS)

bench: ## the figures of docs/promises.md, on this machine, beside a baseline each (ARGS="--store sqlite engine" picks some)
	$(SET_UP) run test bench
	@$(BIN)/python -m tests.benchmarks $(ARGS)

soak: ## an hour of a whole run while things go wrong, and a million made-up histories (MINUTES=5 SEEDS=2000 for a short one)
	$(SET_UP) run test
	@$(BIN)/python -m tests.benchmarks.soak --minutes $(MINUTES) $(ARGS)
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS)

check: format lint contracts types ## every gate before the tests, cheapest first

format:
	$(SET_UP) run check
	@$(BIN)/ruff format --check .

lint:
	$(SET_UP) run check
	@$(BIN)/ruff check .

contracts:
	$(SET_UP) run check
	@$(BIN)/lint-imports --no-cache

types:
	$(SET_UP) run check
	@$(BIN)/mypy

tidy: ## put the code in order before a commit
	$(SET_UP) run check
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
