#!/usr/bin/env bash
# Sets everything up and runs every test: what `make test` runs.
# It ends with the test runners' own closing lines, also when something failed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

LOG_DIR=${CARGO_TARGET_DIR:-$ROOT/target}/test-logs
rm -rf "$LOG_DIR"
mkdir -p "$LOG_DIR"

closing_lines() {
  local log
  for log in "$LOG_DIR"/*.log; do
    [ -e "$log" ] || continue
    printf '%s:\n' "$(basename "$log" .log)"
    grep -hE '^test result:|^(#|ℹ) (tests|pass|fail|cancelled|skipped) ' "$log" || echo "(no closing line: it ended early)"
  done
}
trap closing_lines EXIT

# run NAME COMMAND...: shows the output and keeps it
run() {
  say "$1"
  "${@:2}" 2>&1 </dev/null | tee "$LOG_DIR/$1.log"
}

# node_tests NAME FOLDER: every *.test.js and *.test.mjs under the folder, one file at a time (browsers share two cores badly)
node_tests() {
  local files=()
  if [ -d "$2" ]; then
    mapfile -t files < <(find "$2" -name node_modules -prune -o \( -name '*.test.js' -o -name '*.test.mjs' \) -print | sort)
  fi
  [ ${#files[@]} -gt 0 ] || return 0
  run "$1" node --test --test-concurrency=1 "${files[@]}"
}

scripts/setup.sh test
CHROMIUM=$(find_chromium)
export CHROMIUM

scripts/lint.sh
scripts/serve-only.sh
run 1-cargo-test cargo test --locked --no-fail-fast
node_tests 2-javascript tests/js
node_tests 3-browser tests/e2e
node_tests 4-acme tests/acme
