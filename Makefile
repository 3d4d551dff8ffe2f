# `make demo` and `make test` work on a fresh machine with Python 3.11 or newer. Both make .venv when they need it.
PYTHON ?= python3
NYUD ?=
TEST_WORKERS ?= 2
# Several test processes with several threads each wait for one another, on two cores most of the time.
TEST_THREADS ?= OMP_NUM_THREADS=1
# What one process has compiled the next one need not, and tests start dozens that load torch.
unexport PYTHONDONTWRITEBYTECODE
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# What was installed, as a copy of the file that lists it: another list, even an older one, is installed again.
USE := .venv/requirements.installed
DEV := .venv/pyproject.installed

.DEFAULT_GOAL := help
.PHONY: help demo app example quick test types tests clean install install-dev FORCE

help:
	@echo "make demo                      start a small comparison and open the dashboard"
	@echo "make demo NYUD=/path/NYUD_MT   the same on real photos"
	@echo "make app                       open the dashboard"
	@echo "make quick                     the tests that need no browser, no page and no whole run"
	@echo "make test                      lint, types and all tests"
	@echo "TEST_WORKERS=1 make test       one test file at a time (2 at once is usual)"
	@echo "make example                   compute the bundled example experiment again (hours)"
	@echo "make clean                     remove .venv and caches; runs stay"
	@echo "PYTHON=python3.12 make ...     choose the interpreter for .venv"

demo: $(USE)
	$(BIN)/python -m mtal demo $(if $(NYUD),--nyud "$(NYUD)")
	@echo "The dashboard's address follows. Ctrl-C closes it; the runs go on (python -m mtal status, stop)."
	$(BIN)/python -m mtal ui

app: $(USE)
	$(BIN)/python -m mtal ui

# In a store of its own, so that it can be broken off and goes on where it was.
example: $(USE)
	$(BIN)/python -m mtal example make --runs .example-runs

quick: $(DEV)
	$(TEST_THREADS) $(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile -m "not browser and not engine and not slow" \
		--ignore tests/app --ignore tests/browser --ignore tests/engine --hypothesis-profile quick

test: $(DEV)
	$(BIN)/ruff check .
	@$(MAKE) --no-print-directory --jobs 2 types tests

# At once: types keep one core busy for a while when nothing is cached.
types: $(DEV)
	$(BIN)/mypy

tests: $(DEV)
	$(TEST_THREADS) $(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile

$(USE): requirements.txt FORCE
	@cmp -s requirements.txt $@ || $(MAKE) --no-print-directory install

$(DEV): $(USE) pyproject.toml FORCE
	@cmp -s pyproject.toml $@ || $(MAKE) --no-print-directory install-dev

FORCE:

install:
	@command -v "$(PYTHON)" > /dev/null || { echo "No $(PYTHON) here. Install Python 3.11 or newer, or: make PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, $(PYTHON) is" \
		"$$("$(PYTHON)" -c 'import platform; print(platform.python_version())'). Try: make PYTHON=python3.11"; exit 1; }
	@echo "Installing requirements.txt into .venv (minutes the first time, torch is large)"
	"$(PYTHON)" -m venv .venv
	$(PIP) -r requirements.txt
	@cp requirements.txt $(USE)

# Lists for development stand in pyproject.toml, which pip reads since 25.1.
install-dev:
	@echo "Installing what tests and checks need: the group dev of pyproject.toml"
	$(PIP) "pip>=25.1"
	$(PIP) --group dev
	@cp pyproject.toml $(DEV)

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	find mtal tests pages -name __pycache__ -type d -prune -exec rm -rf {} +
