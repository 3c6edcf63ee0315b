/** The password of an environment: from a file, or from a command that no shell sees. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { refusal, resolve } from './inputs.ts';

const environment = { name: 'live', host: 'h' };
const command = (passwordCommand: string | readonly string[]) =>
  resolve({ environment: { ...environment, passwordCommand } }).passwordCommand;

test('a file: its one line, whatever it holds', () => {
  const from = (text: string) => {
    const target = resolve({ environment: { ...environment, passwordFile: '/secret' }, files: { '/secret': text } });
    return target.hosts[0]!.password?.reveal();
  };
  assert.equal(from('s3cret\n'), 's3cret');
  assert.equal(from('  spaces kept \r\n'), '  spaces kept ');
});

test('a file that is empty, long or missing', () => {
  const wrong = (files: Record<string, string>) =>
    refusal({ environment: { ...environment, passwordFile: '/secret' }, files });
  assert.match(wrong({ '/secret': '\n' }).text, /is empty/);
  assert.match(wrong({ '/secret': 'canary\nb\n' }).text, /more than one line/);
  assert.doesNotMatch(wrong({ '/secret': 'canary\nb\n' }).text, /canary/);
  assert.match(wrong({}).text, /cannot be read/);
  assert.equal(wrong({}).code, 'config-invalid');
});

test('a command: a list as it is, a text split at spaces', () => {
  assert.deepEqual(command(['pass', 'show', 'a b$c']), ['pass', 'show', 'a b$c']);
  assert.deepEqual(command('pass show db'), ['pass', 'show', 'db']);
  assert.deepEqual(command(`op read "op://vault/my db/password" --x='$y'`), [
    'op',
    'read',
    'op://vault/my db/password',
    '--x=$y',
  ]);
});

for (const text of [
  'pass show db | head -1',
  'echo $SECRET',
  'a; b',
  'a && b',
  'echo `x`',
  'cat <f',
  "unfinished 'quote",
  'echo "$X"',
  '~/bin/x',
  '   ',
]) {
  test(`a command that needs a shell: ${text}`, () => {
    const { code, text: said } = refusal({ environment: { ...environment, passwordCommand: text } });
    assert.equal(code, 'config-invalid');
    assert.match(said, /needs a shell, and none is used.*\\"sh\\", \\"-c\\"/s);
  });
}

test('a command stands before PGPASSWORD and the password file', () => {
  const files = { '/home/ada/.pgpass': '*:*:*:*:filed' };
  const target = resolve({
    environment: { ...environment, passwordCommand: 'x' },
    env: { PGPASSWORD: 'variable' },
    files,
  });
  assert.deepEqual([target.passwordCommand, target.hosts[0]!.password], [['x'], undefined]);
});

test('what is typed in stands before all', () => {
  const target = resolve({
    environment: { ...environment, passwordCommand: 'x' },
    flags: { passwordPrompted: 'typed' },
  });
  assert.deepEqual([target.passwordCommand, target.hosts[0]!.password?.reveal()], [undefined, 'typed']);
});

test('two ways at once are a complaint', () => {
  const both = { ...environment, url: 'postgres://u:canary@h', passwordCommand: 'x', passwordFile: '/secret' };
  const { text } = refusal({ environment: both, files: { '/secret': 'canary' } });
  assert.match(text, /url, passwordFile, passwordCommand/);
  assert.doesNotMatch(text, /canary/);
});
