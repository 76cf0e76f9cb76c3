# System packages: looks for each by what it provides, installs only the missing ones, all in one go. Sourced by setup.sh.
# shellcheck shell=bash

# package | how to see that it is there | why it is needed
BUILD_PACKAGES='
ca-certificates|file /etc/ssl/certs/ca-certificates.crt|trusts the servers that crates come from
build-essential|compiler|compiles and links the C parts of crates
pkg-config|command pkg-config|finds the GStreamer libraries
libgstreamer1.0-dev|pkgconf gstreamer-1.0|media engine, to build against
libgstreamer-plugins-base1.0-dev|pkgconf gstreamer-app-1.0|media engine, to build against
gstreamer1.0-plugins-base|package|Ogg, Vorbis and Opus
gstreamer1.0-plugins-good|package|FLAC, MP3 and MP4
gstreamer1.0-plugins-bad|package|AAC encoding, H.264 parsing
gstreamer1.0-plugins-ugly|package|H.264 encoding
gstreamer1.0-libav|package|decoders for AAC and H.264'
TEST_PACKAGES='
ffmpeg|command ffprobe|the independent judge of what the media engine makes
chromium|chromium|the browser that the tests drive
fonts-dejavu-core|package|without a font text has no width in the browser
nodejs|command node|runs the JavaScript tests
npm|command npm|fetches playwright-core and the type checker
python3-venv|venv|runs the ACME server that a test orders a certificate from
postgresql|postgres|the second engine of the store, of which the tests start servers of their own'

install_system_packages() {
  local wanted=$BUILD_PACKAGES missing
  [ "$1" = build ] || wanted+=$TEST_PACKAGES
  # Ubuntu's chromium package is a wrapper around a snap: check_chromium finds another way there
  if is_ubuntu; then wanted=$(grep -v '^chromium|' <<<"$wanted"); fi
  missing=$(missing_packages "$wanted")
  [ -n "$missing" ] || return 0

  say "These system packages are missing:"
  explain "$wanted" "$missing" >&2
  # shellcheck disable=SC2086
  apt_install $missing
  missing=$(missing_packages "$wanted")
  [ -z "$missing" ] || die "still missing after the installation: $(one_line "$missing")"
}

# names of the packages of table $1 that are not there
missing_packages() {
  local package probe why
  while IFS='|' read -r package probe why; do
    if [ -n "$package" ] && ! is_there "$package" $probe; then echo "$package"; fi
  done <<<"$1"
}

is_there() {
  case $2 in
    file) [ -e "$3" ] ;;
    command) have "$3" ;;
    pkgconf) have pkg-config && pkg-config --exists "$3" ;;
    compiler) have cc && have make && [ -e /usr/include/stdio.h ] ;;
    chromium) find_chromium >/dev/null ;;
    postgres) have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ;;
    venv) have python3 && python3 -c 'import ensurepip, venv' 2>/dev/null ;;
    package) [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ;;
  esac
}

explain() {
  local package probe why
  while IFS='|' read -r package probe why; do
    if [ -n "$package" ] && grep -qxF "$package" <<<"$2"; then printf '    %-34s %s\n' "$package" "$why"; fi
  done <<<"$1"
}

one_line() { tr '\n' ' ' <<<"$*" | sed 's/ *$//'; }

apt_install() {
  local command="apt-get install -y --no-install-recommends $*" guard=
  case " $* " in *' postgresql '*) guard=without_system_cluster ;; esac
  have apt-get || die "this is no Debian or Ubuntu: install the packages above by your own package manager, then run again.
       On Debian: $command"
  if [ "$(id -u)" != 0 ]; then
    have sudo || die "installing needs root and there is no sudo. As root: $command"
    say "That needs root, so sudo is asked for: apt-get update, and $command"
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >"$SETUP_DIR/apt.log" 2>&1 || apt_failed "apt-get update"
  say "Installing: $(download_size "$@") to download, which may take some minutes"
  $guard as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" \
    </dev/null > >(progress "$SETUP_DIR/apt.log") 2>&1 || apt_failed "$command"
}

# Runs a command while PostgreSQL's package is told not to make a database cluster: else it makes one and runs it from then on, also
# at each boot, and the tests want only the programs. Whoever installs a further version later gets their cluster as usual.
without_system_cluster() (
  note=/etc/postgresql-common/createcluster.d/iroam-tests.conf
  trap 'as_root rm -f $note' EXIT
  as_root mkdir -p "${note%/*}"
  echo 'create_main_cluster = false' | as_root tee $note >/dev/null
  "$@"
)

download_size() {
  local size
  size=$(apt-get install --assume-no -o Debug::NoLocking=1 --no-install-recommends "$@" 2>/dev/null |
    sed -nE 's/^Need to get ([0-9.,]+ [kMG]?B)(\/.*)? of archives.*/\1/p') || true
  echo "${size:-a lot}"
}

# Keeps the whole log and shows a line now and then, so that a long step is seen to live.
progress() {
  local line seen=0
  while IFS= read -r line; do
    echo "$line" >>"$1"
    case $line in
      Get:* | Setting\ up*) seen=$((seen + 1)); if [ $((seen % 50)) = 0 ]; then printf '    %s\n' "$line" >&2; fi ;;
    esac
  done
}

apt_failed() {
  sleep 0.2 # the log's reader finishes
  tail -n 15 "$SETUP_DIR/apt.log" >&2
  die "the package manager failed (log: $SETUP_DIR/apt.log). When it is repaired, run again, or as root: $1"
}

is_ubuntu() { grep -qs '^ID=ubuntu' /etc/os-release; }
