import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const fixture = fileURLToPath(new URL('prompt-fixture.ts', import.meta.url));
const loader = new URL('../node_modules/tsx/dist/loader.mjs', import.meta.url).href;

/** What the screen showed. Each answer is typed when its question has appeared; script(1) makes the terminal. */
async function onTerminal(answers: readonly (readonly [question: string, keys: string])[]): Promise<string> {
  const command = `'${process.execPath}' --import '${loader}' '${fixture}'`;
  const child = spawn('script', ['-qfec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = [...answers];
  let screen = '';
  child.stdout.on('data', (chunk) => {
    screen += chunk;
    if (waiting[0] && screen.includes(waiting[0][0])) child.stdin.write(waiting.shift()![1]);
  });
  await new Promise((resolve) => child.on('close', resolve));
  return screen;
}

test('yes goes on, and a secret is not shown', async () => {
  const screen = await onTerminal([
    ['[y/N]', 'y\r'],
    ['Password', 's3cret\r'],
  ]);
  assert.match(screen, /confirmed/);
  assert.match(screen, /length 6/);
  assert.doesNotMatch(screen, /s3cret/);
});

test('no, nothing and Ctrl-C are a no', async () => {
  for (const keys of ['n\r', '\r', '\u0003', '\u0004']) {
    assert.match(await onTerminal([['[y/N]', keys]]), /cancelled: not confirmed/);
  }
});

test('without a terminal nothing is asked, and --yes is named', () => {
  const { stdout } = spawnSync(process.execPath, ['--import', loader, fixture], { encoding: 'utf8', input: 'y\n' });
  assert.match(stdout, /^confirmation-needed: Add --yes/);
});
