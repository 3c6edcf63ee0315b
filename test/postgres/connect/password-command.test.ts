import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { passwordFromCommand } from '../../../src/postgres/connect/password-command.ts';
import { Problem } from '../../../src/problem/problem.ts';
import { resolve } from '../target/inputs.ts';

const folder = mkdtempSync(join(tmpdir(), 'tfdb-command-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const NODE = process.execPath;
const fresh = () => resolve({ env: { PGHOST: 'h' } });

test('its one line is the password, asked for once a target, and no shell reads the arguments', async () => {
  const log = join(folder, 'log');
  writeFileSync(log, '');
  const script = 'require("fs").appendFileSync(process.argv[1], "x"); console.log(process.argv[2])';
  const target = fresh();
  const ask = () => passwordFromCommand(target, [NODE, '-e', script, log, '$HOME;`id`']);
  const [one, two] = await Promise.all([ask(), ask()]);
  assert.equal(one.reveal(), '$HOME;`id`');
  assert.equal(two, one);
  assert.equal(readFileSync(log, 'utf8'), 'x');
});

const WRONG: [name: string, script: string, said: RegExp][] = [
  ['nothing', '', /printed nothing/],
  ['two lines', 'console.log("canary\\ncanary")', /more than one line/],
  ['a failure', 'console.log("canary"); process.exit(3)', /exit status is 3/],
];

for (const [name, script, said] of WRONG) {
  test(`${name} is no password, and what was printed is not shown`, async () => {
    const problem = await passwordFromCommand(fresh(), [NODE, '-e', script]).catch((error: unknown) => error);
    assert.ok(problem instanceof Problem);
    assert.equal(problem.code, 'authentication');
    assert.match(problem.fields.found ?? '', said);
    assert.doesNotMatch(inspect(problem, { depth: 9 }), /canary/);
  });
}

test('a program that is not there; after a failure the command is asked again', async () => {
  const target = fresh();
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const missing = await passwordFromCommand(target, ['/nonexistent/pass', 'canary']).catch((error: unknown) => error);
  assert.ok(missing instanceof Problem);
  assert.equal(timers(), before, 'a timer that keeps the process alive');
  assert.match(missing.fields.found ?? '', /cannot be run/);
  assert.doesNotMatch(inspect(missing, { depth: 9 }), /canary/);
  assert.equal((await passwordFromCommand(target, [NODE, '-p', '"now"'])).reveal(), 'now');
});
