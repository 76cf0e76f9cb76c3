# The Rust toolchain: what is there if new enough, else rustup's, else the distribution's. Sourced by setup.sh.
# shellcheck shell=bash

install_rust() {
  local need found
  need=$(sed -nE 's/^rust-version = "(.*)"/\1/p' Cargo.toml)
  found=$(cargo_version)
  if new_enough "$need" "$found"; then return 0; fi

  say "Rust $need or newer is needed, found: ${found:-none}"
  rust_by_rustup || rust_by_distribution "$need" || true
  use_installed_tools
  hash -r
  found=$(cargo_version)
  new_enough "$need" "$found" || die "no Rust $need could be installed here. Run this, then try again:
       curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
  say "Rust $found is in place ($(command -v cargo))"
}

new_enough() { [ -n "$2" ] && version_at_least "$1" "$2"; }

# empty when there is no cargo that runs
cargo_version() { cargo --version 2>/dev/null | sed -nE 's/^cargo ([0-9.]+).*/\1/p' || true; }

rust_by_rustup() {
  if have rustup; then
    say "Updating the stable toolchain by rustup (about a minute)"
    rustup toolchain install stable --profile minimal --component clippy --component rustfmt && rustup default stable
    return
  fi
  have curl || apt_install curl
  say "Fetching the official installer (https://rustup.rs): about 250 MB into ${RUSTUP_HOME:-~/.rustup}, a minute or two"
  curl --proto '=https' --tlsv1.2 --retry 2 --connect-timeout 15 -sSf -o "$SETUP_DIR/rustup-init.sh" https://sh.rustup.rs || return 1
  sh "$SETUP_DIR/rustup-init.sh" -y -q --profile minimal --component clippy --component rustfmt --no-modify-path </dev/null || return 1
  say "cargo is in $CARGO_BIN_DIR; your shell's PATH was not changed"
}

# Ubuntu keeps newer compilers beside its first one as cargo-1.NN.
rust_by_distribution() {
  local version
  have apt-cache || return 1
  version=$(apt-cache search --names-only '^cargo-1\.[0-9]+$' | sed -nE 's/^cargo-(1\.[0-9]+) .*/\1/p' | sort -V | tail -n 1)
  if [ -n "$version" ] && version_at_least "$1" "$version"; then
    say "The installer did not answer: taking cargo-$version of the distribution"
    apt_install "cargo-$version" "rustc-$version"
    echo "/usr/lib/rust-$version/bin" >"$SETUP_DIR/rust-path"
    return
  fi
  version=$(apt-cache policy rustc | sed -nE 's/^ *Candidate: ([0-9.]+).*/\1/p')
  if [ -n "$version" ] && version_at_least "$1" "$version"; then
    say "The installer did not answer: taking Rust $version of the distribution"
    apt_install cargo rustc
    return
  fi
  say "The installer did not answer, and the distribution's Rust (${version:-none}) is too old"
  return 1
}
