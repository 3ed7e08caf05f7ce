# Linsheng 邻声. `make demo` shows everything, `make test` proves it; the rest is for developers.
.DEFAULT_GOAL := help
PY := .venv/bin/python
FLASK := .venv/bin/flask --app wsgi
# Test files are prepared once and kept, also on machines that keep no bytecode.
PYTEST := env -u PYTHONDONTWRITEBYTECODE .venv/bin/pytest

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: demo
demo: ## Set up, make the demo company, start web server and worker
	@.ci/setup.sh run
	@LINSHENG_DEMO=1 exec $(FLASK) demo

.PHONY: test
test: ## Set up for tests and run the whole suite (SQLite, PostgreSQL, Chromium)
	@.ci/setup.sh test
	@$(MAKE) --no-print-directory lint
	$(PYTEST) -n 3 --dist worksteal -m "not slow" tests

.PHONY: check
check: ## The fast part: lint, architecture, unit, SQLite; for every commit
	@.ci/setup.sh test
	@$(MAKE) --no-print-directory lint
	LINSHENG_TEST_PG=0 $(PYTEST) -n 2 -m "not slow and not browser and not heavy" \
	  tests/architecture tests/unit tests/integration tests/migrations tests/reference

.PHONY: lint
lint: ## ruff, mypy, import-linter
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

.PHONY: fmt
fmt: ## Format the code
	.venv/bin/ruff check --fix-only .
	.venv/bin/ruff format .

.PHONY: test-slow
test-slow: ## The long proofs: coverage simulation in full
	@.ci/setup.sh test
	$(PYTEST) -m slow tests

.PHONY: kill-test
kill-test: ## 300 kill -9 under load, at random points and at named crash points
	@.ci/setup.sh test
	$(PY) -m tests.fault.kill --kills 300

.PHONY: cut-test
cut-test: ## 500 connections cut at places spread over an owner's whole exchange
	@.ci/setup.sh test
	$(PY) -m tests.fault.cuts --cuts 500

.PHONY: axe
axe: ## Every state of the owners' pages in all languages, sizes and widths (8 minutes)
	@.ci/setup.sh test
	$(PY) -m benchmarks.owner_axe

.PHONY: coverage
coverage: ## Coverage of the intervals on simulated communities (several minutes)
	$(PY) -m benchmarks.coverage

.PHONY: run
run: ## Start the web server on this installation's database
	@.ci/setup.sh run
	$(FLASK) db upgrade
	.venv/bin/gunicorn --workers 1 --threads 8 --no-control-socket --preload --bind 127.0.0.1:$${PORT:-8000} wsgi:app

.PHONY: worker
worker: ## Start the worker
	$(FLASK) worker

.PHONY: pins
pins: ## Resolve requirements.in again and pin with hashes
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements.txt tests/requirements.in -o tests/requirements.txt
