# Two commands: `make demo` and `make test`. All paths are relative, so that a folder with spaces is no trouble.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup demo clean-demo test test-faults lint browser go lock

VENV := .venv
RUN := $(VENV)/bin
PIP := $(RUN)/python -m pip --disable-pip-version-check --no-input
LOCKED := install --quiet --require-hashes --no-deps
# The first interpreter that really runs, is new enough and can make an environment.
PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14 python; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)

help:
	@echo "make demo        set everything up, make a city with a year of records, and serve it"
	@echo "make clean-demo  throw the demo away"
	@echo "make test        lint, types and all tests"
	@echo "make test-faults only the tests that kill, fill disks and take the database away"
	@echo "make setup       only make .venv"
	@echo "make lock        compute the locked dependencies anew"

setup: $(VENV)/.setup

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "Luoshi needs Python 3.11 or newer with venv (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@echo "Making $(VENV) with $(PYTHON) ..."
	@"$(PYTHON)" -m venv --clear $(VENV)
	@touch $@

$(VENV)/.setup: $(VENV)/.python requirements.lock pyproject.toml
	@echo "Installing (a minute or two the first time) ..."
	@$(PIP) $(LOCKED) -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: $(VENV)/.setup requirements-test.lock
	@echo "Installing what the tests need ..."
	@$(PIP) $(LOCKED) -r requirements-test.lock
	@touch $@

demo: setup
	@exec $(RUN)/luoshi demo $(ARGS)

clean-demo: setup
	@exec $(RUN)/luoshi clean-demo

# Debian's Chromium where apt-get works; elsewhere the browser tests skip, and this says so.
browser:
	@command -v chromium >/dev/null 2>&1 || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1 \
		&& apt-get update -qq >/dev/null 2>&1 \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null 2>&1; } \
		|| echo "!!!!!! NO BROWSER: chromium is not here and could not be installed, THE BROWSER TESTS ARE SKIPPED !!!!!!"

# Go's own transparency-log packages, against which the ledger is held; the tests themselves install nothing.
go:
	@test -d /usr/share/gocode/src/golang.org/x/mod/sumdb && command -v go >/dev/null 2>&1 || { test "$$(id -u)" = 0 \
		&& command -v apt-get >/dev/null 2>&1 && apt-get update -qq >/dev/null 2>&1 \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends golang-go golang-golang-x-mod-dev >/dev/null 2>&1; } \
		|| echo "!!!!!! NO GO: golang-go could not be installed, THE LEDGER IS NOT HELD AGAINST GO !!!!!!"

lint: $(VENV)/.test
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .
	@$(RUN)/mypy

test: lint browser go
	@$(RUN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

# Processes killed, disks full, the database away for a whole minute.
test-faults: $(VENV)/.test
	@OUTAGE_SECONDS=60 $(RUN)/python -m pytest -m faults $(ARGS)

# The test lock is computed first, so that both hold the same versions. Needs pip-tools.
COMPILE := $(RUN)/pip-compile --quiet --generate-hashes --build-deps-for editable --no-header --no-annotate \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options --allow-unsafe --strip-extras
lock:
	@$(RUN)/python -m pip install --quiet pip-tools
	@$(COMPILE) --extra test --output-file requirements-test.lock pyproject.toml
	@$(COMPILE) --constraint requirements-test.lock --output-file requirements.lock pyproject.toml
