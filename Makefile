# Everything runs from this checkout; nothing is installed outside .venv. `make help` lists the targets.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check lint types unit pages rest ui-test bench lock .venv

# The interpreter that .venv is made from: the first of these that is new enough, or `make PYTHON=/path/to/python`.
PYTHONS := python3 python3.13 python3.12 python3.11
PYTHON ?=
# Passed on to the program a target starts: make run ARGS="--port 9000", make unit ARGS="-k resume".
ARGS ?=
# A folder that pytest's reports are written to, where one is named.
REPORTS ?=
# `make lock LOCK_ARGS=` keeps the versions that are locked and only adds or drops what pyproject.toml asks for.
LOCK_ARGS ?= --upgrade
UV_VERSION := 0.13.9

PY := .venv/bin/python
# The lock names all that is needed, so pip resolves nothing (--no-deps): an older pip would take `google-auth[requests]`,
# which another package asks for, to mean the newest release and refuse it for having no hash.
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z.-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: .venv/run.lock  ## start the server (ARGS are passed on)
	@exec $(PY) -m hermes_webui serve $(ARGS)

test: unit ui-test  ## run the tests: Python, and the front end where there is node

check: lint types pages rest ui-test  ## everything that a change must pass (with -j 2 side by side)

lint: .venv/dev.lock  ## formatting and lint rules
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .

types: .venv/dev.lock  ## static types
	$(PY) -m mypy

unit: .venv/dev.lock  ## the Python tests (ARGS are passed on)
	$(PY) -m pytest $(ARGS)

# The browser's tests and all others in two processes, which do not mind each other: half the time where there are two cores.
pages rest: .venv/dev.lock
	$(PY) -m pytest $(if $(filter rest,$@),--ignore=tests/e2e,tests/e2e) $(if $(REPORTS),--junitxml=$(REPORTS)/$@.xml) $(ARGS); \
	code=$$?; $(if $(REPORTS),echo $$code >$(REPORTS)/$@.code;) exit $$code

ui-test:  ## the front end's tests, with node 18 or newer
	@major=$$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0); \
	tests=$$(find tests/ui -name '*.test.mjs' 2>/dev/null | sort); \
	if [ "$$major" -ge 18 ] && [ -n "$$tests" ]; then echo "node --test tests/ui"; exec node --test $$tests; fi; \
	if [ -n "$$tests" ]; then why="node 18 or newer is not on the PATH"; else why="tests/ui holds no *.test.mjs"; fi; \
	echo "Front-end tests not run: $$why."; \
	[ "$(CI)$(REQUIRE_ALL)" != true1 ]

bench: .venv/dev.lock  ## run the benchmarks (ARGS are passed on)
	$(PY) -m benchmarks $(ARGS)

lock: .venv-lock/bin/uv  ## renew requirements/*.txt from pyproject.toml
	@mkdir -p requirements
	$(UV_COMPILE) --output-file requirements/run.txt
	$(UV_COMPILE) --group dev --constraints requirements/run.txt --output-file requirements/dev.txt

# --universal from 3.11 up: one file for each Python, system and processor. No index, host or path may reach the file.
UV_COMPILE = .venv-lock/bin/uv --no-config --system-certs pip compile pyproject.toml $(LOCK_ARGS) \
	--universal --python-version 3.11 --constraints requirements/constraints.txt \
	--generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet

.venv: .venv/dev.lock  ## make .venv with all that development needs

# A stamp is a copy of the lock file that was installed: a checkout that only touches the file's time installs nothing.
.venv/run.lock: requirements/run.txt | .venv/bin/pip
	@cmp -s $< $@ || { echo "Installing $< into .venv ..."; $(PIP_INSTALL) -r $<; }
	@cp $< $@

# dev.txt holds all of run.txt in the same versions, so that both stamps are true after it.
.venv/dev.lock: requirements/dev.txt requirements/run.txt | .venv/bin/pip
	@cmp -s $< $@ || { echo "Installing $< into .venv ..."; $(PIP_INSTALL) -r $<; }
	@cp requirements/run.txt .venv/run.lock
	@cp $< $@

# pip is what venv puts in last: a .venv that was cut off half-way has none, and is made again.
.venv/bin/pip:
	@$(find_python) "$$python" -m venv --clear .venv

.venv-lock/bin/uv: Makefile
	@$(find_python) "$$python" -m venv --clear .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

# Sets $python, or says what is missing and stops. Each candidate is run, since a pyenv shim can exist and not work.
define find_python
set -e; python=; \
for candidate in $(or $(PYTHON),$(PYTHONS)); do \
	if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
done; \
if [ -z "$$python" ]; then \
	echo "No Python 3.11 or newer was found: install one, or name it with make PYTHON=/path/to/python3." >&2; exit 1; \
fi; \
if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	echo "$$python has no venv module: install it (on Debian and Ubuntu: apt install python3-venv), then run make again." >&2; exit 1; \
fi;
endef
