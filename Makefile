# The commands of the course. `make` alone lists them.
PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
READY := .venv/.ready
# Where this JupyterLab is told not to greet a newcomer with questions about news and updates.
SETTINGS := .venv/share/jupyter/lab/settings
LESSONS := $(wildcard notebooks/*.ipynb)
# Jupyter refuses to run as root unless told to; nobody else needs the option.
ROOT_OPTION := $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.PHONY: help lab homework grade api test notebooks site pictures lock clean

help:
	@echo 'make lab        install what is missing and open the course in JupyterLab'
	@echo '                (options for JupyterLab: make lab ARGS="--no-browser --port 9000")'
	@echo 'make homework   put the homework into homework/; what you wrote there stays'
	@echo 'make grade      grade it, hidden tests included (one assignment: make grade NAME=2_estimation)'
	@echo 'make api        serve the API of step 4 on this machine (make api ARGS="--port 9000")'
	@echo 'make test       lint, types, unit tests, every lesson, the homework, the browser'
	@echo 'make notebooks  run every lesson again and tidy its file'
	@echo 'make site       run every lesson and write the course as web pages into site/'
	@echo 'make pictures   photograph the README'"'"'s explorers in a real JupyterLab (needs Chromium)'
	@echo 'make lock       pin the dependencies of pyproject.toml again (newer ones: ARGS=--upgrade)'
	@echo 'make clean      remove .venv, the site and the caches'

lab: $(READY)
	@exec $(BIN)/jupyter-lab $(ROOT_OPTION) --ServerApp.root_dir="$(CURDIR)" \
		--LabApp.default_url=/lab/tree/notebooks/0_start_here.ipynb $(ARGS)

homework: $(READY)
	@$(BIN)/python -m helpers.classroom.alone homework

# NAME as an argument of make only: in the environment some systems keep the machine's name there.
grade: $(READY)
	@$(BIN)/python -m helpers.classroom.alone grade $(if $(filter command line,$(origin NAME)),'$(NAME)')

api: $(READY)
	@exec $(BIN)/python -m helpers.labs.api_app $(ARGS)

test: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest --nbval --nbval-current-env tests src notebooks $(ARGS)

notebooks: $(READY)
	$(BIN)/python -m tests.notebooks.normalise $(LESSONS)

site: $(READY)
	$(BIN)/python -m helpers.site $(ARGS)

pictures: $(READY)
	$(BIN)/python -m tests.browser.pictures

lock: $(BIN)/uv
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --generate-hashes --python-version 3.11 \
		--no-emit-index-url --no-header --no-annotate --quiet $(ARGS) -o requirements.lock
	$(BIN)/python tests/dependencies.py

clean:
	rm -rf site .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml requirements.lock | $(BIN)/uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@mkdir -p $(SETTINGS)
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}' \
		> $(SETTINGS)/overrides.json
	@touch $@

# uv installs the rest about ten times faster than pip; pip fetches uv itself, at the locked version and hash.
$(BIN)/uv:
	@$(PYTHON) -c 'import sys; v = sys.version_info; \
		sys.exit(v < (3, 11) and f"Python 3.11 or newer is needed; $(PYTHON) is {v[0]}.{v[1]}. Name another: make PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip' || { echo 'The venv module is missing. On Debian: apt-get install python3-venv'; exit 1; }
	$(PYTHON) -m venv .venv
	@awk '/^[^ ]/ { keep = ($$0 ~ /^uv==/) } keep' requirements.lock > .venv/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
