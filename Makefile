# Two commands begin everything: `make demo` and `make test`. Both set up what they need by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# With its own dependencies, since they differ between the CPU and the CUDA builds; a build that is there is kept.
TORCH ?= $(shell grep '^torch==' requirements.txt)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export HF_HUB_OFFLINE := 1

.PHONY: demo test check static guarantees bench format browser node lock clean

demo: $(VENV)/.run
	$(BIN)/whetstone demo $(ARGS)

test: $(VENV)/.test browser node
	$(BIN)/python -m pytest $(ARGS)

check: static test

static: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

# What is promised of intervals, budgets and proofs, over all settings: an hour and more on two cores.
guarantees: $(VENV)/.test
	$(BIN)/python -m pytest tests/guarantees -s -q --timeout 0 --repetitions $(or $(REPETITIONS),800) $(ARGS)

bench: $(VENV)/.test
	$(BIN)/python -m bot.bench $(ARGS)

format: $(VENV)/.test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The locks are complete, so nothing is resolved here and nothing else is drawn in.
$(VENV)/.run: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Whetstone needs Python 3.11 or newer; this is %d.%d. Set PYTHON=python3.11" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	@echo "Installing packages (once; a few minutes, about 3 GB on disk) …"
	$(BIN)/python -m pip install --quiet --no-deps setuptools wheel
	$(BIN)/python -m pip install --quiet $(TORCH)
	$(BIN)/python -m pip install --quiet --no-deps -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e . -e bot/client
	@touch $@

$(VENV)/.test: $(VENV)/.run tests/requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps -r tests/requirements.txt
	@touch $@

# Chromium is installed where that is possible; elsewhere the browser tests name themselves as left out, and why.
browser:
	@if [ -x /usr/bin/chromium ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the browser tests …"; \
	  apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium fonts-noto-color-emoji >/dev/null; \
	else echo "No Chromium here, and no right to install it: the browser tests will be left out."; fi

# A stand-in for Slack that other people wrote, pinned by its hash in the lock; a copy that fits the lock is kept.
SECOND := tests/second_opinion
node:
	@if [ "$$(uname -sm)" != "Linux x86_64" ]; then \
	  echo "The second-opinion tests run on Linux x64 only: they will be left out."; \
	elif ! command -v npm >/dev/null; then \
	  echo "No npm here: the second-opinion tests will be left out."; \
	elif ! cmp -s $(SECOND)/package-lock.json $(SECOND)/node_modules/.fits; then \
	  npm ci --prefix $(SECOND) --ignore-scripts --loglevel=error >/dev/null \
	  && cp $(SECOND)/package-lock.json $(SECOND)/node_modules/.fits \
	  || echo "npm could not install local-slack, as it says above: the second-opinion tests will be left out."; \
	fi

lock: $(VENV)/.run
	$(BIN)/python .ci/lock.py

clean:
	rm -rf $(VENV) var $(SECOND)/node_modules
