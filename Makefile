.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types imports check bench fire clean

PYTHON ?= python3
ENGINE ?= sqlite
SEEDS ?= 1000
FROM ?= 1
# Tests wait for servers and for each other: one worker more than there are cores leaves none of them idle.
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))
BIN := .venv/bin

help:  ## say what each target does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

.venv/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "hffix needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing hffix and its tools into .venv"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

setup: .venv/ready  ## make .venv with hffix, its drivers and its tools

demo: .venv/ready  ## walk from a wrong row to a proved correction; ENGINE=postgresql (embedded) or mariadb
ifeq ($(ENGINE),sqlite)
	@$(BIN)/hffix demo .demo --walk
else
	@$(BIN)/hffix demo .demo-$(ENGINE) --engine $(ENGINE) --walk
endif

test: .venv/ready  ## run every test
	@$(BIN)/python -m pytest -n $(WORKERS)

lint: .venv/ready  ## check style
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/ready  ## check types
	@$(BIN)/mypy

imports: .venv/ready  ## check who may import whom
	@$(BIN)/lint-imports --no-cache

check: lint types imports test  ## everything that CI asks

bench: .venv/ready  ## run the benchmarks small, on every engine (the servers must be running)
	@for engine in sqlite postgresql mysql; do $(BIN)/python benchmarks/apply.py --engine $$engine --rows 10000 --repeat 1 || exit 1; done
	@$(BIN)/python benchmarks/authoring.py --rows 10000 --cases 1000 --repeat 1
	@$(BIN)/python benchmarks/memory.py --small 2000 --large 10000

fire: .venv/ready  ## fight random writers beside apply and rollback: SEEDS=1000 from FROM=1, ENGINE or all of them
	@$(BIN)/python -m tests.fire --seeds $(SEEDS) --from $(FROM) $(if $(filter-out file,$(origin ENGINE)),--engine $(ENGINE))

clean:  ## remove what the other targets made
	@if test -d .demo-postgresql; then $(BIN)/hffix demo .demo-postgresql --stop; fi
	@rm -rf .venv .build .demo .demo-postgresql .demo-mariadb .hypothesis
