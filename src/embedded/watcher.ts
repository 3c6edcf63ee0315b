/**
 * Stops the server once nobody has used it for a while. A detached shell loop: it must outlive this process, and a shell
 * asleep costs about 1 MB of memory where a second Node would cost 40. It reads the server's child processes instead of
 * connecting, so it needs no client. Killing it harms nothing: the server stays up, and the next command starts another.
 *
 * It never ends a session. Before it stops the server it says so in a file, then looks once more whether anybody has
 * asked meanwhile; whoever asks first leaves a mark, then looks for that file. So one of the two sees the other. And
 * the stop is PostgreSQL's smart one, which waits for any session that got in between.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, serverAccount } from './account.ts';
import { BEAT_MS, beatText } from './elsewhere.ts';
import { IDLE_SHUTDOWN_MS } from './options.ts';
import { exists } from './pidfile.ts';
import { give, type Place } from './place.ts';

/** $1 server's process, $2 seconds between looks, $3 looks until idle (0: never), $4 data root, $5 this host. Titles: manual, "Monitoring", "ps". */
const SCRIPT = `
pid=$1 pause=$2 patience=$3 root=$4 host=$5 seen= idle=0 round=0
own_title() {
  case $1 in
    *'[local]'*) return 1;;
    ''|'postgres: checkpointer'*|'postgres: background writer'*|'postgres: walwriter'*) return 0;;
    'postgres: autovacuum '*|'postgres: logical replication launcher'*|'postgres: io worker '*) return 0;;
    *) return 1;;
  esac
}
in_use() {
  if [ -d /proc/self ]; then
    [ -r "/proc/$pid/task/$pid/children" ] || return 0
    read -r children < "/proc/$pid/task/$pid/children"
    for child in $children; do
      title=
      { read -r title < "/proc/$child/cmdline"; } 2>/dev/null
      own_title "$title" || return 0
    done
    return 1
  fi
  ps -axo ppid=,command= | {
    while read -r parent title; do
      if [ "$parent" = "$pid" ] && ! own_title "$title"; then exit 0; fi
    done
    exit 1
  }
}
last_use() { mark=; { read -r mark < "$root/last-use"; } 2>/dev/null; }
serves() { server=; { read -r server < "$root/postgresql/postmaster.pid"; } 2>/dev/null; [ "$server" = "$pid" ]; }
alive() { serves && kill -0 "$pid" 2>/dev/null && { [ ! -d /proc/self ] || [ -e "/proc/$pid/cwd/PG_VERSION" ]; }; }
while alive; do
  echo "$host" > "$root/host"
  sleep "$pause"
  round=$((round + 1))
  if [ $((round % 100)) -eq 0 ] && [ "$(wc -c < "$root/server.log")" -gt 10000000 ]; then : > "$root/server.log"; fi
  last_use
  if [ "$mark" != "$seen" ] || in_use; then idle=0 seen=$mark; else idle=$((idle + 1)); fi
  if [ "$patience" -eq 0 ] || [ "$idle" -lt "$patience" ]; then continue; fi
  echo "$$" > "$root/stopping"
  last_use
  if [ "$mark" = "$seen" ] && ! in_use && alive; then
    kill -TERM "$pid"
    while alive; do sleep 0.1; done
  fi
  idle=0
  rm -f "$root/stopping"
done
`;

/** Leaves the mark that keeps the server up for another while. */
export function markUse(place: Place): void {
  writeOwned(place.lastUse, `${process.pid}-${randomBytes(6).toString('hex')}\n`, place);
}

/** Starts the watcher unless it runs. There is none on Windows, which has no sh: the server stays up until it is stopped. */
export function ensureWatcher(place: Place, pid: number, idleMs = IDLE_SHUTDOWN_MS): void {
  if (process.platform === 'win32' || watcherRuns(place, pid)) return;
  const pause = idleMs > 0 ? Math.min(BEAT_MS, Math.max(idleMs / 10, 50)) : BEAT_MS;
  const args = [pid, pause / 1000, Math.ceil(idleMs / pause), place.root, beatText(pause)].map(String);
  const watcher = spawn('/bin/sh', ['-c', SCRIPT, 'taskflow-db-idle-watcher', ...args], {
    cwd: '/',
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
    detached: true,
    stdio: 'ignore',
  });
  watcher.on('error', () => {});
  watcher.unref();
  writeOwned(place.watcher, `${watcher.pid ?? 0} ${pid}\n`, place);
}

function watcherRuns(place: Place, server: number): boolean {
  try {
    const [watcher, watched] = readFileSync(place.watcher, 'utf8').split(' ').map(Number);
    return watched === server && watcher !== undefined && watcher > 0 && exists(watcher);
  } catch {
    return false;
  }
}

const STOPPING_MS_MAX = 60_000;

/** Waits while the watcher makes up its mind. A file left by one that was killed is too old, and goes. */
export async function waitWhileStopping(place: Place): Promise<boolean> {
  let waited = false;
  while (existsSync(place.stopping)) {
    const age = Date.now() - (statSync(place.stopping, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age > STOPPING_MS_MAX || !watcherNamedIn(place.stopping)) rmSync(place.stopping, { force: true });
    waited = true;
    await sleep(10);
  }
  return waited;
}

/** The file holds the watcher's number; an empty one is just being written. */
function watcherNamedIn(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return pid === 0 || exists(pid);
  } catch {
    return true;
  }
}

/** By root, too, so that the owner can write it the next time without root. */
function writeOwned(file: string, text: string, place: Place): void {
  const isNew = !existsSync(file);
  writeFileSync(file, text, { mode: 0o600 });
  const account: Account | undefined = isNew ? serverAccount(place.data) : undefined;
  give(file, account);
}
