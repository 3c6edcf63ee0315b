#!/bin/sh
# Installs what the tests need, builds, checks the sources and runs the tests: everything, or a part of it.
#
#   ./scripts/test.sh                  all of it
#   ./scripts/test.sh test/sql         the tests in a folder or file, without the checks of the sources
#   ./scripts/test.sh --long           with the long tests (TASKFLOW_TEST_LONG=1), and every fault (docs/TESTING.md)
#   ./scripts/test.sh --long=auto      with as many faults as fit in five minutes, as CI does
#   ./scripts/test.sh --checks         only the checks: compiler, formatter, linter, generated files, lock files
#
# The last line is `N passed, N failed`; the exit status is 0 only if nothing failed. A test that is skipped has failed.
# Under CI=true a program that is missing and cannot be installed is a failure, too.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root"
work=$root/.build
TASKFLOW_TESTS_BEGAN=$(date +%s)
export TASKFLOW_TESTS_BEGAN

say() { printf '%s\n' "$*"; }
give_up() {
  say "error: $*"
  say '0 passed, 1 failed'
  exit 1
}

# --- Node -------------------------------------------------------------------------------------------------------------

check_node() {
  command -v node >/dev/null 2>&1 || give_up 'Node.js is not on the PATH. The tests need Node 20.19 or newer.'
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    give_up "Node $(node -p process.versions.node) is too old. The tests need Node 20.19 or newer."
  command -v npm >/dev/null 2>&1 || give_up 'npm is not on the PATH; it comes with Node.js.'
}

# --- npm packages -----------------------------------------------------------------------------------------------------

lock_sum() { printf '%s %s\n' "$(cksum <"$1/package-lock.json")" "$(uname -sm)"; }

# As scripts/db-migrate.sh sees it, so that the two agree.
is_installed() { # FOLDER
  stamp=$1/node_modules/.taskflow-installed
  if [ -f "$stamp" ]; then
    [ "$(cat "$stamp")" = "$(lock_sum "$1")" ]
    return
  fi
  npms=$1/node_modules/.package-lock.json
  [ -f "$npms" ] && [ -z "$(find "$1/package-lock.json" -newer "$npms")" ]
}

npm_quietly() { # FOLDER COMMAND...
  (cd "$1" && shift && npm "$@" --include=dev --include=optional --ignore-scripts --no-audit --no-fund --loglevel=error) \
    >"$work/npm.log" 2>&1 </dev/null
}

# A lock that was written where the registry lacks the packages of other platforms has no entries for those, and npm ci
# refuses it. Installing without saving takes what is locked and leaves such packages out.
npm_ci() { # FOLDER
  npm_quietly "$1" ci && return
  grep -q '^npm error code EUSAGE' "$work/npm.log" && npm_quietly "$1" install --no-save
}

install_packages() { # FOLDER
  ! is_installed "$1" || return 0
  if [ -L "$1/node_modules" ]; then # npm would empty the folder behind it
    say "$1/node_modules is a link: install in the folder that it leads to, or remove it."
    return 1
  fi
  say "Installing npm packages in $1 ..."
  if ! npm_ci "$1"; then
    say 'That failed; trying once more ...'
    sleep 5
    if ! npm_ci "$1"; then
      head -n 20 "$work/npm.log"
      return 1
    fi
  fi
  lock_sum "$1" >"$1/node_modules/.taskflow-installed"
}

# --- Debian packages --------------------------------------------------------------------------------------------------

has_server() {
  for program in /usr/lib/postgresql/*/bin/initdb; do
    [ ! -x "$program" ] || return 0
  done
  return 1
}

has_browser() {
  command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1
}

# A browser without any font cannot start.
has_font() { [ -n "$(find /usr/share/fonts -name '*.ttf' -print -quit 2>/dev/null)" ]; }

# One line for each program that is missing: its name and the Debian package that has it.
missing_programs() {
  for need in psql:postgresql-client pg_dump:postgresql-client openssl:openssl zsh:zsh fish:fish; do
    command -v "${need%%:*}" >/dev/null 2>&1 || say "${need%%:*} ${need#*:}"
  done
  has_server || say 'initdb postgresql'
  # The console is tested in a real browser.
  has_browser || say 'chromium chromium'
  has_font || say 'a-font fonts-dejavu-core'
  # In /usr/sbin, which is not on everybody's PATH.
  command -v pgbouncer >/dev/null 2>&1 || [ -x /usr/sbin/pgbouncer ] || say 'pgbouncer pgbouncer'
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n -- "$@"; fi
}

may_install() {
  command -v apt-get >/dev/null 2>&1 || return 1
  [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; }
}

# Installs packages without questions; postgresql without the database cluster that it would create and start, and no
# service (pgbouncer's) is started: policy-rc.d is what Debian's packages ask.
apt_install() { # PACKAGE...
  as_root sh -c '
    set -eu
    export DEBIAN_FRONTEND=noninteractive
    setting=/etc/postgresql-common/createcluster.d/taskflow-tests.conf
    policy=/usr/sbin/policy-rc.d
    [ ! -e "$policy" ] || policy=
    trap "rm -f $setting $policy; rmdir ${setting%/*} 2>/dev/null" EXIT
    mkdir -p "${setting%/*}"
    echo "create_main_cluster = false" >"$setting"
    if [ -n "$policy" ]; then
      printf "#!/bin/sh\nexit 101\n" >"$policy"
      chmod 755 "$policy"
    fi
    get="apt-get -q -y -o Acquire::Retries=1 -o Acquire::http::Timeout=30 -o DPkg::Lock::Timeout=60"
    $get update
    $get install --no-install-recommends "$@"' sh "$@" >"$work/apt.log" 2>&1 </dev/null
}

install_programs() {
  missing=$(missing_programs)
  if [ -n "$missing" ] && may_install; then
    packages=$(say "$missing" | cut -d ' ' -f 2 | sort -u | tr '\n' ' ')
    say "Installing Debian packages: $packages..."
    # shellcheck disable=SC2086 # one word a package
    if ! apt_install $packages; then
      say 'That failed:'
      tail -n 5 "$work/apt.log"
    fi
  fi
  TASKFLOW_TESTS_MISSING=$(missing_programs)
  export TASKFLOW_TESTS_MISSING
}

# --- Run --------------------------------------------------------------------------------------------------------------

mkdir -p "$work" || give_up "$work cannot be written."
check_node
install_packages . || give_up 'npm could not install the dependencies (package-lock.json).'
install_packages test || give_up 'npm could not install what the tests need (test/package-lock.json).'
# Servers that are missing are told by the tests that want them.
install_packages test/servers || say 'The PostgreSQL servers of test/servers are not installed.'
install_programs
exec node scripts/run-tests.mjs "$@"
