# Run `make help` for the list of targets: it prints the text behind each `##` below.
PYTHON ?= python3
PORT   ?= 8080
ATTACK_EXAMPLES ?= 60
ATTACK_SECONDS ?= 30
PROCESSES ?= auto
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: help serve population quick test coverage check attack future newest lock audit sbom docs mutate bench cards oracle review clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' Makefile

define NO_PYTHON
$(PYTHON) was not found. Install Python 3.11 or newer with its venv module
  Debian, Ubuntu:  apt-get install python3 python3-venv
  Fedora:          dnf install python3
  macOS:           brew install python
or name an interpreter: make PYTHON=/path/to/python3.11 ...
endef
export NO_PYTHON

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "$$NO_PYTHON" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " \
	  + sys.version.split()[0] + "; name another interpreter: make PYTHON=/path/to/python3.11 ...")'
	@$(PYTHON) -c 'import ensurepip' || { echo "The venv module is missing. Debian, Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Locks are installed whole, by hash and without resolving anything: see requirements/README.md.
INSTALL := $(BIN)/python release/install_lock.py

$(VENV)/.serve: $(BIN)/python pyproject.toml requirements/serve.txt release/install_lock.py
	$(INSTALL) $(VENV) requirements/serve.txt --project .
	@touch $@

$(VENV)/.test: $(VENV)/.serve requirements/test.txt
	$(INSTALL) $(VENV) requirements/test.txt
	@touch $@

$(VENV)/.population: $(VENV)/.serve requirements/population.txt
	$(INSTALL) $(VENV) requirements/population.txt
	@touch $@

population: $(VENV)/.population ## install what the report of `hip-spine-cds dry-run` needs besides the service

serve: $(VENV)/.serve ## install and run the service on http://127.0.0.1:8080 (PORT=9000 changes the port)
	$(BIN)/hip-spine-cds serve --port $(PORT)

check: $(VENV)/.test ## format, lint, types, and the content in cards/
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/hip-spine-cds check

# Without compiled modules every command that a test starts would compile the package again.
PYTEST = env -u PYTHONDONTWRITEBYTECODE TZ=Pacific/Chatham $(BIN)/pytest -p no:cacheprovider -n $(PROCESSES)

# What a minute allows: the architecture, each rule's cases, the units of logic and of reading.
QUICK := tests/test_architecture.py tests/test_cases.py tests/unit/model tests/unit/logic tests/unit/fhir \
         tests/unit/chart tests/unit/narrative tests/unit/rendering

quick: check ## what to run while working: check, architecture, each rule's cases, units of logic and reading (a minute)
	$(PYTEST) $(QUICK)

# What waits for real time, sends very much or runs other programs is left to `make attack`; its seconds are those on two
# quiet cores.
LEFT_TO_ATTACK := tests/attack=600 tests/docs/test_doc_commands.py=50 tests/faults/test_fhir_faults.py=25 tests/peers=40 \
                  tests/unit/cli/test_cli_supervisor.py=10
ATTACKS := $(foreach timed,$(LEFT_TO_ATTACK),$(firstword $(subst =, ,$(timed))))
# A worker that is done takes from the other: a file of few long tests would keep one waiting for the other.
TEST = $(PYTEST) --dist worksteal $(ATTACKS:%=--ignore=%)

# Measuring coverage nearly doubles the time, so only CI does it in passing; `make coverage` does it anywhere.
COVERAGE := --cov --cov-report=term:skip-covered

test: check ## install and run the checks (less than five minutes on two cores)
	$(TEST) $(if $(CI),$(COVERAGE))
	@echo "Left to make attack, with seconds on two quiet cores: $(LEFT_TO_ATTACK)"

coverage: check ## make test, with the floor of 95 % branch coverage that CI holds
	$(TEST) $(COVERAGE)

$(VENV)/.attack: $(VENV)/.test requirements/attack.txt
	$(INSTALL) $(VENV) requirements/test.txt requirements/attack.txt || \
	  echo "No atheris for this Python: the tests that need it are left out, and named; under CI=true they fail."
	@touch $@

# They hold how long a call waits, for a slow server or another client: beside other tests they would measure those.
ALONE := $(foreach name,dense_fhir_servers overload soak worst_bodies,tests/attack/test_$(name).py) \
         tests/faults/test_fhir_faults.py

attack: $(VENV)/.attack ## many generated requests (ATTACK_EXAMPLES=60 an operation), fuzzed bytes (ATTACK_SECONDS=30 a target)
	ATTACK_EXAMPLES=$(ATTACK_EXAMPLES) ATTACK_SECONDS=$(ATTACK_SECONDS) $(PYTEST) $(filter-out $(ALONE),$(ATTACKS)) $(ALONE:%=--ignore=%)
	$(PYTEST) -n 0 $(ALONE)

# `cards/` names the day by which it is to be reviewed: that test fails here, and says so. Nothing else may.
REVIEW_BY := tests/release/test_review_by.py
FUTURE     = PYTHONPATH=$(CURDIR)/tests/future FAKETIME_DONT_FAKE_MONOTONIC=1 faketime -f +400d

future: $(VENV)/.test ## make test's tests with the clock 400 days ahead; only the review-by test may fail (needs faketime)
	@command -v faketime >/dev/null || { echo "faketime was not found. Debian, Ubuntu: apt-get install faketime" >&2; exit 1; }
	$(FUTURE) $(TEST) --ignore=$(REVIEW_BY)
	-$(FUTURE) $(BIN)/pytest -p no:cacheprovider $(REVIEW_BY)

newest: BIN = $(VENV)-newest/bin
newest: $(BIN)/python ## make test's tests with the newest releases that pyproject.toml allows, in an environment of its own
	$(VENV)/bin/python -m venv --clear $(VENV)-newest
	$(BIN)/pip install --quiet --upgrade --upgrade-strategy eager --editable '.[postgresql,test]' --requirement requirements/build.in
	$(BIN)/pip check
	$(TEST)

audit: $(VENV)/.test ## known faults of the locked dependencies (asks a public database)
	@$(BIN)/python -m release.audit

sbom: $(VENV)/.test ## what the service is made of, as CycloneDX
	$(INSTALL) $(VENV)-sbom requirements/serve.txt
	@mkdir -p build
	$(BIN)/cyclonedx-py environment $(VENV)-sbom --pyproject pyproject.toml --mc-type application --output-reproducible \
	  --output-file build/sbom.cdx.json
	@echo build/sbom.cdx.json

LOCK = $(VENV)-lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
       --quiet --upgrade
SERVE_INPUT := pyproject.toml requirements/build.in --extra postgresql

lock: $(BIN)/python ## resolve every lock in requirements/ anew, to the newest releases allowed
	$(INSTALL) $(VENV)-lock requirements/lock.txt
	$(LOCK) $(SERVE_INPUT) --output-file requirements/serve.txt
	$(LOCK) $(SERVE_INPUT) --extra population --constraint requirements/serve.txt --output-file requirements/population.txt
	$(LOCK) $(SERVE_INPUT) --extra test --constraint requirements/serve.txt --output-file requirements/test.txt
	$(LOCK) pyproject.toml requirements/build.in --extra spark --extra population --constraint requirements/serve.txt \
	  --output-file requirements/spark.txt
	for name in attack cards docs healthchain lock mutate oracle oracle-build; do \
	  $(LOCK) requirements/$$name.in --output-file requirements/$$name.txt || exit 1; done

ORACLE := .venv-oracle

$(ORACLE)/.made: $(VENV)/.test requirements/oracle-build.txt requirements/oracle.txt
	$(INSTALL) $(ORACLE) requirements/oracle-build.txt requirements/oracle.txt --sdist medspacy --sdist medspacy-quickumls
	$(BIN)/python -m release.lock_closure requirements/oracle.txt $(ORACLE) requirements/oracle.in
	@touch $@

ASK_MEDSPACY := LOGURU_LEVEL=WARNING $(ORACLE)/bin/python tests/oracle/ask_medspacy.py

oracle: $(ORACLE)/.made ## recall and precision on held-out sentences by frame, and what medSpaCy makes of the same
	@echo "Held-out sentences:"
	@$(BIN)/python -m tests.oracle.report
	$(BIN)/python -m tests.oracle.targets | $(ASK_MEDSPACY)
	@echo "What stands around a mention, judged by both, in the labelled and the held-out sentences:"
	@$(BIN)/python -m tests.oracle.contexts ask | $(ASK_MEDSPACY) - | $(BIN)/python -m tests.oracle.contexts compare

AGAINST ?=
bench: $(VENV)/.test ## the speed goals in one table, beside Express and HealthChain (AGAINST=build/before.json compares)
	$(BIN)/python -m benchmarks $(if $(AGAINST),--against $(AGAINST))

$(VENV)-cards/.made: $(BIN)/python requirements/serve.txt requirements/cards.txt
	$(INSTALL) $(VENV)-cards requirements/serve.txt requirements/cards.txt --project .
	@touch $@

READ ?=
cards: $(VENV)-cards/.made ## length, grade and first button of every card; a sheet to judge them (READ="a.csv b.csv" reads it)
	$(VENV)-cards/bin/python -m benchmarks.cards $(if $(READ),--read $(READ))

review: $(VENV)/.serve ## write cards/REVIEW.md and what stands beside it, which a clinician reads
	$(BIN)/hip-spine-cds review

$(VENV)-docs/.made: $(BIN)/python requirements/docs.txt
	$(INSTALL) $(VENV)-docs requirements/docs.txt
	@touch $@

docs: $(VENV)-docs/.made ## build the documentation into build/docs; warnings are errors
	$(VENV)-docs/bin/sphinx-build --fail-on-warning --keep-going -c docs . build/docs

$(VENV)-mutate/.made: $(BIN)/python requirements/mutate.txt
	$(INSTALL) $(VENV)-mutate requirements/mutate.txt
	@touch $@

SEED ?= 1
mutate: $(VENV)/.test $(VENV)-mutate/.made ## change the code in 200 places (SEED=...): how many changes would a test notice?
	$(VENV)-mutate/bin/python -m tests.mutation --python $(BIN)/python --seed $(SEED)

clean: ## remove what these targets made
	rm -rf $(VENV) $(VENV)-* build dist tests/peers/medplum/node_modules benchmarks/peers/express/node_modules
