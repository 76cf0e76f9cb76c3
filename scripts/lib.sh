# Shared by the scripts here: words to the user, root when needed, tools found by path. Sourced, never run.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SETUP_DIR=${CARGO_TARGET_DIR:-$ROOT/target}/setup
CARGO_BIN_DIR=${CARGO_HOME:-$HOME/.cargo}/bin

say() { printf '\033[1m==>\033[0m %s\n' "$*" | plain >&2; }
warn() { printf 'warning: %s\n' "$*" >&2; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# drops the bold marks when nobody looks at a terminal
plain() { if [ -t 2 ]; then cat; else sed $'s/\033\\[[0-9;]*m//g'; fi; }

# version_at_least 1.95 1.96.2: whether the second is not older than the first
version_at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# Runs a command as root: as it is for root, else by sudo, which asks its own question.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

# Puts the tools that set-up may have installed beside the system's on the path.
use_installed_tools() {
  local dir
  for dir in "$SETUP_DIR/node/node_modules/.bin" "$CARGO_BIN_DIR" "$(cat "$SETUP_DIR/rust-path" 2>/dev/null || true)" /snap/bin; do
    if [ -d "$dir" ] && [[ :$PATH: != *:$dir:* ]]; then PATH=$dir:$PATH; fi
  done
  export PATH
}

# The Chromium that the browser tests drive: the first of these that is there.
find_chromium() {
  local candidate
  for candidate in ${CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
    if have "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  candidate=$(compgen -G "$HOME/.cache/ms-playwright/chromium-*/chrome-linux*/chrome" | sort -V | tail -n 1 || true)
  if [ -x "$candidate" ]; then echo "$candidate"; else return 1; fi
}

cd "$ROOT"
use_installed_tools
