import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Problem } from '../../problem/problem.ts';
import type { CommandContext } from '../context.ts';
import { embeddedUrl, runningEmbedded } from '../embedded.ts';

/** Runs psql in our place: it has the terminal, and its exit status is ours. */
export async function run(context: CommandContext): Promise<number> {
  const url = embeddedUrl(await runningEmbedded(context));
  return new Promise((resolve, reject) => {
    const psql = spawn('psql', [url, ...context.args.rest], { stdio: 'inherit', env: { ...context.env } });
    psql.once('error', () => reject(noPsql(url)));
    psql.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

function noPsql(url: string): Problem {
  return new Problem('usage', 'psql is not on the PATH', {
    found: 'the embedded PostgreSQL comes without client programs',
    next: ['Install the PostgreSQL client, or connect with any other client to:', url],
  });
}
