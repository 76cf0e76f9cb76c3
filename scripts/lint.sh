#!/usr/bin/env bash
# Formatting, clippy, and the types of the JavaScript: what `make lint` runs. A tool that is not there is named and left out,
# in CI it is an error.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

missing() {
  [ -z "${CI:-}" ] || die "$1 is missing. Install it: $2"
  warn "$1 is missing, its checks are left out. Install it: $2"
}

if cargo fmt --version >/dev/null 2>&1; then
  say "cargo fmt --check"
  cargo fmt --check
else
  missing rustfmt "rustup component add rustfmt"
fi

if cargo clippy --version >/dev/null 2>&1; then
  say "cargo clippy"
  cargo clippy --locked --all-targets -- -D warnings
  say "cargo clippy, serve alone"
  cargo clippy --locked --no-default-features --features serve -- -D warnings
  say "cargo clippy, host alone"
  cargo clippy --locked --no-default-features --features host -- -D warnings
else
  missing clippy "rustup component add clippy"
fi

if [ -f tests/tsconfig.json ]; then
  if [ -x tests/node_modules/.bin/tsc ]; then
    say "tsc --checkJs"
    tests/node_modules/.bin/tsc --noEmit -p tests/tsconfig.json
  else
    missing tsc "make setup-test"
  fi
fi
