# The entry point. `make` alone lists the targets.

FILES ?=
PYTEST ?=
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup demo quick test test-long test-chips test-opensc test-engine test-portable lint messages bench chips coverage schema man cap api dist clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## install what is missing, create .venv, build the simulated card
	@tools/setup.sh
	@$(if $(filter setup,$(MAKECMDGOALS)),tools/next-step.sh)

demo: setup ## run the whole story on simulated cards (FILES="a b": with copies of these files)
	@.venv/bin/twincard demo $(FILES)

quick: setup ## before a commit: style checks and half a minute of tests (PYTEST="-k name" selects tests)
	@tools/quick.sh $(PYTEST)

test: setup ## run all tests except the long ones (PYTEST="-k name" selects tests)
	@tools/test.sh $(PYTEST)

test-long: setup ## run all tests, the long ones too
	@tools/test.sh -m "long or not long" $(PYTEST)

test-chips: setup ## test issuing, duplication and use on five different chips (PYTEST: as for test)
	@tools/test-chips.sh $(PYTEST)

test-opensc: setup ## test a newer OpenSC: OPENSC=prefix (where it is installed)
	@tools/test-opensc.sh "$(OPENSC)" $(PYTEST)

test-engine: setup ## run the flows in another Java Card simulator: ENGINE=jar
	@tools/test-engine.sh "$(ENGINE)" $(PYTEST)

test-portable: setup ## test what runs on every system: host, simulated card, wheel
	@tools/test-portable.sh $(PYTEST)

lint: setup ## check formatting, style and types
	@tools/lint.sh

messages: setup ## update the message catalogues from the code; list what to translate
	@$(PYTHON) -m tools.messages

bench: setup ## measure, print the tables, write docs/performance.md (with CAP sizes: see cap)
	@$(PYTHON) -m tools.bench $(ANT_JAVACARD) $(JC_HOME)

chips: setup ## count operations on simulated cards, write docs/chips.md
	@$(PYTHON) -m tools.chips

coverage: setup ## measure which lines of the applet the tests reach, class by class
	@tools/coverage.sh

schema: setup ## write the JSON schema of the command line to docs/schema
	@$(PYTHON) -m tools.schema

man: setup ## write the man pages to build/man
	@$(PYTHON) -m tools.man build/man

cap: setup ## build the CAP file: ANT_JAVACARD=jar JC_HOME=kit [EXTENDED=no] [PARTS=base] [OPENSC=yes]
	@tools/cap.sh "$(ANT_JAVACARD)" "$(JC_HOME)" "$(EXTENDED)" "$(PARTS)" "$(OPENSC)"

api: setup ## build the API reference from the docstrings: build/api/index.html
	@rm -rf build/api && $(PYTHON) tools/api.py build/api && echo build/api/index.html

dist: setup man ## build the release artefacts: wheel, sdist, bill of materials (with CAP files: see cap)
	@$(PYTHON) -m tools.dist "$(ANT_JAVACARD)" "$(JC_HOME)"

clean: ## remove everything that was built
	rm -rf build dist .venv host/twincard/simulator/simulator.jar host/twincard/simulator/archives host/twincard/locale/*/LC_MESSAGES/*.mo
