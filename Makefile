# Two commands do all the set-up: `make demo` and `make test`. Nothing is needed but python3 (3.11 or
# newer, with venv) and make; everything is installed into .venv below this folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test check coverage worlds campaign clean

# One story in full, then every scenario, a line for each of its cases.
demo: $(INSTALLED)
	@$(BIN)/latchbench run scenarios/sharing/length-clash.yaml
	@echo
	@$(BIN)/latchbench run scenarios -j 2 --brief

# A file's tests stay together, because many share a bench. Not by marks: pytest-xdist 3.8 writes
# the groups where pytest 9.2 does not look. One worker more than there are cores, because tests wait
# for the processes that they start.
test: $(INSTALLED)
	@$(BIN)/python -m pytest -q -n $$(($$(nproc) + 1)) --dist loadfile $(PYTEST_ARGS)

check: $(INSTALLED)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -P -m protos.generate --check
	@$(BIN)/latchbench validate scenarios
	@$(MAKE) --no-print-directory coverage

# The pure packages must stay covered, each of them and by branches; only their own tests count.
coverage: $(INSTALLED)
	@$(BIN)/python -m pytest -q -n auto tests/model tests/radio tests/policy tests/properties \
	    --cov --cov-report=term:skip-covered --cov-fail-under=95
	@$(BIN)/coverage json -q -o - | $(BIN)/python -m tests.product.branches

# Simulated worlds for three minutes, and that a seed always makes the same world.
worlds: $(INSTALLED)
	@$(BIN)/python -m pytest -q -s -m campaign tests/worlds $(PYTEST_ARGS)

# Ten thousand worlds; writes what they came to into docs/RELIABILITY.md. It takes an hour or two.
campaign: $(INSTALLED)
	@$(BIN)/python -m tests.worlds.reliability --campaign 10000

$(INSTALLED): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "latchbench needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "installing into $(VENV) (once; about a minute)"
	@$(PYTHON) -m venv $(VENV) \
	    || { echo "python3 has no venv here; on Debian: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

clean:
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
