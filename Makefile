# Marquee: every task is a target here; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
MEMBERS := libs/marquee services/ingest services/enricher services/features services/trainer services/ranker services/gateway cli
OURS := marquee-core $(filter-out marquee-marquee,$(patsubst services/%,marquee-%,$(filter services/%,$(MEMBERS))))

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}'

.PHONY: lock
lock: ## write requirements.lock anew from every member and the dev group
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --group pyproject.toml:dev $(addprefix --no-emit-package ,$(OURS)) $(addsuffix /pyproject.toml,$(filter-out cli,$(MEMBERS)) cli) -o requirements.lock
