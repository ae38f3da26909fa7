# Two commands for a newcomer: `make demo` and `make test`. Both set up what they need, once.
SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
BUNDLE :=
PARTS := pyproject.toml constraints.txt scripts/setup.sh
.PHONY: setup demo test check docs analyst bench doctor clean

setup: .setup-done
.setup-done: $(PARTS)
	@sh scripts/setup.sh $(VENV) $(if $(BUNDLE),bundle=$(BUNDLE))
	@touch $@
.setup-tests-done: $(PARTS)
	@sh scripts/setup.sh $(VENV) $(if $(BUNDLE),bundle=$(BUNDLE)) tests
	@touch $@ .setup-done

demo: .setup-done
	@$(VENV)/bin/dajia demo

test: .setup-tests-done
	@$(PY) -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

check: .setup-done
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(PY) scripts/tables.py --check
	@$(PY) scripts/architecture.py --check
	@$(PY) scripts/manuals.py --check

docs: .setup-done
	@$(PY) scripts/tables.py
	@$(PY) scripts/architecture.py
	@$(PY) scripts/manuals.py

# A read-only window on a covered snapshot of the store; HOME_DIR=… for another installation.
HOME_DIR := var
analyst: .setup-done
	@$(VENV)/bin/datasette --version >/dev/null 2>&1 || { echo "datasette is missing: $(VENV)/bin/pip install -c constraints.txt -e '.[analyst]'" >&2; exit 3; }
	@$(VENV)/bin/dajia --home $(HOME_DIR) export datasette $(HOME_DIR)/exports/datasette
	@$(VENV)/bin/datasette serve --immutable $(HOME_DIR)/exports/datasette/dajia.db --metadata $(HOME_DIR)/exports/datasette/metadata.json --open

bench: .setup-tests-done
	@$(PY) -m bench

doctor: .setup-done
	@$(VENV)/bin/dajia doctor

bundle: .setup-done
	@sh scripts/bundle.sh $(VENV) $(OUT) $(PLATFORM)

clean:
	rm -rf $(VENV) .setup-done .setup-tests-done var
