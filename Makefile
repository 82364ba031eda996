# The front door. `make` alone lists what there is.

FILES ?=
PYTEST ?=
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help setup demo quick test test-long test-chips test-opensc test-engine test-portable lint messages bench chips coverage schema man cap api dist clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## install what is missing, make .venv, build the simulated card
	@tools/setup.sh

demo: setup ## the whole story on simulated cards (FILES="a b": with these files too)
	@.venv/bin/twincard demo $(FILES)

quick: setup ## before a commit: style, and half a minute of tests (PYTEST="-k name": choose)
	@tools/quick.sh $(PYTEST)

test: setup ## every test but the long ones (PYTEST="-k name": choose)
	@tools/test.sh $(PYTEST)

test-long: setup ## the long tests as well
	@tools/test.sh -m "long or not long" $(PYTEST)

test-chips: setup ## the tests of the main job on five different chips (PYTEST: as for test)
	@tools/test-chips.sh $(PYTEST)

test-opensc: setup ## the tests of a newer OpenSC: OPENSC=prefix (where it is installed)
	@tools/test-opensc.sh "$(OPENSC)" $(PYTEST)

test-engine: setup ## the flows in another Java Card simulator: ENGINE=jar
	@tools/test-engine.sh "$(ENGINE)" $(PYTEST)

test-portable: setup ## what any system can show: host, simulated card, wheel
	@tools/test-portable.sh $(PYTEST)

lint: setup ## formatting, style and types
	@tools/lint.sh

messages: setup ## bring the catalogues up to date with the code; list what to translate
	@$(PYTHON) -m tools.messages

bench: setup ## measure, print the tables, write docs/performance.md (CAP sizes too: as for cap)
	@$(PYTHON) -m tools.bench $(ANT_JAVACARD) $(JC_HOME)

chips: setup ## count operations on simulated cards, write docs/chips.md
	@$(PYTHON) -m tools.chips

coverage: setup ## what the tests reach of the applet, class by class
	@tools/coverage.sh

schema: setup ## the JSON schema of the command line: docs/schema
	@$(PYTHON) -m tools.schema

man: setup ## the man pages: build/man
	@$(PYTHON) -m tools.man build/man

cap: setup ## the CAP file: ANT_JAVACARD=jar JC_HOME=kit [EXTENDED=no] [PARTS=base] [OPENSC=yes]
	@tools/cap.sh "$(ANT_JAVACARD)" "$(JC_HOME)" "$(EXTENDED)" "$(PARTS)" "$(OPENSC)"

api: setup ## the API reference, from docstrings: build/api/index.html
	@rm -rf build/api && $(PYTHON) tools/api.py build/api && echo build/api/index.html

dist: setup man ## what is given away: wheel, sdist, bill of materials (CAP files too: as for cap)
	@$(PYTHON) -m tools.dist "$(ANT_JAVACARD)" "$(JC_HOME)"

clean: ## remove everything that is built
	rm -rf build dist .venv host/twincard/simulator/simulator.jar host/twincard/simulator/archives host/twincard/locale/*/LC_MESSAGES/*.mo
