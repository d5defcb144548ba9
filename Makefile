PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --no-header

.DELETE_ON_ERROR:
.PHONY: .venv run test lint audit bench chaos mutants soak letters fmt requirements

# The app with a demo, on http://127.0.0.1:8000 (PORT chooses another port).
run: .venv
	@$(BIN)/flask start

.venv: .venv/.runtime

.venv/.runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Homeport needs Python 3.11 or newer: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) -r requirements.txt
	@touch $@

.venv/.checks: requirements-dev.txt .venv/.runtime
	$(INSTALL) -r requirements.txt -r requirements-dev.txt
	@touch $@

# What tests start as programs is compiled once, even where the shell says that nothing is to be kept.
test audit soak chaos: export PYTHONDONTWRITEBYTECODE =

# Everything: what the machine lacks, the static checks, then the whole suite on both databases.
# pytest comes last, so that the last line is its own. Two workers more than there are processors: much
# of the suite waits, for servers, deadlines and browsers.
test: .venv/.checks
	@.ci/system-dependencies
	@$(MAKE) --no-print-directory lint
	@$(BIN)/pytest -n $$(($$(nproc) + 2)) --dist loadscope --no-loadscope-reorder

lint: .venv/.checks
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/djlint --quiet --lint partials mail

# Without any network: what bandit is at least fairly sure of, every page's headers, a crawl of all
# links and forms as six people find them, and the API against its own description. API_EXAMPLES
# bounds how much of it is tried.
audit: .venv/.checks
	$(BIN)/bandit --quiet --recursive -ll -ii app.py config.py commands mail matching provisioning records views
	@API_EXAMPLES=$${API_EXAMPLES:-30} $(BIN)/pytest tests/pages/test_headers.py tests/audit tests/api/test_contract.py

# Measurements, as tables under bench/results/.
bench: .venv/.checks
	@$(BIN)/python -m bench

# Kills the web, the workers and the sellers at random moments, a thousand times on each database, and
# checks the books. CHAOS_SECONDS bounds the killing, CHAOS_SEED repeats it.
chaos: .venv/.checks
	@$(BIN)/python -m tests.chaos

# Breaks the rules about rights and secrets in every small way, to see whether a test notices.
mutants: .venv/.checks
	@rm -rf mutants
	@$(BIN)/mutmut run --max-children 2 | tr '\r' '\n' | tail -1
	@$(BIN)/mutmut results

# Hours: a million random steps of everybody against a ledger, every race a thousand times, a crawl of
# ten thousand prefixes. TRUST_SEED repeats what failed.
soak: .venv/.checks
	@TRUST_STEPS=1000000 TRUST_SEED=$${TRUST_SEED:-random} ROUNDS=1000 PREFIXES=10000 \
		$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder tests/trust tests/pages/test_budgets.py

# A picture of every letter, wide, narrow and dark, in letters/: for looking at.
letters: .venv/.checks
	@$(BIN)/python -m tests.browser.gallery letters

fmt: .venv/.checks
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .

# Pins again: takes the newest releases that the .in files allow. Needs uv in .venv.
requirements: .venv/.checks
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	$(COMPILE) --upgrade requirements.in -o requirements.txt
	$(COMPILE) --upgrade requirements-dev.in -o requirements-dev.txt
