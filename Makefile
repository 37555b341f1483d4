# The reader's two commands are `make book` and `make test`. Each creates .venv when it is missing.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
# Where the book is built; another folder leaves the present book alone: `make book BUILD=/tmp/mine`.
BUILD := _build
PORT := 8000

# Which data: the chapters use LAYERWISE_DATA, else the user's cache, a download, or the embedded 5,000 digits (see the
# chapter on data). Where a folder shared/data with MNIST stands beside the checkout, that is used unless you say otherwise.
ifneq ($(wildcard ../shared/data/mnist.npz),)
LAYERWISE_DATA ?= $(abspath ../shared/data)
export LAYERWISE_DATA
endif

# A number that is not as expected is marked in the pages of `make book`, and an error under `make test` and with STRICT=1.
ifneq ($(STRICT),)
export LAYERWISE_STRICT := 1
endif

.PHONY: help book pdf test lint links bench elsewhere future check-binder records serve clean distclean

help:
	@echo 'make book       run every chapter and build the pages (STRICT=1: a number that is not as expected is an error)'
	@echo 'make pdf        print the whole book into one PDF, with Chromium'
	@echo 'make test       run every test, the chapters cell by cell included'
	@echo 'make serve      serve the built pages on this machine'
	@echo 'make lint       style and types'
	@echo 'make links      ask for every address on the web that the pages name'
	@echo 'make elsewhere  run the book and the tests of numbers as another processor would, and list what leaves its bounds'
	@echo 'make future     build and test the book with the newest Sphinx, MyST-NB and theme'
	@echo 'make check-binder  run every chapter as Binder does, in 2 GB and on one core'
	@echo 'make bench      seconds per training step, ours beside Keras, and in the reader'\''s browser'
	@echo 'make records    make the kept records of long experiments again'
	@echo 'make clean      remove what was built; keeps the environment and the results of experiments'
	@echo 'make distclean  remove those too'

book: $(INSTALLED)
	@# Long experiments first, with their progress; the chapters then find the results.
	$(BIN)/python -m layerwise sweep
	$(BIN)/python -m bookbuild --output $(BUILD)

pdf: book
	$(BIN)/python -m bookbuild.pdf --output $(BUILD)

# The browser tests open the built pages, so the book comes first; where nothing has changed it takes seconds.
test: export LAYERWISE_STRICT := 1
test: book
	LAYERWISE_PAGES=$(BUILD)/html $(BIN)/python -m pytest tests -n 2 --dist loadfile --cov --cov-report term-missing:skip-covered --cov-fail-under 95
	$(BIN)/python -m pytest --nbval book -n 2 --dist loadfile

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

links: book
	$(BIN)/python -m bookbuild --output $(BUILD) --links

# DATA=embedded: on the embedded digits, where the user's cache holds no others.
elsewhere: $(INSTALLED)
	$(if $(filter embedded,$(DATA)),LAYERWISE_DATA= LAYERWISE_OFFLINE=1) $(BIN)/python -m bookbuild.elsewhere --output $(BUILD)/elsewhere$(if $(DATA),_$(DATA))

# It blocks nothing: what fails is listed in CONTRIBUTING.md. OPTIONS="--python python3.14 --pre" for what is not released.
future: $(INSTALLED)
	$(BIN)/python -m layerwise sweep
	$(BIN)/python -m bookbuild.future --output $(BUILD)/future $(OPTIONS)

# What is committed is tried, in an environment of its own.
check-binder: book
	$(BIN)/python -m bookbuild.binder --output $(BUILD)

bench: $(INSTALLED)
	$(BIN)/python -m layerwise.bench
	$(BIN)/python -m bookbuild.engine_bench

records: $(INSTALLED)
	@# oneDNN trains convolutions twice as fast. It says so on stderr, which no chapter may, so it is off elsewhere. Sums are
	@# cut by the number of threads: one for each of two processes.
	TF_ENABLE_ONEDNN_OPTS=1 TF_NUM_INTRAOP_THREADS=1 $(BIN)/python -m layerwise records --data svhn_sample --jobs 2
	$(BIN)/python -m layerwise records --data mnist
	$(BIN)/python -m layerwise records --data mnist_5000

serve:
	@test -f $(BUILD)/html/index.html || { echo 'There is no book yet: make book' >&2; exit 1; }
	@echo 'The book is at http://localhost:$(PORT)/ until you press Ctrl-C.'
	@$(BIN)/python -m http.server $(PORT) --bind localhost --directory $(BUILD)/html

clean:
	rm -rf $(BUILD) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*

distclean: clean
	rm -rf $(VENV) .results

# A Python that the pinned environment is made for: PYTHON=/path/to/python where the search finds the wrong one or none.
PYTHONS := $(if $(PYTHON),$(PYTHON),python3 python3.13 python3.12 python3.11 python)
SUITABLE := -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1

$(INSTALLED): requirements.txt pyproject.toml
	@if [ -x $(BIN)/python ]; then \
	    $(BIN)/python $(SUITABLE) && exit 0; \
	    echo 'The environment in $(VENV) is not of Python 3.11, 3.12 or 3.13. Remove it: make distclean' >&2; exit 1; \
	fi; \
	for python in $(PYTHONS); do \
	    if "$$python" $(SUITABLE); then \
	        echo "Creating $(VENV) with $$("$$python" --version) ($$python)"; \
	        "$$python" -m venv $(VENV) && exit 0; \
	        echo 'No virtual environment could be made; the message above says why.' >&2; exit 1; \
	    fi; \
	done; \
	echo 'Python 3.11, 3.12 or 3.13 is needed; tried: $(PYTHONS).' >&2; \
	echo 'Install one, or name it: make PYTHON=/path/to/python3.12 book' >&2; exit 1
	@echo 'Installing the pinned environment into $(VENV) (about 2 GB; some minutes the first time)'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
