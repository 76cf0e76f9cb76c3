# The ACME server that a test orders a certificate from, in a Python environment of its own. Sourced by setup.sh.
# shellcheck shell=bash

# Runs pip only when the list is not the one that was installed last.
install_acme_server() {
  local list=tests/acme/requirements.txt env=$SETUP_DIR/acme stamp=$SETUP_DIR/acme.sha256 now
  now=$(sha256sum <"$list")
  if [ -x "$env/bin/python" ] && [ "$now" = "$(cat "$stamp" 2>/dev/null)" ]; then return 0; fi
  say "Installing the ACME server for one test, named in $list, into $env"
  rm -rf "$env"
  python3 -m venv "$env" || die "python3 -m venv failed. On Debian, as root: apt-get install -y python3-venv"
  "$env/bin/pip" install --quiet --disable-pip-version-check --requirement "$list" </dev/null ||
    die "pip failed. When the network answers again, run: scripts/setup.sh test"
  echo "$now" >"$stamp"
}
