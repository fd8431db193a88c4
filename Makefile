# `make run` and `make test` each do all their own set-up; see scripts/setup.sh.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help run test lint bench torture lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml scripts/setup.sh
	@PYTHON="$(PYTHON)" sh scripts/setup.sh

run: $(READY) ## two cycles of the simulated building, printed
	@$(BIN)/t3monitor sync --link demo --cycles 2 --interval 2

test: $(READY) ## formatting, lint, types, layers and the test suite
	@$(MAKE) --no-print-directory lint
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

lint: $(READY) ## formatting, lint, types and layers alone
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY) ## the ratios of docs/performance.md, measured side by side
	@$(BIN)/python -m benchmarks

torture: $(READY) ## 50 kills in the middle of a cycle, then the database is examined
	@$(BIN)/python -m benchmarks.torture

lock: ## write requirements.lock anew (needs uv)
	uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --group dev -o requirements.lock

clean: ## forget the virtual environment and all caches
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
