# Two commands do everything: `make run` and `make test`. The rest are their parts.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
STATIC := static/dist/manifest.json
# Where a machine forbids it, each of the many processes of a run would compile the whole product anew.
export PYTHONDONTWRITEBYTECODE :=
SUDO_APT := $(shell [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && echo apt-get)

.PHONY: help run test check lint proofs demo messages bench machinery services lock long browser clean

help: ## what there is to do
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(STAMP): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed: install it, or say make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV) || \
	  { echo "$(PYTHON) cannot make a virtual environment: install its venv module (Debian: python3-venv)"; exit 1; }
	@echo "Installing Python packages into $(VENV) (once; a minute or two)"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt || \
	  { echo "The packages of requirements/dev.txt could not be installed: is a package index within reach?"; exit 1; }
	@touch $@

static/node_modules/.package-lock.json: static/package-lock.json
	@command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || \
	  { echo "Node.js 20 or newer with npm is needed to build the pages"; exit 1; }
	@echo "Installing the packages that build the pages (once)"
	@cd static && npm ci --ignore-scripts --no-audit --no-fund --silent || \
	  { echo "The packages of static/package-lock.json could not be installed: is a registry within reach?"; exit 1; }
	@touch $@

$(STATIC): static/node_modules/.package-lock.json $(shell find static/src static/build.mjs app/locale -type f 2>/dev/null)
	@cd static && node build.mjs
	@touch $@

run: $(STAMP) $(STATIC) ## set up, migrate, load the demo at first start, and serve at 127.0.0.1:8000
	@$(BIN)/flask --app wsgi serve --demo

demo: $(STAMP) $(STATIC) ## load the demo data without serving
	@$(BIN)/flask --app wsgi demo

lint: $(STAMP) $(STATIC)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd static && npx --no-install tsc --noEmit

check: lint ## ruff, mypy, import contracts, tsc, and the laws of the house
	$(BIN)/python -m pytest -q tests/house

# Steps that do not wait for each other run beside each other: a whole run is to end within twenty minutes on two cores.
test: ## everything: checks, engines, app on SQLite and PostgreSQL, journeys in a browser
	@$(MAKE) --no-print-directory -j 3 $(STAMP) $(STATIC) machinery
	@$(MAKE) --no-print-directory -j 2 lint proofs

# One process more than the two cores there may be: journeys wait for browsers, and others work meanwhile.
proofs: $(STAMP) $(STATIC)
	cd static && node --test
	$(BIN)/python -m compileall -q app credit forms ledger migrations rules workflows config.py wsgi.py
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder tests

machinery: # one after the other: both install packages
	@$(MAKE) --no-print-directory browser
	@$(MAKE) --no-print-directory services

long: $(STAMP) $(STATIC) services browser ## the larger proofs, whole: each tells how much it tried, of which seed
	$(BIN)/python -m pytest -n 2 --dist loadfile -m long --run-long tests

bench: $(STAMP) $(STATIC) ## ratios against peers, measured in one run
	$(BIN)/python -m bench

messages: $(STAMP) ## check the catalogues: every key in both languages, none unused
	$(BIN)/python -m pytest -q tests/house/test_messages.py

services: ## start local Redis and RabbitMQ from Debian's packages where none answers; install PostgreSQL
	@sh .ci/services $(SUDO_APT)

browser: ## install Chromium and the fonts from Debian's packages where that is possible
	@if ! command -v chromium-headless-shell >/dev/null; then \
	  if [ -n "$(SUDO_APT)" ] && apt-get update -qq && \
	    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-liberation fonts-noto-cjk; then :; \
	  elif command -v chromium >/dev/null; then :; \
	  else echo "No Chromium found: install your system's package 'chromium' (Debian: \`sudo make browser\`) to run the journeys; they are skipped without it."; fi; fi

lock: ## pin and hash the requirements anew
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header requirements/app.in -o requirements/app.txt
	$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header requirements/dev.in -o requirements/dev.txt

clean: ## remove what was built (never the data in var/)
	rm -rf $(VENV) static/node_modules static/dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
