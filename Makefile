# Interlude. `make` alone lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PYTHON := .venv/bin/python
RASA_PYTHON := .venv-rasa/bin/python
# uv from the machine if it has one, else our own in .tools/.
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 3
export PYTHONPATH := $(CURDIR)
# Bytecode is compiled at installation; without it every start is twice as slow.
COMPILED := --compile-bytecode --require-hashes

##@ Use
.PHONY: run talk train
run: .venv/app .venv-rasa/ready ## Set up everything and run it: patient page, console, demo logins
	@$(PYTHON) -m interlude run

talk: .venv/app .venv-rasa/ready ## A conversation in the terminal, through the real turn
	@$(PYTHON) -m interlude talk

train: .venv/app .venv-rasa/ready ## Train the dialogue model if it is stale
	@$(PYTHON) -m interlude train

##@ Develop
.PHONY: test check test-dialogue bench
test: check .venv-rasa/ready chromium ## Set up everything and run every test
	@$(PYTHON) -m interlude train
	$(RASA_PYTHON) -m pytest -q -p no:cacheprovider tests/components
	@$(MAKE) --no-print-directory test-dialogue
	INTERLUDE_CHROMIUM="$$(cat .tools/chromium)" $(PYTHON) -m pytest -q tests --ignore tests/components

test-dialogue: .venv/dev .venv-rasa/ready ## Check the Rasa project and run its conversation tests
	@$(PYTHON) -m interlude train
	$(RASA_PYTHON) -W ignore -m rasa data validate --fail-on-warnings --max-history 5
	$(RASA_PYTHON) -W ignore -m rasa test core --stories tests/dialogue --model models/interlude.tar.gz \
	    --fail-on-prediction-errors --no-plot --out results

check: .venv/dev ## Lint, types, direction of imports, content
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache
	$(PYTHON) -m interlude content check

bench: .venv/dev .venv-rasa/ready ## Compare the classifiers the dialogue could use
	$(RASA_PYTHON) bench/classifiers.py

##@ Set up
.PHONY: setup lock chromium
setup: .venv/dev .venv-rasa/ready ## Both Python environments, nothing else

lock: .tools/uv ## Lock all requirements anew, with hashes and without addresses
	for name in app dev; do $(UV) pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.12 --exclude-newer "$$(date -u -d '7 days ago' +%F)" \
	    $$([ $$name = app ] || echo --constraint requirements/app.txt) requirements/$$name.in -o requirements/$$name.txt; done
	$(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.10 \
	    --override requirements/rasa-override.txt requirements/rasa.in -o requirements/rasa.txt

chromium: .venv/dev ## Find a Chromium for the browser tests, or install one
	@mkdir -p .tools && sh tests/browser/find-chromium > .tools/chromium

.tools/uv:
	@mkdir -p .tools
	@if ! command -v $(UV) >/dev/null 2>&1; then \
	    echo "Installing uv into .tools/ …"; \
	    python3 -m venv .tools && .tools/bin/pip install --quiet --require-hashes -r requirements/tools.txt \
	    || { echo "uv could not be installed: install Python's venv module (or uv itself), then try again." >&2; exit 1; }; \
	fi
	@touch $@

.venv/bin/python: .tools/uv
	@$(UV) venv --quiet --allow-existing --python 3.12 .venv \
	    || { echo "No Python 3.12 was found and uv could not fetch one: install Python 3.12 (for instance with pyenv)." >&2; exit 1; }

.venv/app: requirements/app.txt .venv/bin/python
	@if [ ! -e .venv/dev ] || [ requirements/app.txt -nt .venv/dev ]; then \
	    echo "Installing the app's environment (Python 3.12, about half a minute) …"; \
	    VIRTUAL_ENV=.venv $(UV) pip sync --quiet $(COMPILED) requirements/app.txt; fi
	@touch $@

.venv/dev: requirements/dev.txt .venv/bin/python
	@echo "Installing the app's environment with its tests (Python 3.12, about a minute) …"
	@VIRTUAL_ENV=.venv $(UV) pip sync --quiet $(COMPILED) requirements/dev.txt
	@touch .venv/app $@

.venv-rasa/ready: requirements/rasa.txt .tools/uv
	@echo "Installing Rasa's environment (Python 3.10, one to three minutes) …"
	@$(UV) venv --quiet --allow-existing --python 3.10 .venv-rasa \
	    || { echo "No Python 3.10 was found and uv could not fetch one: install Python 3.10 (for instance with pyenv)." >&2; exit 1; }
	@VIRTUAL_ENV=.venv-rasa $(UV) pip sync --quiet $(COMPILED) requirements/rasa.txt
	@touch $@

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
