# What a person types. Each target is one script, so that everything also works without make.
.PHONY: help demo test bench lint setup setup-test clean-setup

help: ## show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: ## set up, build, and play a small library in the browser (ARGS="--port 8080 --no-open")
	@scripts/demo.sh $(ARGS)

test: ## set up and run every test
	@scripts/test.sh

bench: ## set up, build for speed and print the benchmark tables
	@scripts/bench.sh $(ARGS)

lint: ## format check, clippy, types of the JavaScript
	@scripts/lint.sh

setup: ## only install what `make demo` needs
	@scripts/setup.sh build

setup-test: ## only install what `make test` needs
	@scripts/setup.sh test

clean-setup: ## forget what set-up remembers, so that it looks again
	@rm -rf target/setup
