# Every target sets up what it needs in `.venv`; only make and Python 3.11 or newer have to be there.

SHELL := /bin/bash
PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$name -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
READY := .venv/ready

# Hundreds of programs are started by the tests; each would compile the whole package anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help .venv page screens docs demo test style promises bench prove fmt clean

help: ## say what can be made
	@awk -F ':.*## ' '/^[.a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

.venv: $(READY) ## create .venv with the project and its tools in it, once

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer, with venv, is needed; name it with PYTHON=…" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	CLEW_BUILD_PAGE=0 $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[all,dev]'
	@touch $(READY)

page: $(READY) ## build the page of the browser, if its sources changed
	@$(BIN)/python hatch_build.py

screens: page ## take the pictures of the documentation anew, in light and dark
	UPDATE_SCREENS=1 $(BIN)/python -m pytest -q tests/web/browser

docs: $(READY) ## run the examples of the documentation, and build it as a site into site/
	@$(BIN)/python -m tests.docs
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

demo: $(READY) ## record three sessions through the real SDK and show each as a tree
	@$(BIN)/python -m clew.agent.demo

test: page ## check style, types, floors and every promise at a small size (about 7 minutes)
	@$(MAKE) --no-print-directory --jobs 2 style promises

style: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

promises: $(READY)
	$(BIN)/python -m pytest -n 2

bench: $(READY) ## measure the recorder beside its floor and its peers
	$(BIN)/python -m bench

prove: $(READY) ## check every promise at full size and write docs/evidence.md (up to 40 minutes)
	HYPOTHESIS_PROFILE=prove $(BIN)/python -m bench.prove

fmt: $(READY) ## format, and mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove .venv, caches and builds; recorded sessions stay
	rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache dist site
	rm -rf frontend/node_modules frontend/dist src/clew/page
	find src tests bench -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
