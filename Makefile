# Forecourt. On a machine with Python 3.11 or newer and make: `make run` starts it, `make test` tests it.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PO := $(shell find forecourt -name '*.po')
MO := $(PO:.po=.mo)

.PHONY: run test bench setup fmt lock clean
.DELETE_ON_ERROR:

run: setup
	@exec $(BIN)/forecourt up

test: setup
	@$(BIN)/python tests/check.py

bench: setup
	@$(BIN)/python -m benchmarks

setup: .venv/installed $(MO)

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Forecourt needs Python 3.11 or newer; this is " + sys.version)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-compile --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

%.mo: %.po .venv/installed
	@$(BIN)/python -c 'import sys, polib; polib.pofile(sys.argv[1]).save_as_mofile(sys.argv[2])' $< $@

fmt: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: setup
	$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --all-extras --python-version 3.11 --universal pyproject.toml -o requirements.lock

clean:
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
