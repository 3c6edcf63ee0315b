import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { backupKey } from '../../../src/engine/backup/backup-key.ts';
import { Problem } from '../../../src/problem/problem.ts';

const folder = mkdtempSync(join(tmpdir(), 'key-'));
after(() => rmSync(folder, { recursive: true }));

const refusal = (code: string, text: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Problem);
  assert.equal(error.code, code);
  assert.match(JSON.stringify([error.message, error.fields]), text);
  return true;
};

function file(text: string, mode = 0o600): string {
  const path = join(folder, 'backup.key');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const of = (keyFile?: string, keyCommand?: string | string[]) => backupKey({ keyFile, keyCommand });

test('no key is asked for where none is set', async () => {
  assert.equal(await of(), undefined);
});

test('a file and a command give the key', async () => {
  assert.equal((await of(file('open sesame\n')))?.passphrase, 'open sesame');
  assert.equal((await of(undefined, 'printf "open sesame"'))?.passphrase, 'open sesame');
  assert.equal((await of(undefined, ['sh', '-c', 'echo open; true']))?.passphrase, 'open');
});

test('a file that others can read is refused with the command that closes it', async () => {
  for (const mode of [0o640, 0o604, 0o620])
    await assert.rejects(of(file('open sesame', mode)), refusal('backup-key', /chmod 0600/));
});

test('a file that is not there, a folder, and both ways at once are refused', async () => {
  await assert.rejects(of(join(folder, 'none')), refusal('backup-key', /does not exist/));
  chmodSync(folder, 0o700);
  await assert.rejects(of(folder), refusal('backup-key', /key/));
  await assert.rejects(of(file('x'), 'printf x'), refusal('config-invalid', /more than one way/));
});

test('a command that fails, that is not there or needs a shell is named without its arguments', async () => {
  await assert.rejects(of(undefined, ['sh', '-c', 'exit 3 # secret']), (error) => {
    assert.ok(error instanceof Problem);
    const shown = JSON.stringify([error.message, error.fields]);
    assert.match(shown, /exit status is 3/);
    assert.doesNotMatch(shown, /secret/);
    return true;
  });
  await assert.rejects(of(undefined, 'no-such-program-here'), refusal('backup-key', /cannot be run/));
  await assert.rejects(of(undefined, 'cat a | tail'), refusal('config-invalid', /shell/));
});
