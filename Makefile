# Everything lives in .venv; nothing outside this folder is touched.
SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV    := .venv
BIN     := $(VENV)/bin
RUNTIME := $(VENV)/.installed
DEV     := $(VENV)/.installed-dev
PYTHONS := $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11
PIP     := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input
PACKAGE := $(PIP) install --no-deps --no-build-isolation --editable .
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)
PEERS   := .venv-bench

# When the Python below .venv has gone, what was installed for it does not count.
$(shell test -x $(BIN)/python || rm -f $(RUNTIME) $(DEV))

.PHONY: help setup setup-dev run test check fmt fmt-check lint types imports props storm bench golden lock clean

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(RUNTIME) ## install what the bot needs into .venv
	@:

setup-dev: $(DEV) ## install what the tests and checks need as well
	@:

run: setup ## start the bot: paper money until it is told otherwise
	@$(BIN)/evenkeel run

WORKERS := 2

test: setup-dev ## run the tests (WORKERS=8 where there are more cores)
	@$(BIN)/python -m bot.research.compiled_kernel
	@$(BIN)/pytest -q -n $(WORKERS) --dist worksteal $(ARGS)

check: fmt-check lint types imports test ## everything that must be green before a change lands

fmt: setup-dev ## format, and mend what can be mended safely
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

fmt-check: setup-dev
	@$(BIN)/ruff format --check .

lint: setup-dev
	@$(BIN)/ruff check .

types: setup-dev
	@$(BIN)/mypy

imports: setup-dev
	@$(BIN)/lint-imports

props: setup-dev ## the properties of the core, 2,000 examples each
	@HYPOTHESIS_PROFILE=thorough $(BIN)/pytest -q --timeout 1800 tests/core $(ARGS)

storm: setup-dev ## 2,000 plans with faults and a sudden death each; about ten minutes
	@$(BIN)/python -m tests.storm $(ARGS)

bench: setup-dev $(PEERS)/.installed ## print speeds and memory beside their targets
	@$(BIN)/python -m tests.bench
	@$(PEERS)/bin/python -m tests.bench.history

golden: setup-dev ## show where decisions differ from the stored ones (WRITE=1 accepts)
	@$(BIN)/python -m tests.golden $(if $(WRITE),--write)

lock: setup-dev ## bring the lock files in step with pyproject.toml (UPGRADE=1 takes newer releases)
	@$(COMPILE) pyproject.toml --group build --output-file requirements.lock
	@$(COMPILE) pyproject.toml --group build --extra dev --constraint requirements.lock \
	  --output-file requirements-dev.lock
	@$(COMPILE) --group bench --constraint requirements-dev.lock --output-file requirements-bench.lock

clean: ## remove .venv and everything that tools left behind
	rm -rf $(VENV) $(PEERS) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	find bot core tests -type d -name __pycache__ -prune -exec rm -rf {} +

$(RUNTIME): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV), about a minute the first time"
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PACKAGE)
	@touch $@

# The development lock holds the runtime lock, pin for pin.
$(DEV): requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV), about a minute the first time"
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@$(PACKAGE)
	@touch $(RUNTIME) $@

# What the history bench compares with has demands of its own, so it lives apart.
$(PEERS)/.installed: requirements-bench.lock | $(BIN)/python
	@echo "Installing what the bench compares with into $(PEERS)"
	@$(BIN)/python -m venv --clear $(PEERS)
	@$(PEERS)/bin/python -m pip --quiet --quiet --disable-pip-version-check --no-input install \
	  --require-hashes --requirement requirements-bench.lock
	@touch $@

$(BIN)/python:
	@for python in $(PYTHONS); do \
	  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	  then "$$python" -m venv --clear $(VENV) && exit 0; \
	  fi; \
	done; \
	if [ "$$(uname)" = Darwin ]; then mend='brew install python@3.12'; \
	else mend='sudo apt-get install python3 python3-venv'; fi; \
	echo "Evenkeel needs Python 3.11 or newer with its venv module. This installs it: $$mend" >&2; \
	exit 1
