#!/usr/bin/env bash
# Sets up, builds for speed and runs the benchmarks: what `make bench` runs. Arguments go to the runner, tests/bench/run.mjs,
# which prints the tables and writes them under target/bench/.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/setup.sh test
say "Building for speed (the first time takes many minutes)"
cargo build --locked --release --bins
cargo bench --locked --no-run --bench library --bench media --bench relay --bench store

CHROMIUM=$(find_chromium)
export CHROMIUM
export IROAM_BIN=${CARGO_TARGET_DIR:-$ROOT/target}/release/iroam
exec node tests/bench/run.mjs "$@"
