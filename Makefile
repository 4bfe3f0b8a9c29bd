# Every target makes what it needs: the first one builds .venv (a few minutes, mostly the download of torch).
PYTHON ?= python3
BIN := .venv/bin
SOURCES := $(wildcard transformers_tts_gan benchmarks examples tests docs)

.PHONY: help speak test check types style docs clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -hE '^[a-z]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*  ## /  make \1\t/' | expand -t 16

speak: .venv/dev  ## speak with the bundled voice: make speak TEXT="Hello." ARGS="--output hello.wav"
	$(BIN)/tts-gan speak $(if $(TEXT),"$$TEXT") $(ARGS)

test: .venv/dev  ## run the tests, without the network
	HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false $(BIN)/python -m pytest -q $(ARGS)

check: .venv/dev  ## lint and check the format, as CI does
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)

types: .venv/dev  ## check the types, as CI does
	$(BIN)/mypy

style: .venv/dev  ## mend the format and what the linter can mend
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

docs: .venv/docs  ## build the documentation into docs/_build/html
	HF_HUB_OFFLINE=1 $(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

clean:  ## remove what the other targets made
	rm -rf .venv docs/_build build *.egg-info

# `speak` reads TEXT from the environment, as it was typed: neither make nor the shell looks into quotes, $25 or $(...).
override TEXT := $(value TEXT)
export TEXT

.venv/created:
	$(PYTHON) -m venv .venv
	touch $@

.venv/dev: .venv/created setup.cfg pyproject.toml
	$(BIN)/python -m pip install -q -e '.[dev]'
	touch $@

.venv/docs: .venv/dev
	$(BIN)/python -m pip install -q -e '.[docs]'
	touch $@

.venv/ci: .venv/created setup.cfg pyproject.toml .ci/requirements.txt .ci/requirements-no-deps.txt
	$(BIN)/python -m pip install -q -r .ci/requirements.txt
	$(BIN)/python -m pip install -q --no-deps -r .ci/requirements-no-deps.txt
	touch .venv/dev .venv/docs $@
