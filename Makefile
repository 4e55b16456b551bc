# Everything lands in this folder: .uv (the installer), .venv (the packages), .demo and .bench (what runs make).

PYTHON ?= python3
BIN := .venv/bin
UV := .uv/bin/uv
CODE := $(wildcard plugins dags deploy include tools tests)

export VIRTUAL_ENV := $(CURDIR)/.venv
export UV_PYTHON_DOWNLOADS := never

RUN := .venv/.run.stamp
DEV := .venv/.dev.stamp

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast check bench torture truth mutants secrets compose-test clean lock
.PHONY: format types architecture dependencies locks examples

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUN) ## Watch decades of real history retrain: Airflow, MLflow and a model server on free ports
	@$(BIN)/python -m tools.demo

test: $(DEV) ## Run every test, with real Airflow and MLflow servers (three quarters of an hour)
	@$(BIN)/pytest -m "not e2e" -n auto --dist loadfile --cov --cov-report= --cov-fail-under=0
	@$(BIN)/pytest -m e2e --cov --cov-append

test-fast: $(DEV) ## Run the tests but the end-to-end ones (a quarter of an hour)
	@$(BIN)/pytest -m "not e2e" -n auto --dist loadfile

check: format types architecture dependencies locks examples ## Check lint, types, architecture, locks and the docs' examples
	@echo "All checks passed."

bench: $(DEV) ## Print what Headgate costs, as ratios to a bare script
	@$(BIN)/python -m tools.bench

torture: $(DEV) ## Kill tasks, scheduler and MLflow while 60 runs work, then look for what is doubled or lost
	@$(BIN)/python -m tools.torture $(TORTURE)

truth: $(DEV) ## Simulate known differences: type-I error, coverage, power; minutes
	@$(BIN)/python -m tools.truth $(TRUTH)

secrets: $(RUN) ## Write .env, which docker compose reads: generated passwords and keys; what is there stays
	@$(BIN)/python -m tools.env_file

compose-test: $(DEV) ## Bring the compose file up from nothing with Docker, use it, disturb it, audit it; minutes
	@$(BIN)/python -m tools.compose $(COMPOSE_TEST)

mutants: $(DEV) ## Change the core's decisions one by one: does a test notice? An hour
	@$(BIN)/python -m tools.mutants $(MUTANTS)

clean: ## Remove everything that make made here, the demo's data too
	@rm -rf .uv .venv .demo .bench .compose .mutants dist htmlcov .coverage* coverage.xml .hypothesis .import_linter_cache
	@rm -rf .mypy_cache .pytest_cache .ruff_cache
	@find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Clean."

lock: $(UV) ## Write the lock files anew; pins stay unless: make lock UPGRADE=--upgrade
	@$(call compile,$(UPGRADE))
	@echo "Locked."

# The checks, one line each.

format: $(DEV)
	@echo "· lint and format"
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { $(BIN)/ruff format --diff; exit 1; }

types: $(DEV)
	@echo "· types"
	@$(BIN)/mypy --no-error-summary $(CODE)

architecture: $(DEV)
	@echo "· architecture"
	@out=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$out"; exit 1; }

dependencies: $(DEV)
	@echo "· dependencies"
	@out=$$($(BIN)/deptry plugins/headgate 2>&1) || { echo "$$out"; exit 1; }

locks: $(UV)
	@echo "· locks are current"
	@fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && cp pyproject.toml $(LOCKS) "$$fresh" \
	&& here=$$PWD && cd "$$fresh" && { $(call compile) || { echo "The locks can't be checked: see above; it needs the package registry."; exit 1; }; } \
	&& for lock in $(LOCKS); do diff "$$here/$$lock" $$lock || { echo "$$lock isn't current. Run: make lock"; exit 1; }; done

examples: $(DEV)
	@echo "· the docs' examples run"
	@out=$$($(BIN)/pytest -q --doctest-modules plugins/headgate tests/docs 2>&1) || { echo "$$out"; exit 1; }

# The environment. A second make finds the stamps and does nothing.

LOCKS := requirements.lock requirements-dev.lock requirements-image.lock requirements-uv.lock
COMPILE = $(CURDIR)/$(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header
define compile
$(COMPILE) $(1) --extra examples --group build --group demo --group together pyproject.toml -o requirements.lock >/dev/null \
&& $(COMPILE) $(1) --group dev --extra delta --extra pandera --extra production --extra s3 -c requirements.lock pyproject.toml -o requirements-dev.lock >/dev/null \
&& $(COMPILE) $(1) --extra production --extra s3 --extra examples --group build -c requirements.lock pyproject.toml -o requirements-image.lock >/dev/null \
&& $(COMPILE) $(1) --group installer -o requirements-uv.lock >/dev/null
endef

$(UV): requirements-uv.lock
	@command -v "$(PYTHON)" >/dev/null \
	|| { echo "PYTHON must be a Python 3.11, 3.12 or 3.13. Got no program '$(PYTHON)' instead. Try: make PYTHON=/path/to/python3.12"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	|| { echo "PYTHON must be a Python 3.11, 3.12 or 3.13. Got $$("$(PYTHON)" --version 2>&1) instead. Try: make PYTHON=/path/to/python3.12"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null \
	|| { echo "PYTHON must have pip and venv. Got a $(PYTHON) without them instead. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "· bringing uv into .uv"
	@rm -rf .uv && "$(PYTHON)" -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

.venv/.lock.stamp: requirements.lock $(UV)
	@test -x $(BIN)/python || $(UV) venv --quiet --clear --python .uv/bin/python .venv
	@echo "· installing $$(grep -c '^[a-z].*==' requirements.lock) packages into .venv; the first time takes a minute or two"
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode requirements.lock
	@touch $@

$(RUN): pyproject.toml .venv/.lock.stamp
	@$(UV) pip install --quiet --offline --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements-dev.lock $(RUN)
	@echo "· installing the development tools"
	@$(UV) pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@
