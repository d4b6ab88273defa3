# Everything here needs Python 3.11+, make and git, and sets up the rest by itself: uv in .uv, the project in .venv.

PYTHON ?= python3
SIZE ?= 100000
PAGES ?= 200
COPIES ?= 20000
BIN := .venv/bin
INSTALLED := .venv/.installed
# What Pilkada is compared with lives apart: none of it is needed here, and its requirements are not ours.
OTHERS := .venv-compare
# So does pywb, in which a test replays what Pilkada hands on: it is old, and asks for old things.
PYWB := .venv-pywb

.DELETE_ON_ERROR:
.PHONY: help demo test check bench bench-articles bench-search bench-copies budget gate compare soak lock format clean

help:
	@echo "make demo    the whole thing on four sample outlets, in under a minute after the set-up"
	@echo "make test    all tests but the long ones"
	@echo "make check   format, lint, types, import directions, and how well pages are read"
	@echo "make bench   both of the next two"
	@echo "make bench-articles  what an article costs, beside plain Scrapy and trafilatura (PAGES=$(PAGES))"
	@echo "make bench-search  what searching and filling the index takes, beside FTS5 (SIZE=$(SIZE))"
	@echo "make bench-copies  what finding copies costs, and how right it is (COPIES=$(COPIES))"
	@echo "make budget  how many outlets and years fit a small machine, by what an outlet is measured to cost"
	@echo "make gate    how well pages are read, beside the floors; what is judged to be about an election"
	@echo "make compare how well, beside trafilatura, newspaper4k, news-please and resiliparse, on the same pages"
	@echo "make soak    the long tests: the full counts of what \`make test\` does a tenth of"
	@echo "make lock    requirements.lock made again from pyproject.toml"

.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"

# --require-hashes is implied by the hashes in the lock. Bytecode is compiled here, since commands must start fast.
$(INSTALLED): requirements.lock pyproject.toml | .uv/bin/uv
	test -x $(BIN)/python || .uv/bin/uv venv --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv
	.uv/bin/uv pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements.lock
	.uv/bin/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@

demo: $(INSTALLED)
	$(BIN)/pilkada demo

# Where a Python cannot take pywb in, one test is skipped, and says so.
$(PYWB)/.installed: tests/pywb.lock $(INSTALLED)
	@rm -f $@
	test -x $(PYWB)/bin/python || .uv/bin/uv venv --quiet --python "$$($(BIN)/python -c 'import sys; print(sys._base_executable)')" $(PYWB)
	if .uv/bin/uv pip sync --quiet --python $(PYWB)/bin/python --require-hashes tests/pywb.lock; then touch $@; \
		else echo "pywb cannot be installed here: what it would replay is not tested" >&2; fi

test: $(INSTALLED) $(PYWB)/.installed
	$(BIN)/pytest -m "not soak" --numprocesses 3 --dist loadfile

check: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m bench.quality

bench: bench-articles bench-search

bench-articles: $(INSTALLED)
	$(BIN)/python -m bench.articles --size $(PAGES)

bench-search: $(INSTALLED)
	$(BIN)/python -m bench.search --size $(SIZE)

bench-copies: $(INSTALLED)
	$(BIN)/python -m bench.duplicates --size $(COPIES)

budget: $(INSTALLED)
	$(BIN)/python -m bench.budget

gate: $(INSTALLED)
	$(BIN)/python -m bench.quality
	$(BIN)/python -m bench.election

$(OTHERS)/.installed: bench/compare.lock $(INSTALLED)
	test -x $(OTHERS)/bin/python || .uv/bin/uv venv --quiet --python "$$($(BIN)/python -c 'import sys; print(sys._base_executable)')" $(OTHERS)
	.uv/bin/uv pip sync --quiet --python $(OTHERS)/bin/python --require-hashes bench/compare.lock
	touch $@

compare: $(OTHERS)/.installed
	$(BIN)/python -m bench.comparison $(OTHERS)/bin/python

soak: $(INSTALLED)
	$(BIN)/pytest -m soak -s --timeout 3600

format: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: | .uv/bin/uv
	.uv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--group dev --python-version 3.11 pyproject.toml --output-file requirements.lock
	.uv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--python-version 3.11 bench/compare.in --output-file bench/compare.lock
	.uv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--python-version 3.11 tests/pywb.in --output-file tests/pywb.lock

clean:
	rm -rf .venv $(OTHERS) $(PYWB) .uv dist build
