# Everything a user needs. `make` alone lists it.
PYTHON  ?= python3
VENV    ?= .venv
STUDY   ?= quick
ARGS    ?=
# TensorFlow for CPUs, or with CUDA where an NVIDIA GPU is present. Override: make sweep BACKEND=cpu
BACKEND ?= $(if $(shell nvidia-smi -L 2>/dev/null),gpu,cpu)

BIN   := $(VENV)/bin
PIP   := $(BIN)/python -m pip --disable-pip-version-check --quiet
READY := $(VENV)/.$(BACKEND)
TOOLS := $(VENV)/.tools
PAGES := $(VENV)/.pages

# Where a machine forbids bytecode, each of a sweep's or a test's processes would compile all sources anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup sweep plan status report gallery pictures site test test-fast test-versions test-torch test-trackers test-sources check lock release clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## install into .venv what a sweep needs, in pinned versions

sweep: $(READY)  ## train and report a study: make sweep STUDY=article ARGS='training.epochs=5'
	@$(BIN)/ablation sweep $(STUDY) $(ARGS)

plan: $(READY)  ## show what a sweep would train, for how long, and what it could see
	@$(BIN)/ablation plan $(STUDY) $(ARGS)

status: $(READY)  ## how far a sweep is, from another shell
	@$(BIN)/ablation status runs/$(STUDY)

report: $(READY)  ## write the report of a study again
	@$(BIN)/ablation report runs/$(STUDY) $(ARGS)

gallery: $(READY)  ## pages of six simulated studies, made in seconds: look at them in gallery/
	@$(BIN)/python -m tests.report.gallery gallery > /dev/null
	@ls gallery/*/report/index.html

pictures: $(READY) $(TOOLS)  ## take the pictures anew that tests hold these pages to, after a change of their look
	@$(BIN)/python -m tests.report.kept > /dev/null
	@git status --short tests/report/pictures

test: $(READY) $(TOOLS) check site  ## all checks and tests
	@$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder  # on two cores: many wait for queues, signals and disks

test-fast: $(READY) $(TOOLS)  ## tests that train nothing
	@$(BIN)/python -m pytest -m 'not slow'

test-versions: $(READY) $(TOOLS)  ## the framework on the oldest and the newest versions that pyproject.toml allows
	@$(BIN)/nox

test-torch: $(READY) $(TOOLS)  ## networks and examples on PyTorch, in an environment of their own
	@$(BIN)/nox -s torch

test-trackers: $(READY) $(TOOLS)  ## runs logged to the real trackers, in an environment of their own
	@$(BIN)/nox -s trackers

test-sources: $(READY) $(TOOLS)  ## real tools write runs, which are read: each in an environment of its own, gigabytes
	@$(BIN)/nox -s sources

check: $(READY) $(TOOLS)  ## formatting, lint, types, doors between rooms, examples in docs
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache > $(VENV)/lint-imports.log || (cat $(VENV)/lint-imports.log; exit 1)
	@$(BIN)/python -m pytest -q --no-header --doctest-modules --doctest-glob='*.md' ablation/design ablation/sweep ablation/app/flags.py ablation/words.py ablation/naming.py ablation/numbers.py ablation/report/formats/latex.py ablation/app/training/packing.py docs README.md

site: $(READY) $(TOOLS) $(PAGES)  ## the documentation as a site in site/; a broken link fails
	@$(BIN)/zensical build --strict --clean > $(VENV)/site.log 2>&1 || (cat $(VENV)/site.log; exit 1)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit("Expected Python 3.11 to 3.13, which TensorFlow has releases for. Received: %d.%d. Name another: make PYTHON=python3.12" % v)'
	@$(PYTHON) -m venv $(VENV)

$(READY): requirements/$(BACKEND).txt pyproject.toml | $(BIN)/python
	@echo "Installing the $(BACKEND) requirements into $(VENV); the first time takes a minute or two."
	@$(PIP) install --require-hashes --requirement requirements/$(BACKEND).txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(TOOLS): requirements/dev.txt | $(READY)
	@$(PIP) install --require-hashes --requirement requirements/dev.txt
	@touch $@

$(PAGES): requirements/docs.txt | $(READY)
	@$(PIP) install --require-hashes --requirement requirements/docs.txt
	@touch $@

PIN  := $(BIN)/uv pip compile --quiet --no-header --upgrade --no-emit-index-url --no-annotate pyproject.toml
LOCK := $(PIN) --universal --python-version 3.11
SITE := $(BIN)/uv pip compile --quiet --no-header --upgrade --no-emit-index-url --no-annotate --universal --python-version 3.11 --generate-hashes --group docs
ENDS := $(PIN) --generate-hashes --extra postgres
lock: $(TOOLS)  ## pin the newest versions that fit pyproject.toml together, and both ends of what it allows
	@together=$$(mktemp) && $(LOCK) --extra cpu --extra dev --group build -o $$together >/dev/null && \
	for extra in cpu gpu; do $(LOCK) --generate-hashes --constraint $$together --extra $$extra --group build -o requirements/$$extra.txt >/dev/null || exit; done && \
	$(LOCK) --generate-hashes --constraint $$together --extra dev -o requirements/dev.txt >/dev/null; rm -f $$together
	@$(SITE) --constraint requirements/dev.txt --constraint requirements/cpu.txt -o requirements/docs.txt >/dev/null
	@$(ENDS) --python-version 3.11 --resolution lowest-direct -o requirements/oldest.txt >/dev/null
	@$(ENDS) --universal --python-version 3.11 --prerelease allow -o requirements/newest.txt >/dev/null

release: $(TOOLS)  ## source archive, wheel, and what the locks hold as CycloneDX, in dist/; uploads nothing
	@$(BIN)/nox -s release

clean:  ## remove the environment and caches; runs/ stays
	rm -rf $(VENV) site gallery .nox .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
