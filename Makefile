# Two commands do all the set-up: `make playground` runs the main job, `make test` passes the tests.
# Each needs only Python 3.11 or newer, make and a package index.

PYTHON ?= python3
VENV   ?= .venv
# How many processes share the tests; 0 runs them in one, as a debugger wants it. Three keep two cores busy: each waits
# a third of its time, for a browser, a database or a bot.
WORKERS ?= 3
FIGURES ?= ledger bets markets discord press recording verify exporters
BIN    := $(VENV)/bin
UV     := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
          --no-emit-index-url --no-python-downloads --custom-compile-command "make lock" --quiet

PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# Where it is set, each of the hundred programs that the tests start would compile all of Crux anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: test proofs campaign lint types format lock playground benchmarks clean

# What each of the three runs, and how much of it: docs/testing.md.
test: $(VENV)/.dev
	$(PYTEST) -m "not proof" $(ARGS)

# The proofs at the sizes that issues name, and the twins on PostgreSQL that `test` leaves out.
proofs: $(VENV)/.dev
	$(PYTEST) --twins rest -m "proof or core" $(ARGS)
	@test -n '$(ARGS)' || $(BIN)/python -m tests.campaign --passed proofs

# Every proof at its full size, in slices; each is recorded in docs/campaigns.md, and not run again while it stands.
campaign: $(VENV)/.dev
	$(BIN)/python -m tests.campaign $(ARGS)

playground: $(VENV)/.run
	$(BIN)/crux playground $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/pyright

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmarks: $(VENV)/.dev
	for figures in $(FIGURES); do \
	  $(BIN)/python -m tests.benchmarks.$$figures $(ARGS) || exit 1; done

# Raises every version within pyproject.toml's bounds and pins its hashes; names no index address.
lock: $(VENV)/.dev
	$(UV) --upgrade --extra postgres --extra build -o requirements/run.txt
	$(UV) --upgrade --extra postgres --extra build --extra dev -o requirements/dev.txt

clean:
	rm -rf .venv .venv-newer .pytest_cache .ruff_cache .hypothesis *.egg-info build artifacts

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Crux needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)

# What was cut off in the middle is begun anew: to pip, half a package looks whole. Python compiles what is used when
# it is first used; pip would compile all of it, for half a minute.
define set_up
	@echo "Installing requirements/$(1).txt into $(VENV)"
	@if test -e $(VENV)/.unfinished || ! $(BIN)/python -m pip --version >/dev/null 2>&1; \
	  then $(PYTHON) -m venv --clear $(VENV); fi
	@touch $(VENV)/.unfinished
	@$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements/$(1).txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $(VENV)/.run $(2)
	@rm $(VENV)/.unfinished
endef

# The development lock holds the running one as well; whichever was installed last wins, and both agree.
$(VENV)/.dev: requirements/dev.txt pyproject.toml $(BIN)/python
	$(call set_up,dev,$(VENV)/.dev)

$(VENV)/.run: requirements/run.txt pyproject.toml $(BIN)/python
	$(call set_up,run)
