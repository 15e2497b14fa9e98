# Each target is enough by itself on a fresh clone: it makes `.venv` and installs what is locked.
# Another interpreter: `make test PYTHON=python3.13`.

CANDIDATES := python3.13 python3.12 python3.11 python3
FITS := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))

# A shim of that name may exist and not run, so each candidate is tried.
ifndef PYTHON
PYTHON := $(shell for candidate in $(CANDIDATES); do \
	"$$candidate" -c '$(FITS)' >/dev/null 2>&1 && echo "$$candidate" && break; done)
endif

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
# The locks hold every dependency. Bytecode is compiled of what is imported, when it is.
INSTALL := $(PIP) install --no-deps --no-compile --require-hashes -r requirements/build.lock
# More than a small machine has cores: now and then a test waits.
WORKERS ?= 3
PYTEST := $(BIN)/pytest -n $(WORKERS)
COVERED := $(PYTEST) --cov --cov-report=
GROUPS := --dist loadgroup --no-loadscope-reorder
# Without greenlets, which are traced at twice the price, and without fixtures worth sharing.
IN_MEMORY := tests/domain tests/application tests/http
# Of whole processes, and of the shape of the source: nothing of them runs here.
UNTRACED := tests/security tests/e2e tests/architecture
ON_SERVERS := $(filter-out tests/support tests/__pycache__ $(IN_MEMORY) $(UNTRACED), \
	$(patsubst %/,%,$(sort $(wildcard tests/*/))))
CRASHES := tests/e2e/test_crashes.py tests/e2e/test_lost_redis.py
UV_VERSION := 0.13.8
COMPILE := $(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate
CORE := src/moniqo/domain/*,src/moniqo/application/*

# Real candles are tested with as well, where a folder of them lies beside the checkout.
BESIDE := $(firstword $(wildcard ../*/market-data))
ifneq ($(BESIDE),)
export MARKET_DATA_DIR ?= $(abspath $(BESIDE))
endif

# Tests make and drop hundreds of databases: in memory, where there is plenty of it.
ROOM := $(shell df --output=avail -k /dev/shm 2>/dev/null | awk 'NR == 2 && $$1 > 4194304')
ifneq ($(ROOM),)
test test-rabbitmq: export TMPDIR ?= /dev/shm
endif

.DEFAULT_GOAL := help
.PHONY: help demo test test-rabbitmq check check-types check-rest fuzz run fix migrate migration openapi lock clean FORCE

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

demo: $(VENV)/core.done ## From sign-up to closed trades on a temporary store: no server, no network
	$(BIN)/moniqo demo $(ARGS)

test: $(VENV)/dev.done ## The whole suite with coverage; starts its own database servers
	rm -f .coverage .coverage.*
ifeq ($(strip $(ARGS)),)
	$(PYTEST) $(GROUPS) $(UNTRACED)
	SWITCHES=thread $(COVERED) --dist worksteal $(IN_MEMORY)
	$(COVERED) --cov-append $(GROUPS) $(ON_SERVERS)
else
	$(COVERED) $(GROUPS) $(ARGS)
endif
	$(BIN)/coverage report --skip-covered --fail-under 95
	$(BIN)/coverage report --skip-covered --fail-under 100 --include '$(CORE)'

test-rabbitmq: $(VENV)/dev.done ## What hangs on RabbitMQ, by Debian's rabbitmq-server or TEST_AMQP_URL
	TEST_BELLS=amqp $(BIN)/pytest tests/contract/queue tests/e2e/test_crashes.py $(ARGS)

test-crash: $(VENV)/dev.done ## Workers killed at random and brokers lost, at full size; needs Debian's rabbitmq-server
	TEST_CRASHES=full $(BIN)/pytest -rP $(CRASHES)
	TEST_CRASHES=full TEST_BELLS=amqp $(BIN)/pytest -rP tests/e2e/test_crashes.py

check: $(VENV)/dev.done ## Style, types, import contracts, dependencies, locks, fitness tests
	$(MAKE) --no-print-directory -j $(WORKERS) check-types check-rest

check-types:
	$(BIN)/mypy

check-rest:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/python tools/locks.py check
	$(PIP) check
	$(BIN)/pytest -q tests/architecture

fuzz: $(VENV)/dev.done ## Every kind of request of the API's description, by schemathesis, to a server of its own
	$(BIN)/python tools/fuzz.py $(ARGS)

run: $(VENV)/all.done ## The HTTP server, with the settings of the environment and `.env`
	if test -f .env; then $(BIN)/moniqo init </dev/null; else $(BIN)/moniqo init; fi
	$(BIN)/moniqo serve $(ARGS)

fix: $(VENV)/dev.done ## What ruff can mend by itself
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

migrate: $(VENV)/all.done ## Bring the configured store to this version's schema
	$(BIN)/moniqo migrate

migration: $(VENV)/dev.done ## Generate a migration from the entities: make migration NAME=add_prompts
	@test -n "$(NAME)" || { echo 'usage: make migration NAME=what_changes' >&2; exit 2; }
	$(BIN)/python tools/migration.py "$(NAME)"

openapi: $(VENV)/core.done ## Write openapi.json
	$(BIN)/moniqo openapi export > openapi.json.new
	mv openapi.json.new openapi.json

lock: $(VENV)/python ## Compile requirements/*.lock anew from pyproject.toml
	test -x $(VENV)-lock/bin/uv || { "$(PYTHON)" -m venv $(VENV)-lock && \
		$(VENV)-lock/bin/pip install --quiet uv==$(UV_VERSION); }
	$(COMPILE) pyproject.toml --all-extras --group build --group dev $(ARGS) -o requirements/dev.lock
	$(COMPILE) pyproject.toml -c requirements/dev.lock --all-extras -o requirements/all.lock
	$(COMPILE) pyproject.toml -c requirements/dev.lock -o requirements/core.lock
	$(COMPILE) --group build -c requirements/dev.lock -o requirements/build.lock
	$(BIN)/python tools/locks.py stamp

clean: ## Remove everything that was made, the virtual environment too
	rm -rf $(VENV) $(VENV)-lock .coverage .coverage.* htmlcov build dist .hypothesis
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find src tests tools benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# The virtual environment, made anew when another interpreter is asked for.
$(VENV)/python: FORCE
	@test -n "$(PYTHON)" || { echo 'No Python 3.11 or newer with venv was found; say PYTHON=…' >&2; exit 1; }
	@wanted=$$("$(PYTHON)" -c 'import sys; print(sys.version, sys.base_prefix)') || exit 1; \
	test "$$wanted" = "$$(cat $@ 2>/dev/null)" && exit 0; \
	rm -rf $(VENV) && "$(PYTHON)" -m venv $(VENV) && echo "$$wanted" > $@

$(VENV)/core.done: requirements/build.lock requirements/core.lock $(VENV)/project.done
	$(INSTALL) -r requirements/core.lock
	@touch $@

$(VENV)/all.done: requirements/build.lock requirements/all.lock $(VENV)/project.done
	$(INSTALL) -r requirements/all.lock
	@touch $@ $(VENV)/core.done

$(VENV)/dev.done: requirements/build.lock requirements/dev.lock $(VENV)/project.done
	$(INSTALL) -r requirements/dev.lock
	@touch $@ $(VENV)/core.done $(VENV)/all.done

# The project itself, editable: again only when its own description changes.
$(VENV)/project.done: pyproject.toml requirements/build.lock $(VENV)/python
	$(INSTALL)
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

FORCE:
