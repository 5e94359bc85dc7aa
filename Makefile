# Everything a person types here. `make help` lists it.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
FACTOR ?= 12

.DEFAULT_GOAL := help
.PHONY: help setup demo test check soak rules mutants bench clean

help: ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

setup: $(STAMP) ## Make the virtual environment and install what is needed

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Steadyhand needs Python 3.11 or newer; name one with PYTHON=…"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP) ## An incident in the lab, cured from a runbook (RUNBOOK=path, ASK=1, FACTOR=12)
	@$(BIN)/steadyhand drill sleek-coach bad-deployment --factor $(FACTOR) \
	  $(if $(RUNBOOK),--runbook '$(RUNBOOK)') $(if $(ASK),--ask,--approve-as demo)

# What is started again and again is compiled once.
unexport PYTHONDONTWRITEBYTECODE

# Two tests at a time, a file's in order; many of them wait more than they work.
SPREAD := -n 2 --dist loadfile --no-loadscope-reorder

test: check ## Check and test everything; after set-up only loopback is needed
	$(BIN)/python tests/loopback_only.py $(BIN)/python -m pytest $(SPREAD) $(PYTEST)

check: $(STAMP) ## Style, types, import contract
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers 2
	$(BIN)/lint-imports --no-cache

soak: $(STAMP) ## What takes long: crashes, drills, every fault, every command line
	$(BIN)/python -m pytest -m soak -o addopts="-p no:schemathesis -W error --strict-markers -ra" --timeout 3600

rules: $(STAMP) ## Write docs/rules anew from the rules' docstrings
	$(BIN)/python -m steadyhand.lint.pages docs/rules

mutants: $(STAMP) ## Break each rule of lint on purpose and see its cases fail
	$(BIN)/python -m tests.lint.mutants

bench: $(STAMP) ## The figures of benchmarks/
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[bench]'
	$(BIN)/python benchmarks/aws_through_the_gate.py
	$(BIN)/python benchmarks/runs.py
	$(BIN)/python benchmarks/values.py
	$(BIN)/python benchmarks/journal_append.py
	$(BIN)/python benchmarks/control_plane.py
	$(BIN)/python benchmarks/lint.py
	$(BIN)/python benchmarks/filter_patterns.py
	$(BIN)/python benchmarks/log_search.py
	$(BIN)/python benchmarks/lab_api.py
	$(BIN)/python benchmarks/lab_load.py
	$(BIN)/python benchmarks/fault_to_page.py
	$(BIN)/python benchmarks/serve_cost.py
	$(BIN)/python benchmarks/lab_up.py

clean: ## Remove what was made here
	rm -rf $(VENV) .steadyhand .pytest_cache .mypy_cache .ruff_cache
