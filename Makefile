# Two commands for a newcomer: `make demo` and `make test`. Both set up what they need, once.
SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
BUNDLE :=
PARTS := pyproject.toml constraints.txt scripts/setup.sh
.PHONY: setup demo test check docs doctor clean

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
	@$(PY) -m pytest -q

check: .setup-done
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(PY) scripts/tables.py --check

docs: .setup-done
	@$(PY) scripts/tables.py

doctor: .setup-done
	@$(VENV)/bin/dajia doctor

clean:
	rm -rf $(VENV) .setup-done .setup-tests-done var
