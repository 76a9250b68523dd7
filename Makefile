# Targets and variables are listed by `make help`.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# What is built and installed stays outside of the repository, so that every clone shares it.
export FASTOPS_CACHE ?= $(HOME)/.cache/fastops
export CARGO_TARGET_DIR ?= $(FASTOPS_CACHE)/target
export PATH := $(FASTOPS_CACHE)/tools/bin:$(PATH)

FILTER ?=
ARGS ?=
DATA ?=
CONTEXT ?=
NAME ?=
PLURAL ?=
SPANISH ?=
ROUNDS ?= 50
LANGUAGES ?=

.PHONY: help
help: ## list what make can do here
	@echo "Targets:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-19s %s\n", $$1, $$2}' Makefile
	@echo "Variables:"
	@echo "  FILTER=\"a b\"        make test: only tests whose name contains one of the words"
	@echo "  ARGS=\"…\"            make demo, contract, bench: more arguments, for example ARGS=\"--no-simulate\""
	@echo "  CONTEXT, NAME       make new-aggregate: where it belongs (catalog, inventory), and what it is called"
	@echo "  PLURAL, SPANISH     make new-aggregate: its plural, and that in Spanish, where an s is not enough"
	@echo "  DATA=<folder>       make import-pizza-place: the folder with the files of the pizza place"
	@echo "  LANGUAGES=\"go …\"   make clients: only these of $$(ls clients | paste -sd ' ')"
	@echo "  ROUNDS=$(ROUNDS)           make campaign: how often each fault is made to happen"
	@echo "  PROFILED=1          make release, make bench: optimise for a profile that is measured first"
	@echo "  CARGO_TARGET_DIR    where things are built: $(CARGO_TARGET_DIR)"
	@echo "  FASTOPS_CACHE       where tools are installed: $(FASTOPS_CACHE)"
	@echo "  FASTOPS_PG_BIN      the folder with PostgreSQL's initdb and postgres; found by itself if not set"

.PHONY: demo
demo: ## a restaurant to look at: private database, server, simulated orders
	@scripts/setup.sh demo
	cargo run --profile demo -p fastops -- demo $(ARGS)

.PHONY: test
test: ## all tests, on a private PostgreSQL and a private Kafka that are thrown away afterwards
	@scripts/setup.sh test
	scripts/with-test-postgres.sh scripts/with-test-kafka.sh \
	    cargo nextest run --workspace --no-tests=fail $(FILTER)
ifeq ($(strip $(FILTER)),)
	cargo test --doc --workspace
endif

.PHONY: lint
lint: ## formatting, clippy, documentation and dependencies, with warnings as errors
	@scripts/setup.sh lint
	cargo fmt --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items
	cargo deny check bans licenses sources

.PHONY: new-aggregate
new-aggregate: ## write the skeleton of an aggregate, in every layer and registry
	$(if $(and $(CONTEXT),$(NAME)),,$(error say what: make new-aggregate CONTEXT=inventory NAME=supplier))
	@scripts/new-aggregate.sh "$(CONTEXT)" "$(NAME)" $(if $(PLURAL),"$(PLURAL)","$(NAME)s") "$(SPANISH)"

# Not a part of `make lint`: it checks the workspace once more, with an aggregate in each context that is in no
# release. A test of `make test` checks that the skeleton finds its places.
.PHONY: check-skeleton
check-skeleton: ## compile what new-aggregate writes
	@scripts/setup.sh lint
	@copies="$(CARGO_TARGET_DIR)/skeleton"; rm -rf "$$copies"; \
	    scripts/new-aggregate.sh --into "$$copies/1" catalog offer_group && \
	    "$$copies/1/scripts/new-aggregate.sh" --into "$$copies/2" inventory allowance && \
	    cd "$$copies/2" && cargo clippy --workspace --all-targets -- -D warnings

.PHONY: fmt
fmt: ## format all code
	cargo fmt

# Its last line on stdout is the result as JSON; everything else goes to stderr before it.
.PHONY: import-pizza-place
import-pizza-place: ## import a year of a real pizza place into a private database and print its figures
	$(if $(DATA),,$(error say where the files are: make import-pizza-place DATA=<folder>))
	@scripts/setup.sh demo
	@cargo run --quiet --profile demo -p fastops -- import pizza-place --private --data "$(DATA)"

# Schemathesis comes first: it takes minutes, and what it finds ends the campaign.
.PHONY: campaign
campaign: contract ## the contract, and the fault tests (f01_… and s01_…) with full counts; writes docs/promises.md
	@scripts/setup.sh test
	@figures=$$(mktemp); trap 'rm -f "$$figures"' EXIT; \
	    FASTOPS_ROUNDS=$(ROUNDS) FASTOPS_FIGURES="$$figures" \
	    scripts/with-test-postgres.sh scripts/with-test-kafka.sh cargo nextest run --workspace --no-tests=fail -E 'test(/(^|::)[fs][0-9]{2}_/)'; \
	    scripts/write-promises.sh "$$figures"

# A debug build: its assertions belong to what is tried.
.PHONY: contract
contract: ## compare the running program with its OpenAPI document, as two users, with Schemathesis
	@python=$$(scripts/setup.sh contract); cargo build --quiet -p fastops; \
	    "$$python" e2e/schemathesis/run.py "$(CARGO_TARGET_DIR)/debug/fastops" $(ARGS)

# The last line on stdout is the result as JSON. What else there is to measure is in bench/README.md.
.PHONY: bench
bench: ## measure orders over HTTP beside pgbench, and appends to the event store
	@scripts/setup.sh release
	@folder=$$(scripts/release.sh); "$$folder/bench" $(ARGS)

# PROFILED=1 measures an instrumented build first, and lays the program out for what it spent its time on.
.PHONY: release
release: ## build the program as it is delivered, and say where it is
	@scripts/setup.sh release
	@folder=$$(scripts/release.sh); echo "$$folder/fastops"

.PHONY: openapi
openapi: ## print the OpenAPI document
	@scripts/setup.sh demo
	@cargo run --quiet --profile demo -p fastops -- openapi

.PHONY: collection
collection: ## print the operations as a collection of requests for Postman, Bruno and their like
	@scripts/setup.sh demo
	@cargo run --quiet --profile demo -p fastops -- collection

# Not a part of `make test`: it asks four package registries, and builds for minutes.
.PHONY: clients
clients: ## generate clients in four languages, and have each place an order against a demo
	@scripts/setup.sh clients
	@cargo build --quiet --profile demo -p fastops
	@scripts/clients.sh "$(CARGO_TARGET_DIR)/demo/fastops" $(LANGUAGES)

.PHONY: asyncapi
asyncapi: ## print the AsyncAPI document
	@scripts/setup.sh demo
	@cargo run --quiet --profile demo -p fastops -- asyncapi
