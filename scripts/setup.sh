#!/usr/bin/env bash
# Installs what building (`setup.sh build`) or testing (`setup.sh test`) needs and is not there yet.
# A second run finds everything in place, installs nothing and takes well under a second.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/scripts/setup/system.sh"
source "$ROOT/scripts/setup/rust.sh"
source "$ROOT/scripts/setup/node.sh"
source "$ROOT/scripts/setup/python.sh"

case "${1:-}" in
  build | test) ;;
  *) die "usage: scripts/setup.sh build|test" ;;
esac

mkdir -p "$SETUP_DIR"
install_system_packages "$1"
install_rust
if [ "$1" = test ]; then
  install_node
  install_npm_packages
  check_chromium
  install_python_packages acme tests/acme/requirements.txt "the ACME server for one test"
  install_python_packages mutagen tests/library_tags/requirements.txt "the tag writer for one test"
fi
