# Owns one PostgreSQL server on behalf of a test process, and outlives that process just long enough to leave nothing behind.
# $1: folder of PostgreSQL's programs; the rest: the command that makes the data folder, to which `-D FOLDER` is added.
# Standard input: a line for each command; its end, however it comes about, ends the server. Standard output: a line for each answer.
server= folder=

end() {
  if [ -n "$server" ]; then
    # a suspended process does not hear QUIT (an immediate stop); PostgreSQL kills after 5 s whoever has still not heard it
    kill -CONT "$server" $(cat "/proc/$server/task/$server/children") 2>/dev/null
    kill -QUIT "$server" 2>/dev/null
    wait "$server"
  fi
  forget_memory
  [ -z "$folder" ] || rm -rf "$folder"
}

# A server that was killed leaves its System V segment, whose number is in line 7 of its lock file.
forget_memory() {
  [ -e "$folder/data/postmaster.pid" ] || return
  memory=$(sed -n '7s/.*[[:space:]]//p' "$folder/data/postmaster.pid")
  [ -z "$memory" ] || ipcrm -m "$memory" 2>/dev/null
}

# Only the end of the input ends the supervisor: not a write to a test process that has gone, and not the HUP that the kernel sends when
# that process leaves a suspended server behind.
trap '' HUP INT TERM PIPE
trap end EXIT

programs=$1
shift
folder=$(mktemp -d "${TMPDIR:-/tmp}/pg.XXXXXX" 2>&1) || { echo "failed"; echo "$folder"; folder=; exit 1; }
if "$@" -D "$folder/data" </dev/null >"$folder/log" 2>&1; then
  echo "$folder"
else
  echo failed
  cat "$folder/log"
  exit 1
fi

while read -r command; do
  case $command in
    start)
      "$programs/postgres" -D "$folder/data" </dev/null >>"$folder/log" 2>&1 &
      server=$!
      echo "$server"
      ;;
    wait)
      wait "$server"
      server=
      echo ended
      ;;
  esac
done
