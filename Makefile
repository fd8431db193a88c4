# `make run` and `make test` each do all their own set-up; see scripts/setup.sh.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help run test quick-lint lint bench proof fuzz torture imports outages spreadsheets ui-check pictures installer smoke lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml scripts/setup.sh
	@PYTHON="$(PYTHON)" sh scripts/setup.sh

run: $(READY) ## the window on the simulated building; without a display two cycles, printed, and a picture
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		$(BIN)/t3monitor --demo; \
	else \
		$(BIN)/t3monitor sync --link demo --cycles 2 --interval 2 && mkdir -p build && \
		printf 'No display; the window is drawn in ' && $(BIN)/t3monitor snapshot build/t3monitor.png --demo; \
	fi

# What tests start reads what the tests themselves have compiled, whatever the environment says of bytecode. Types take as
# long as a quarter of the tests, and are told of after them.
TYPES = .mypy_cache/found

test: $(READY) ## formatting, lint, layers, and beside types the test suite
	@$(MAKE) --no-print-directory quick-lint
	@mkdir -p $(dir $(TYPES)) && { $(BIN)/mypy >$(TYPES) 2>&1 & types=$$!; \
	PYTHONDONTWRITEBYTECODE= LC_ALL=C.UTF-8 QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n auto --dist worksteal; tests=$$?; \
	wait $$types; types=$$?; cat $(TYPES); exit $$((tests || types)); }

quick-lint: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports

lint: quick-lint ## formatting, lint, layers and types alone
	@$(BIN)/mypy

bench: $(READY) ## the ratios of docs/performance.md, measured side by side
	@for part in benchmarks benchmarks.history benchmarks.upkeep; do $(BIN)/python -m $$part || exit 1; done
	@for part in gui tables trend; do QT_QPA_PLATFORM=offscreen $(BIN)/python -m benchmarks.$$part || exit 1; done

fuzz: $(READY) ## the tests with random answers at length: other ones each time, 5,000 for each test
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m hypothesis --hypothesis-profile=fuzz -o faulthandler_timeout=0

proof: $(READY) ## that packing changes no sample, of 10 million and of a file of an earlier version, packed amid kills
	@for part in equality migration; do $(BIN)/python -m benchmarks.$$part || exit 1; done

torture: $(READY) ## more than 100 kills amid cycles, packing, migration, retention and backup, and what they left
	@$(BIN)/python -m benchmarks.torture

imports: $(READY) ## a large database of T3000's imported, measured, and more than 30 kills amid imports, and what they left
	@$(BIN)/python -m benchmarks.imports

outages: $(READY) ## an hour of sync with an outage of each cause: planted and found side by side
	@$(BIN)/python -m benchmarks.outages

spreadsheets: $(READY) ## exported files read back by csv, pandas, openpyxl and LibreOffice in two languages (installs it: root)
	@command -v soffice >/dev/null && /usr/bin/python3 -c 'import uno' || \
		{ apt-get update -qq && apt-get install -qq -y --no-install-recommends libreoffice-calc python3-uno >/dev/null; }
	@$(BIN)/python -m scripts.spreadsheets

ui-check: $(READY) ## the real window under Xvfb, with a real mouse and keyboard: an engineer's ten tasks, counted, and files in and out
	@$(BIN)/python -m scripts.ui_check $(UI_CHECK)

pictures: $(READY) ## docs/images anew, in light and dark; PICTURES=folder, ALL=1 for all sizes and scales, KINDS="holes xy"
	@$(BIN)/python -m scripts.pictures $(or $(PICTURES),docs/images) $(if $(ALL),--all) $(if $(KINDS),--only $(KINDS))

installer: ## the packages for Linux, and under wine those for Windows, each tried before it is packed; in dist
	@PYTHON="$(PYTHON)" sh installer/build.sh

smoke: ## freeze for this system and try what comes out, without packages
	@PYTHON="$(PYTHON)" sh installer/setup.sh
	@build/installer/venv/bin/python installer/freeze.py
	@build/installer/venv/bin/python installer/smoke.py

lock: ## write the lock files anew (needs uv)
	uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --group dev -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 pyproject.toml --group installer -c requirements.lock -o installer/requirements.lock
	uv pip compile -q --python-platform x86_64-pc-windows-msvc --generate-hashes --no-header --no-annotate --python-version 3.11 pyproject.toml --group installer -c installer/wine/constraints.txt -o installer/wine/requirements.lock

clean: ## forget the virtual environment and all caches
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
