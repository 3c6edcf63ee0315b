#!/bin/sh
# Runs taskflow-db from a clone of this repository: ./scripts/db-migrate.sh COMMAND. On first use, and whenever the sources
# or their dependencies have changed, it installs and builds what is missing. It says so on stderr; stdout is the tool's.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
work=$root/.build
lock=$work/first-use.lock
stamp=$root/node_modules/.taskflow-installed

say() { printf '%s\n' "$*" >&2; }
fail() { # STATUS MESSAGE...
  status=$1
  shift
  say "error: $*"
  exit "$status"
}

# --- Node -------------------------------------------------------------------------------------------------------------

is_new_enough() { # PROGRAM
  version=$("$1" -p 'process.versions.node' 2>/dev/null) || return 1
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  case $major$minor in '' | *[!0-9]*) return 1 ;; esac
  [ "$major" -gt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -ge 19 ]; }
}

find_node() {
  node=$(command -v node 2>/dev/null) || node=
  # Asking Node for its version costs a start of it; what was found good once is remembered (and the launcher looks again).
  if [ -n "$node" ] && [ "$(cat "$work/node" 2>/dev/null)" = "$node" ]; then return; fi
  for candidate in "$node" nodejs "${NVM_BIN:-}/node" "${HOME:-}"/.nvm/versions/node/v*/bin/node \
    "${HOME:-}/.volta/bin/node"; do
    candidate=$(command -v "$candidate" 2>/dev/null) || continue
    if is_new_enough "$candidate"; then
      node=$candidate
      mkdir -p "$work" 2>/dev/null && printf '%s\n' "$node" 2>/dev/null >"$work/node" || :
      return
    fi
  done
  if [ -z "$node" ]; then
    fail 2 "Node.js is not installed, or not on the PATH. taskflow-db needs Node 20.19 or newer: https://nodejs.org"
  fi
  fail 2 "Node $("$node" -p process.versions.node) ($node) is too old. taskflow-db needs Node 20.19 or newer: https://nodejs.org"
}

# --- What is missing --------------------------------------------------------------------------------------------------

lock_sum() { printf '%s %s\n' "$(cksum <"$root/package-lock.json")" "$(uname -sm)"; }

is_installed() {
  if [ -f "$stamp" ]; then
    [ "$(cat "$stamp")" = "$(lock_sum)" ]
    return
  fi
  # Installed by npm itself, and nothing has changed since: npm writes this file last.
  npms=$root/node_modules/.package-lock.json
  [ -f "$npms" ] && [ -z "$(find "$root/package-lock.json" -newer "$npms")" ]
}

is_built() {
  [ -f "$root/dist/cli.cjs" ] && [ -f "$root/dist/.built" ] &&
    [ -z "$(find "$root/src" "$root/package.json" "$root/package-lock.json" "$root"/scripts/*.mjs \
      -newer "$root/dist/.built" 2>/dev/null | head -n 1)" ]
}

# --- One at a time ----------------------------------------------------------------------------------------------------

owner_is_gone() {
  owner=$(cat "$lock/owner" 2>/dev/null) || owner=
  if [ -z "$owner" ]; then
    sleep 2 # between making the folder and writing the file
    [ -d "$lock" ] && [ ! -s "$lock/owner" ]
    return
  fi
  [ "${owner#* }" = "$(uname -n)" ] && ! kill -0 "${owner%% *}" 2>/dev/null
}

# Only who holds lock.steal may take a dead owner's lock away, so that nobody takes a living one's by mistake.
steal_lock() {
  mkdir "$lock.steal" 2>/dev/null || return 0
  if owner_is_gone; then rm -rf "$lock"; fi
  rmdir "$lock.steal"
}

acquire_lock() {
  mkdir -p "$work" || fail 2 "$work cannot be written, and there is something to install or build."
  waited=0
  until mkdir "$lock" 2>/dev/null; do
    [ "$waited" -ne 0 ] || say "Waiting for another first use of this clone to finish..."
    if owner_is_gone; then steal_lock; fi
    waited=$((waited + 1))
    [ "$waited" -lt 900 ] || fail 1 "Gave up waiting. If nothing else is being installed here, remove $lock and $lock.steal."
    sleep 1
  done
  trap 'rm -rf "$lock"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '%s %s\n' "$$" "$(uname -n)" >"$lock/owner"
}

release_lock() {
  rm -rf "$lock"
  trap - EXIT INT TERM HUP
}

# --- Installing and building ------------------------------------------------------------------------------------------

# Runs a command quietly; its output is shown only if it fails.
quietly() { # TITLE LOG COMMAND...
  title=$1
  log=$2
  shift 2
  say "$title"
  if ! "$@" >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    fail 1 "That failed: $*"
  fi
}

install() {
  npm=$(dirname -- "$node")/npm
  [ -x "$npm" ] || npm=$(command -v npm) || fail 2 "npm is not installed, or not on the PATH; it comes with Node.js: https://nodejs.org"
  # npm would empty the folder behind it, which somebody else may use.
  [ ! -L "$root/node_modules" ] || fail 2 "$root/node_modules is a link: install in the folder that it leads to, or remove it."
  rm -f "$stamp"
  PATH=$(dirname -- "$node"):$PATH
  export PATH
  cd "$root"
  # Development packages are needed to build; none of the packages needs its install script.
  quietly 'Installing dependencies (first use)...' "$work/install.log" \
    "$npm" ci --include=dev --include=optional --ignore-scripts --no-audit --no-fund --loglevel=error
  lock_sum >"$stamp"
}

build() {
  cd "$root"
  quietly 'Building taskflow-db...' "$work/build.log" "$node" scripts/build.mjs
}

prepare() {
  if is_installed && is_built; then return; fi
  acquire_lock
  is_installed || (install)
  is_built || (build)
  release_lock
}

# --- Run --------------------------------------------------------------------------------------------------------------

# Outside of the clone, its configuration is used, unless the folder has one of its own.
choose_config() {
  [ -z "${TASKFLOW_CONFIG:-}" ] || return 0
  folder=$(pwd -P)
  while [ ! -e "$folder/taskflow-db.config.json" ]; do
    if [ -z "$folder" ] || [ "$folder" = / ]; then
      TASKFLOW_CONFIG=$root/taskflow-db.config.json
      export TASKFLOW_CONFIG
      return
    fi
    folder=${folder%/*}
  done
}

find_node
prepare
choose_config
exec "$node" "$root/bin/taskflow-db.cjs" "$@"
