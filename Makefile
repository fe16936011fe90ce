# make serve    install and run the service on http://127.0.0.1:8080 (PORT=... changes it)
# make test     install and run every check
# make bench    the speed goals, as ratios (installs the peers they compare with)
PYTHON ?= python3
PORT   ?= 8080
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: serve test check bench review clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# //p' Makefile

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; say which with PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.serve
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[test]'
	@touch $@

serve: $(VENV)/.serve
	$(BIN)/hip-spine-cds serve --port $(PORT)

check: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/hip-spine-cds check

test: check
	TZ=Pacific/Chatham $(BIN)/pytest -n auto --dist loadfile --cov --cov-report=term:skip-covered -p no:cacheprovider

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

review: $(VENV)/.serve
	$(BIN)/hip-spine-cds review

clean:
	rm -rf $(VENV) .venv-healthchain build dist tests/peers/medplum/node_modules
