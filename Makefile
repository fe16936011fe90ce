# make serve    install and run the service on http://127.0.0.1:8080 (PORT=... changes it)
# make test     install and run the checks
# make audit    known faults of the locked dependencies (asks a public database)
# make sbom     what the service is made of, as CycloneDX
# make lock     lock the dependencies anew
# make coverage the same, with the floor of 95 % branch coverage (CI's make test does so too)
# make attack   many more generated requests than make test sends (ATTACK_EXAMPLES=... for each operation), and bytes
#               guided by coverage (ATTACK_SECONDS=... for each target)
# make oracle   ask medSpaCy (a venv of its own) what it makes of the corpus of phrases
# make bench    the speed goals, as ratios (installs the peers they compare with)
PYTHON ?= python3
PORT   ?= 8080
ATTACK_EXAMPLES ?= 60
ATTACK_SECONDS ?= 30
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: help serve test coverage check attack lock audit sbom bench oracle review clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# //p' Makefile

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; say which with PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

# Every dependency by its hash, then the package itself, for whose building nothing more is fetched.
PACKAGE := $(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .

$(VENV)/.serve: $(VENV)/bin/python pyproject.toml requirements/serve.txt
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/serve.txt
	$(PACKAGE)
	@touch $@

$(VENV)/.test: $(VENV)/.serve requirements/test.txt
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/test.txt
	@touch $@

serve: $(VENV)/.serve
	$(BIN)/hip-spine-cds serve --port $(PORT)

check: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/hip-spine-cds check

# What waits for real time or sends very much has a target of its own, `make attack`, so that this one stays short.
ATTACKS := tests/attack tests/faults/test_fhir_faults.py tests/unit/cli/test_cli_supervisor.py

# Measuring coverage nearly doubles the time, so CI alone does it in passing; `make coverage` does it anywhere.
COVERAGE := --cov --cov-report=term:skip-covered
PYTEST    = TZ=Pacific/Chatham $(BIN)/pytest -n auto --dist loadfile -p no:cacheprovider $(ATTACKS:%=--ignore=%)

coverage: check
	$(PYTEST) $(COVERAGE)

test: check
	$(PYTEST) $(if $(CI),$(COVERAGE))
	@echo "Left to make attack: $(ATTACKS)"

LOCK = $(VENV)-lock/bin/uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 \
       --generate-hashes --no-header --no-annotate --quiet --upgrade

lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet uv
	$(LOCK) --extra postgresql --output-file requirements/serve.txt
	$(LOCK) --extra postgresql --extra test --constraint requirements/serve.txt --output-file requirements/test.txt

audit: $(VENV)/.test
	@$(BIN)/python -m release.audit

sbom: $(VENV)/.test
	$(PYTHON) -m venv --clear $(VENV)-sbom
	$(VENV)-sbom/bin/pip install --quiet --require-hashes --requirement requirements/serve.txt
	@mkdir -p build
	$(BIN)/cyclonedx-py environment $(VENV)-sbom --pyproject pyproject.toml --mc-type application --output-reproducible \
	  --output-file build/sbom.cdx.json
	@echo build/sbom.cdx.json

# There is no atheris for some Pythons: then its tests are left out, and named; under CI=true they fail.
$(VENV)/.attack: $(VENV)/.test
	-$(BIN)/pip install --quiet 'atheris==3.0.0'
	@touch $@

attack: $(VENV)/.attack
	ATTACK_EXAMPLES=$(ATTACK_EXAMPLES) ATTACK_SECONDS=$(ATTACK_SECONDS) \
	  $(BIN)/pytest -n auto $(ATTACKS) -p no:cacheprovider

bench: $(VENV)/.test
	$(BIN)/python -m benchmarks

.venv-oracle/.made:
	$(PYTHON) -m venv .venv-oracle
	.venv-oracle/bin/pip install --quiet 'medspacy==1.3.1' 'numpy<2'
	@touch $@

oracle: $(VENV)/.test .venv-oracle/.made
	$(BIN)/python -m tests.oracle.targets | .venv-oracle/bin/python tests/oracle/ask_medspacy.py

review: $(VENV)/.serve
	$(BIN)/hip-spine-cds review

clean:
	rm -rf $(VENV) .venv-healthchain .venv-oracle build dist tests/peers/medplum/node_modules

.PHONY: docs
$(VENV)-docs/.made: requirements/docs.txt
	$(PYTHON) -m venv $(VENV)-docs
	$(VENV)-docs/bin/pip install --quiet --no-deps --require-hashes --requirement requirements/docs.txt
	$(VENV)-docs/bin/pip check
	@touch $@

docs: $(VENV)-docs/.made ## build the documentation into build/docs; warnings are errors
	$(VENV)-docs/bin/sphinx-build --fail-on-warning --keep-going -c docs . build/docs

.PHONY: mutate
$(VENV)-mutate/.made: requirements/mutate.txt
	$(PYTHON) -m venv $(VENV)-mutate
	$(VENV)-mutate/bin/pip install --quiet --no-deps --require-hashes --requirement requirements/mutate.txt
	$(VENV)-mutate/bin/pip check
	@touch $@

SEED ?= 1
mutate: $(VENV)/.test $(VENV)-mutate/.made ## change the code in 200 places (SEED=...): how many changes would a test notice?
	$(VENV)-mutate/bin/python -m tests.mutation --python $(BIN)/python --seed $(SEED)
