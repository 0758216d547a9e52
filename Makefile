# Everything that is done around the repository. A machine needs Python 3.11 or newer, git and make.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Compiled code is kept: every test, mistake and answer starts processes that would compile it again.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help grade test load hostile lint types check quick-check site notebooks pins

BIN := .venv/bin
GRADE := .venv/grade.stamp
DEV := .venv/dev.stamp
SUPPORTED := import sys; sys.exit(sys.version_info < (3, 11))
CANDIDATES := python3.11 python3.12 python3.13 python3
PYTHON ?= $(shell for p in $(CANDIDATES); do $$p -c '$(SUPPORTED)' 2>/dev/null && echo $$p && break; done)
TOO_OLD := Python 3.11 or newer is needed and none was found: install one from python.org, or name yours with "make PYTHON=/path/to/python3.13 $(MAKECMDGOALS)".
# One mistake in so many is proved fully in a quick look, another after each commit.
SHARE := 384
# One mistake in so many is looked at, and one attack tried, others after each commit.
PART := 1
SLUGS := $(patsubst graders/%/rubric.toml,%,$(wildcard graders/*/rubric.toml))
NOTEBOOKS := $(wildcard notebooks/*.ipynb notebooks/*/*.ipynb)
PIN := $(BIN)/uv pip compile pyproject.toml --no-config --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make pins" --quiet $(if $(UPGRADE),--upgrade)

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

grade: $(GRADE) ## grade your answers in exercises/
	@$(BIN)/hooklab grade

test: $(DEV) ## run every test
	$(BIN)/pytest --numprocesses 4 --dist worksteal

load: $(DEV) ## grade beside processes that are always busy
	$(BIN)/pytest -m load tests/engine tests/content tests/classroom

hostile: $(DEV) ## try to forge grades, in every way that we know
	$(BIN)/pytest tests/hostile -rs --part $(PART) --numprocesses 4 --dist worksteal

lint: $(DEV) ## look for faults of style and form
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV) ## check the types
	$(BIN)/mypy

check: $(DEV) ## prove what is not proved yet: exercises, solutions and graders agree
	$(BIN)/hooklab check

quick-check: $(DEV) ## the same, most mistakes on the checks that they name only
	@# Grading waits more than it works: more at once than there are cores.
	@echo $(SLUGS) | xargs -n 1 -P 5 $(BIN)/hooklab check --quick --share $(SHARE) --part $(PART)

site: $(DEV) ## build the course's pages into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

notebooks: $(DEV) ## run every notebook from a fresh kernel
	$(if $(NOTEBOOKS),$(BIN)/jupyter execute $(NOTEBOOKS),@echo "There is no notebook yet.")

pins: $(DEV) ## pin what pyproject.toml asks for (UPGRADE=1 takes newer versions)
	$(PIN) --group build --output-file requirements/grade.txt
	$(PIN) --group build --group dev --constraint requirements/grade.txt --output-file requirements/dev.txt

$(GRADE): requirements/grade.txt pyproject.toml
	@$(or $(PYTHON),false) -c '$(SUPPORTED)' || { echo '$(TOO_OLD)' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/grade.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): $(GRADE) requirements/dev.txt
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/dev.txt
	@touch $@
