# Marquee: every task is a target here; `make help` lists them. A target that needs the environment sets it up first.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first suitable Python; `make PYTHON=/path/to/python3.11 …` chooses another one.
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3,$(if $(shell command -v $(name)),$(name))))
BIN := .venv/bin
SERVICES := $(patsubst services/%/pyproject.toml,%,$(wildcard services/*/pyproject.toml))
OURS := marquee-core $(addprefix marquee-,$(SERVICES))
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
TYPED := libs/marquee/src $(wildcard services/*/src) cli/src tests
DATA ?=
PYTEST ?=
# Compiled files are kept: without them collecting takes three times as long, and each service that a test starts compiles ours again.
KEPT = env -u PYTHONDONTWRITEBYTECODE
REACHED = $(if $(filter 1,$(COVERAGE)),test-results/coverage.json,$(COVERAGE))
COVERED = mkdir -p $(dir $(REACHED)) && $(KEPT) $(BIN)/python -m slipcover --out $(REACHED) -m pytest

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}'

.PHONY: setup setup-test
setup: ## create or update .venv and frontend/node_modules; does nothing if nothing has changed
	@PYTHONPATH=cli/src $(PYTHON) -m marquee_cli.setup python node

setup-test:
	@PYTHONPATH=cli/src $(PYTHON) -m marquee_cli.setup python node chromium

.PHONY: demo demo-down status
demo: setup ## run the whole system on this machine: page at :3000, API at :8000 (DATA=dir or name, DETACH=1, FRESH=1)
	@$(BIN)/marquee demo $(if $(DATA),--data '$(DATA)') $(if $(filter-out 0,$(DETACH)),--detach) $(if $(filter-out 0,$(FRESH)),--fresh)

demo-down: ## stop what `make demo` started; data and models are kept
	@if [ -x $(BIN)/marquee ]; then $(BIN)/marquee stop; else echo "nothing is running: there is no .venv"; fi

status: ## show what is running and how far it has got
	@if [ -x $(BIN)/marquee ]; then $(BIN)/marquee status; else echo "nothing is running: there is no .venv"; exit 1; fi

.PHONY: test unit contract integration e2e
test: setup-test ## run every test that needs no Docker (PYTEST='-k search' adds options; COVERAGE=1 demands 90 % of the lines)
	@# two at once, since half of the time is waiting; tests/conftest.py says which tests stay together, and which begin
	$(if $(COVERAGE),$(COVERED),$(KEPT) $(BIN)/pytest) -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST)
	$(if $(filter 1,$(COVERAGE)),@$(BIN)/python ci/line_coverage.py 90 $(REACHED))

unit: setup ## run the tests that need neither broker nor Redis, on all cores
	$(KEPT) $(BIN)/pytest tests/unit -n auto $(PYTEST)

contract: setup ## run the tests of contracts: events, API, settings, compose file, train equals serve
	$(BIN)/pytest tests/contract $(PYTEST)

integration: setup ## run the tests of services on the embedded broker and Valkey
	$(BIN)/pytest tests/integration $(PYTEST)

e2e: setup-test ## run the tests of the whole system, with a real browser
	$(BIN)/pytest tests/e2e $(PYTEST)

.PHONY: compose-test deps-up deps-down
compose-test: setup-test ## run the browser journey on Docker Compose with Apache Kafka, and restart every service
	@ci/compose-test.sh

deps-up: ## start Kafka and Redis in Docker for tests (MARQUEE_TEST_KAFKA=127.0.0.1:19092 MARQUEE_TEST_REDIS=redis://127.0.0.1:16379/0)
	docker compose -f compose.test.yaml up -d --wait

deps-down: ## stop the Kafka and Redis of `make deps-up`
	docker compose -f compose.test.yaml down -v

.PHONY: bench
bench: setup ## measure latency, throughput, freshness and memory, on a running demo or one of its own (DATA=…; LOAD=1: load curves too, into docs/bench)
	@$(BIN)/marquee bench $(if $(DATA),--data '$(DATA)') $(if $(filter-out 0,$(LOAD)),--load --out docs/bench)

.PHONY: shots
shots: setup-test ## take pictures of every page and state, at three widths, dark and light (SHOTS='--pages start --widths 390')
	@$(BIN)/python ci/shots.py $(SHOTS)

.PHONY: vitals
vitals: setup-test ## measure how fast every page paints, on a desktop and a slow phone, beside the budgets (VITALS='--pages home')
	@$(BIN)/python ci/vitals.py $(VITALS)

.PHONY: chaos chaos-under-load chaos-compose soak
CHAOS = $(if $(CHAOS_FAULTS),--faults $(CHAOS_FAULTS)) $(if $(CHAOS_SEED),--seed $(CHAOS_SEED)) $(if $(CHAOS_MINUTES),--minutes $(CHAOS_MINUTES))
chaos: setup ## inject 200 random faults into a system of its own and check every promise (CHAOS_FAULTS, CHAOS_SEED, CHAOS_MINUTES, DATA=…)
	@$(BIN)/marquee chaos $(CHAOS) $(if $(DATA),--data '$(DATA)')

chaos-under-load: setup ## break one part at a time; measure how long rankings take meanwhile, and how soon all is well (TIMES=3 DATA=…)
	@$(BIN)/marquee chaos --under-load $(or $(TIMES),3) $(if $(DATA),--data '$(DATA)')

chaos-compose: setup ## inject 30 random faults on Docker Compose with Apache Kafka
	@ci/compose-chaos.sh $(CHAOS)

soak: setup ## send ratings at a steady rate; watch memory, restarts and trainings (MINUTES=30 RATE=25 DATA=…)
	@$(BIN)/marquee soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(RATE),--rate $(RATE)) $(if $(DATA),--data '$(DATA)')

.PHONY: openapi lint type format lock ci clean
openapi: setup ## rewrite the gateway's OpenAPI document and the frontend's types from the code
	$(BIN)/python -m gateway.main openapi > services/gateway/openapi.json
	cd frontend && npm run --silent gen

lint: setup ## ruff: rules and format; which folder may import which; declared dependencies
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo --no-cache
	ci/check_dependencies.sh

type: setup ## run mypy, strict
	$(BIN)/mypy $(TYPED)

format: setup ## format the code and apply ruff's safe fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## rewrite requirements.lock from every member and the dev group (UPGRADE=1: newest versions)
	@test -x $(BIN)/uv || $(MAKE) setup
	$(COMPILE) $(if $(UPGRADE),--upgrade) --all-extras --group pyproject.toml:dev $(addprefix --no-emit-package ,$(OURS)) \
	  libs/marquee/pyproject.toml $(SERVICES:%=services/%/pyproject.toml) cli/pyproject.toml -o requirements.lock

ci: ## run everything that must pass before a merge, as on the CI machine
	@CI=true bash .ci/run

clean: ## remove caches and builds; keeps the environment and the state
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results frontend/.next frontend/.test
	find libs services cli tests -name __pycache__ -prune -exec rm -rf {} +
