#!/usr/bin/env bash
# Set up, build, and run serve and host together on a small library: what `make demo` runs. Arguments go to `iroam demo`.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

scripts/setup.sh build
say "Building (the first time takes some minutes)"
cargo build --locked
exec "${CARGO_TARGET_DIR:-target}/debug/iroam" demo "$@"
