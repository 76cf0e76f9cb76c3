# Node and the packages that only the tests use. The product itself needs neither. Sourced by setup.sh.
# shellcheck shell=bash

NODE_MAJOR_MIN=18

install_node() {
  local major
  major=$(node --version | sed -nE 's/^v([0-9]+).*/\1/p')
  [ "${major:-0}" -lt "$NODE_MAJOR_MIN" ] || return 0
  say "Node $major is older than $NODE_MAJOR_MIN: fetching one for the tests alone into $SETUP_DIR/node"
  npm install --prefix "$SETUP_DIR/node" --no-audit --no-fund --loglevel=error node@22 ||
    die "no Node $NODE_MAJOR_MIN or newer could be installed. Install it from https://nodejs.org, then run again"
  use_installed_tools
}

# Runs npm only when the lock file is not the one that was installed last.
install_npm_packages() {
  local lock=tests/package-lock.json stamp=$SETUP_DIR/npm.sha256 now
  [ -f "$lock" ] || return 0
  now=$(sha256sum <"$lock")
  if [ -d tests/node_modules ] && [ "$now" = "$(cat "$stamp" 2>/dev/null)" ]; then return 0; fi
  say "Installing the test packages named in $lock into tests/node_modules"
  npm ci --prefix tests --no-audit --no-fund --loglevel=error </dev/null ||
    die "npm failed. When the network answers again, run: npm ci --prefix tests"
  echo "$now" >"$stamp"
}

# Debian has Chromium as a package. Ubuntu has it as a snap, which containers cannot run: Playwright's own build stands in.
check_chromium() {
  local cli=tests/node_modules/playwright-core/cli.js
  if find_chromium >/dev/null; then return 0; fi
  if have snap; then
    say "Installing Chromium, the browser that the tests drive: snap install chromium"
    if as_root snap install chromium && find_chromium >/dev/null; then return 0; fi
  fi
  if [ -f "$cli" ]; then
    say "Fetching the Chromium of Playwright, the browser that the tests drive (about 170 MB)"
    if node "$cli" install --with-deps chromium && find_chromium >/dev/null; then return 0; fi
  fi
  die "the browser tests need Chromium. Install it (Debian: apt-get install chromium; Ubuntu: snap install chromium), then run again"
}
