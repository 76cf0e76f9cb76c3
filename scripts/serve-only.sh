#!/usr/bin/env bash
# Builds what a VPS runs, `--features serve` alone, and fails when it links any of GStreamer.
# The binary is kept as target/serve-only/iroam; the default build is put back in its place.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

built=${CARGO_TARGET_DIR:-target}/debug/iroam
kept=${CARGO_TARGET_DIR:-target}/serve-only/iroam

say "Building serve alone"
cargo build --locked --no-default-features --features serve
mkdir -p "$(dirname "$kept")"
cp "$built" "$kept"
cargo build --locked

needed=$(readelf -d "$kept" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p')
[ -n "$needed" ] || die "readelf shows no libraries of $kept"
if grep -E '^lib(gst|glib|gobject|gio)' <<<"$needed" >&2; then
  die "the serve-only build links the libraries above, which a VPS must not need"
fi
"$kept" --version >/dev/null || die "$kept does not start"
say "serve alone links only: $(tr '\n' ' ' <<<"$needed")"
