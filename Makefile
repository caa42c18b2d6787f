# Two commands do everything on a fresh machine: `make run` and `make test`.
.PHONY: help run test check fast lint types bench messages requirements clean
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
export FLASK_APP := app.py

help:
	@echo "make run    set up, migrate, fill a demo on the first start, and serve"
	@echo "make test   install what the tests need (on Debian as root), then everything CI checks"
	@echo "make fast   the quick tests only        make check   lint, types and all tests"
	@echo "make bench  measure                      make messages   collect sentences to translate"

run: .venv/ready
	@command -v soffice >/dev/null || echo "Word files are not converted here. To change that: apt-get install libreoffice-writer-nogui fonts-noto-cjk"
	@$(BIN)/flask demo --once
	@exec $(BIN)/flask serve

test: system .venv/ready-dev
	@$(MAKE) --no-print-directory check

check: lint types
	$(BIN)/pytest -q -n 2 --dist loadfile

fast: .venv/ready-dev
	$(BIN)/pytest -q -n 2 --dist loadfile -m "not slow and not browser"

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/lint-imports

types: .venv/ready-dev
	$(BIN)/mypy

bench: .venv/ready-dev
	$(BIN)/python -m bench

messages: .venv/ready-dev
	$(BIN)/pybabel -q extract -F pyproject.toml -k _l -k ngettext:1,2 --no-location --sort-output -o .venv/messages.pot .
	$(BIN)/pybabel -q update -i .venv/messages.pot -d translations --no-wrap --no-fuzzy-matching --ignore-pot-creation-date

requirements: .venv/ready-dev
	$(BIN)/pip install -q --disable-pip-version-check uv
	$(BIN)/uv pip compile -q --generate-hashes --no-header --no-emit-index-url requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --generate-hashes --no-header --no-emit-index-url -c requirements.txt requirements-dev.in -o requirements-dev.txt

# On Debian as root what the tests need is installed; elsewhere the tests that miss something are skipped.
NEEDS := chromium postgresql libreoffice-writer-nogui fonts-noto-cjk bubblewrap
.PHONY: system
system:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  missing=""; for p in $(NEEDS); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	  if [ -n "$$missing" ]; then echo "Installing for the tests:$$missing"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; fi; \
	fi

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -m venv .venv 2>/dev/null || { rm -rf .venv; \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing python3-venv"; apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv .venv; \
	  else echo "Python's venv is missing. To install it: apt-get install python3-venv"; exit 1; fi; }

.venv/ready: .venv/bin/pip requirements.txt pyproject.toml $(wildcard translations/*/LC_MESSAGES/*.po)
	@echo "Installing the Python packages into .venv"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . 2>/dev/null
	@$(BIN)/pybabel -q compile -d translations
	@touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt
	@echo "Installing the tools for tests into .venv"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv instance .pytest_cache .mypy_cache .ruff_cache
