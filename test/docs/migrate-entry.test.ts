import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { REPOSITORY } from '../support/run-folder.ts';

const LOADER = pathToFileURL(join(REPOSITORY, 'test/node_modules/tsx/dist/loader.mjs')).href;

/** A clone whose scripts/db-migrate.sh is the given script; returns how to start its database/migrate.ts. */
function entryBeside(t: TestContext, script: string): string[] {
  const root = join(realpathSync(mkdtempSync(join(tmpdir(), 'entry-'))), 'a clone');
  t.after(() => rmSync(join(root, '..'), { recursive: true, force: true }));
  for (const folder of ['database', 'scripts']) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync(join(REPOSITORY, 'database/migrate.ts'), join(root, 'database/migrate.ts'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(root, 'scripts/db-migrate.sh'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(root, 'scripts/db-migrate.sh'), 0o755);
  return ['--import', LOADER, join(root, 'database/migrate.ts')];
}

test('database/migrate.ts hands on arguments, output and exit status', (t) => {
  const entry = entryBeside(t, 'printf "[%s]" "$@"; echo talk >&2; exit 3');
  const result = spawnSync(process.execPath, [...entry, 'create', 'a b', '--yes'], { encoding: 'utf8' });
  assert.deepEqual([result.stdout, result.stderr, result.status], ['[create][a b][--yes]', 'talk\n', 3]);
});

test('database/migrate.ts hands on a signal and waits for the end of the tool', async (t) => {
  const entry = entryBeside(
    t,
    'trap "echo cleaned; exit 130" TERM; echo ready; for i in $(seq 200); do sleep 0.05; done',
  );
  const child = spawn(process.execPath, entry, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output === 'ready\n') child.kill('SIGTERM');
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  assert.deepEqual([output, status], ['ready\ncleaned\n', 130]);
});

test('database/migrate.ts runs the tool of its own repository from any folder', () => {
  const result = spawnSync(process.execPath, ['--import', LOADER, join(REPOSITORY, 'database/migrate.ts'), 'version'], {
    cwd: tmpdir(),
    encoding: 'utf8',
  });
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stdout, /^taskflow-db \d+\.\d+\.\d+/);
});
