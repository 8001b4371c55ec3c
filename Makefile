# Two commands matter: `make serve` and `make test`. Both need only python3 (3.11 or newer) and make.
.PHONY: serve test test-long check format bench embed prove audit lock clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

serve: $(VENV)/.serve
	@exec $(BIN)/firstword serve

# A file of tests stays in one process, where it shares its servers; each process has its own.
test: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not prove and not long" -n 2 --dist loadfile tests

# What would not fit into the ten minutes of `test`; CI runs both.
test-long: $(VENV)/.dev
	$(BIN)/python -m pytest -m long -n 2 --dist loadfile tests

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(VENV)/.dev $(VENV)/.bench
	$(BIN)/python -m tests.bench

# The script that publishers include, from its modules. The minifier is needed here only.
embed: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "tdewolff-minify>=2.24,<3"
	$(BIN)/python -m moderation.web.bundle

prove: $(VENV)/.dev
	$(BIN)/python -m pytest -m prove tests

# Are there published holes in what is locked? Needs PyPI's or OSV's advisories, so it is no part of `check`.
audit: $(VENV)/.dev $(VENV)/.audit
	$(BIN)/python -m tests.audit

# Each stamp holds the environment to its lock file: a changed lock installs anew. uv is used where
# it is on the PATH (three times as fast), else pip.
$(VENV)/.serve: requirements.txt pyproject.toml
	$(call install,requirements.txt)

$(VENV)/.dev: requirements-dev.txt pyproject.toml
	$(call install,requirements-dev.txt)
	@touch $(VENV)/.serve

# Another classifier to measure against. Without its dependencies: it must not move ours from their lock.
$(VENV)/.bench: $(VENV)/.dev pyproject.toml
	@if $(BIN)/python -m tests.bench_rivals install; then touch $@; \
	else echo "alt-profanity-check cannot be installed here: its row is left out"; fi

$(VENV)/.audit: requirements-audit.txt
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

define install
@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
  { echo "python3 cannot make a virtual environment: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 1; }
@echo "Installing $(1) into $(VENV) (about two minutes the first time)"
@if command -v uv >/dev/null 2>&1; then \
  uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r $(1) && \
  uv pip install --quiet --python $(BIN)/python --no-deps -e .; \
else \
  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1) && \
  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .; \
fi
@touch $@
endef

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
lock:
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --extra dev --constraint requirements.txt pyproject.toml -o requirements-dev.txt
	echo "pip-audit>=2.9" | $(LOCK) - -o requirements-audit.txt

clean:
	rm -rf $(VENV) var build *.egg-info .coverage* .mypy_cache .ruff_cache .pytest_cache
