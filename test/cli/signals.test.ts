import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const fixture = fileURLToPath(new URL('signals-fixture.ts', import.meta.url));
const loader = new URL('../node_modules/tsx/dist/loader.mjs', import.meta.url).href;

test('the first signal is for the command to act on, the second ends the process with status 130', async () => {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const child = spawn(process.execPath, ['--import', loader, fixture], { stdio: ['ignore', 'pipe', 'inherit'] });
    let seen = '';
    child.stdout.on('data', (chunk) => {
      seen += chunk;
      if (/ready|stopping/.test(String(chunk))) child.kill(name);
    });
    const status = await new Promise((resolve) => child.on('close', resolve));
    assert.deepEqual([seen, status], [`ready\nstopping after ${name}\n`, 130]);
  }
});
