import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Arguments, readArguments } from '../../src/cli/args.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import { Problem } from '../../src/problem/problem.ts';

function read(line: string) {
  return readArguments(line === '' ? [] : line.split(' '), COMMANDS);
}

function argsOf(line: string): Arguments {
  const invocation = read(line);
  assert.equal(invocation.kind, 'run', line);
  return (invocation as { args: Arguments }).args;
}

function pathOf(line: string): string {
  const invocation = read(line);
  return 'path' in invocation ? invocation.path.map(({ name }) => name).join(' ') : '';
}

function refused(line: string): Problem {
  try {
    read(line);
  } catch (error) {
    assert(error instanceof Problem, String(error));
    assert.equal(error.exitStatus, 2);
    return error;
  }
  return assert.fail(`${line} was accepted`);
}

test('a value is given as --flag value or --flag=value, and global flags stand anywhere', () => {
  for (const line of ['migrate --to 012', 'migrate --to=012', '--env x migrate --to 012', 'migrate --to 012 --env=x']) {
    assert.equal(pathOf(line), 'migrate');
    assert.equal(argsOf(line).value('to'), '012');
  }
  assert.equal(argsOf('-d x -p 5433 status').value('database'), 'x');
  assert.equal(argsOf('status -dx').value('database'), 'x');
  assert.deepEqual(argsOf('--dir a status --dir b --dir=c').values('dir'), ['a', 'b', 'c']);
  assert(argsOf('status -yq').has('quiet'));
});

test('an optional value is taken from = only, and has a default', () => {
  assert.equal(argsOf('migrate --dry-run').value('dry-run'), 'print');
  assert.equal(argsOf('migrate --dry-run=print').value('dry-run'), 'print');
  assert.equal(argsOf('migrate --dry-run --to 3').value('to'), '3');
  assert.equal(argsOf('migrate').value('dry-run'), undefined);
  assert.match(refused('migrate --dry-run=prnt').fields.next![0]!, /"print"/);
});

test("--version is the tool's where the command has none of its own", () => {
  assert.equal(read('--version').kind, 'version');
  assert.equal(read('-V').kind, 'version');
  assert.equal(read('status --version').kind, 'version');
  assert.equal(argsOf('migrate --version 3').value('version'), '3');
  assert.match(refused('migrate --version').message, /--version needs a value: --version VERSION/);
});

test('-h is short help and --help long, wherever they stand and whatever else is wrong', () => {
  assert.deepEqual({ ...read('-h'), path: 0 }, { kind: 'help', path: 0, form: 'short' });
  assert.deepEqual({ ...read('migrate --to --help'), path: 0 }.kind, 'help');
  assert.deepEqual({ ...read('db start --help'), path: 0 }, { kind: 'help', path: 0, form: 'long' });
  assert.equal(pathOf('db start --help'), 'db start');
  assert.equal(pathOf('--help migrate'), 'migrate');
  assert.deepEqual({ ...read('migrate --nonsense -h'), path: 0 }, { kind: 'help', path: 0, form: 'short' });
  assert.equal(read('').kind, 'help');
});

test('what is unknown is refused with the nearest match', () => {
  assert.deepEqual(refused('migrat').fields.next, ['Did you mean: taskflow-db migrate']);
  assert.deepEqual(refused('migrate --alow-late').fields.next, ['Did you mean --allow-late?']);
  assert.deepEqual(refused('--hsot x status').fields.next, ['Did you mean --host?']);
  assert.deepEqual(refused('db strat').fields.next, ['Did you mean: taskflow-db db start']);
  assert.match(refused('--to 3 migrate').message, /--to before the command/);
  assert.match(refused('status -x').message, /no flag -x/);
  assert.match(refused('db').fields.expected!, /start, stop, url, psql/);
  assert.match(refused('__proto__').message, /no command/);
  assert.match(refused('migrate --__proto__=1').message, /no flag/);
});

test('a boolean flag takes no value; a value flag needs exactly one', () => {
  assert.match(refused('migrate --yes=1').message, /--yes takes no value/);
  assert.match(refused('migrate --to').message, /--to needs a value/);
  assert.match(refused('migrate --to=').message, /--to needs a value/);
  assert.match(refused('migrate --to --yes').message, /--to needs a value/);
  assert.match(refused('migrate --to 1 --to 2').message, /more than once/);
  assert.equal(argsOf('repair --accept 4 --reason=-x').value('reason'), '-x');
});

test('arguments are counted; a forgotten --to is pointed out', () => {
  assert.deepEqual(argsOf('create add_tags').positionals, ['add_tags']);
  assert.match(refused('create').message, /needs NAME/);
  assert.match(refused('completion bash x').message, /does not take the argument "x"/);
  assert.match(refused('migrate 012').fields.next![0]!, /--to 012/);
  assert.match(refused('completion tcsh').fields.expected!, /bash, zsh, fish/);
  assert.deepEqual(argsOf('help db start').positionals, ['db', 'start']);
});

test('what follows -- is handed on where the command says so, and an argument elsewhere', () => {
  assert.deepEqual(argsOf('db psql -- -c x --yes').rest, ['-c', 'x', '--yes']);
  assert.deepEqual(argsOf('create -- -name').positionals, ['-name']);
  assert.match(refused('db psql x').message, /does not take/);
});

test('a number is checked', () => {
  assert.equal(argsOf('rollback --steps 3').integer('steps', 1), 3);
  for (const text of ['0', 'x', '1.5', '-1', '99999999999999999']) {
    assert.throws(() => argsOf(`rollback --steps=${text}`).integer('steps', 1), /--steps needs a whole number/);
  }
});
