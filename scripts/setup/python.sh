# Python packages that tests alone need, each list in an environment of its own. Sourced by setup.sh.
# shellcheck shell=bash

# install_python_packages NAME LIST WHAT: runs pip only when the list is not the one that was installed last.
install_python_packages() {
  local env=$SETUP_DIR/$1 list=$2 stamp=$SETUP_DIR/$1.sha256 now
  now=$(sha256sum <"$list")
  if [ -x "$env/bin/python" ] && [ "$now" = "$(cat "$stamp" 2>/dev/null)" ]; then return 0; fi
  say "Installing $3, named in $list, into $env"
  rm -rf "$env"
  python3 -m venv "$env" || die "python3 -m venv failed. On Debian, as root: apt-get install -y python3-venv"
  "$env/bin/pip" install --quiet --disable-pip-version-check --requirement "$list" </dev/null ||
    die "pip failed. When the network answers again, run: scripts/setup.sh test"
  echo "$now" >"$stamp"
}
