# DINA: `make up` starts a running system, `make test` runs every check. Python 3.11+, git and make suffice.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
UV := .tools/bin/uv
READY := $(VENV)/.ready
export DINA_PORT := $(PORT)
export DINA_DATA_DIR ?= .data
export UV_PROJECT_ENVIRONMENT := $(VENV)
# Compiled once, not by each of the many processes that a start and a test run have.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: up down init test lint build clean dox test-whole screenshots backup restore bench demo check help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST)

$(UV):
	$(PYTHON) -m venv .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'

$(READY): pyproject.toml uv.lock src/dina/web/package-lock.json $(wildcard src/dina/web/islands/*.js src/dina/web/islands/alone/*.js src/dina/web/styles/*.css) | $(UV)
	$(UV) sync --frozen --quiet
	$(BIN)/python -m dina.web.build
	@touch $@

init: $(READY) ## install what is needed, bring the database up to date
	$(BIN)/dina database upgrade

up: $(READY) ## start with demo data: make up PORT=8080
	$(BIN)/dina up --demo

down: ## stop it
	@[ ! -x $(BIN)/dina ] || $(BIN)/dina down

lint: $(READY) ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --threads 2
	$(BIN)/lint-imports

test: lint ## everything CI runs
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

test-whole: $(READY) ## pages in every language, theme and by every way, requests in every form, 10,000 edits followed
	DINA_TEST_WHOLE=1 $(BIN)/pytest -n 2 --dist loadfile tests/browser tests/fuzz tests/modules/search tests/base/jsonapi/test_table_agrees.py

screenshots: $(READY) ## pictures of the main pages for the documentation
	$(BIN)/python -m tests.browser.screenshots

bench: $(READY) ## compare with hand-written statements: ratios, not seconds
	$(BIN)/python -m bench
	$(BIN)/python -m bench.tables
	$(BIN)/python -m bench.importing
	$(BIN)/python -m bench.publishing
	$(BIN)/python -m bench.pages

build: $(READY) ## a wheel in dist/
	$(UV) build --wheel --quiet

dox: $(READY) ## generate the reference in docs/reference
	$(BIN)/dina docs docs/reference

backup: $(READY) ## everything into one archive: make backup FILE=dina.zip
	$(BIN)/dina backup $(or $(FILE),dina-backup.zip)

restore: $(READY) ## from an archive into an empty system: make restore FILE=dina.zip
	$(BIN)/dina restore $(or $(FILE),dina-backup.zip)

clean: down ## remove what was installed and built; data stay
	rm -rf $(VENV) .tools dist build .pytest_cache .ruff_cache .hypothesis
