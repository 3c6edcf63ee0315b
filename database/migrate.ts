/**
 * The migration tool's entry beside the files that it manages: the same as scripts/db-migrate.sh with the same arguments.
 *
 *   node database/migrate.ts status       Node 22.18 and newer, which run TypeScript as it is
 *   npx tsx database/migrate.ts status    Node 20
 *
 * It holds nothing of the tool itself: scripts/db-migrate.sh installs and builds what is missing, then runs it. Where there
 * is no POSIX shell (Windows), the tool is started directly, after `npm ci` and `npm run build`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Runs the tool with the given arguments on this process's streams, and answers its exit status (docs/FORMATS.md, "Exit
 * status"); 128 and the signal's number where a signal ended it, as shells say it.
 */
export function runTool(args: readonly string[]): Promise<number> {
  const [program, ...before] =
    process.platform === 'win32'
      ? [process.execPath, join(ROOT, 'bin', 'taskflow-db.cjs')]
      : [join(ROOT, 'scripts', 'db-migrate.sh')];
  let child: ChildProcess | undefined;
  // A terminal sends Ctrl-C to the tool too, which ends in good order; we wait for it. Before the start, so that none is lost.
  const stay = (): void => {};
  const forward = (signal: NodeJS.Signals): void => void child?.kill(signal);
  process.on('SIGINT', stay).on('SIGTERM', forward).on('SIGHUP', forward);
  const started = spawn(program!, [...before, ...args], { stdio: 'inherit' });
  child = started;
  return new Promise((resolve, reject) => {
    started.on('error', reject);
    started.on('exit', (status, signal) => {
      process.off('SIGINT', stay).off('SIGTERM', forward).off('SIGHUP', forward);
      resolve(status ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = await runTool(process.argv.slice(2));
}
