import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDumpOptions, selectingOptions } from '../../src/backup/dump-options.ts';

const refused = (options: readonly string[]) => () => checkDumpOptions(options, 'the arguments');

test('options that the tool sets itself are refused, however they are written', () => {
  for (const options of [
    ['-Fc'],
    ['-F', 'c'],
    ['--format=c'],
    ['--form=c'],
    ['-f/tmp/x'],
    ['--file', '/tmp/x'],
    ['-vf', 'x'],
    ['-sOdother'],
    ['-h', 'elsewhere'],
    ['-p1'],
    ['-Usomebody'],
    ['-W'],
    ['-j4'],
    ['-Z9'],
    ['--compress=9'],
    ['--snapshot=1'],
    ['--role=x'],
    ['--dbname=x'],
    ['-t', 'a', '-V'],
    ['--help'],
  ])
    assert.throws(refused(options), { code: 'usage' }, options.join(' '));
});

test('values are no options, and others pass', () => {
  const options = [
    '-t',
    '-Fc',
    '-ndf',
    '-N',
    '-j',
    '--table=-d',
    '--no-comments',
    '-xO',
    '--lock-wait-timeout=5',
    '-Eutf8',
  ];
  assert.equal(checkDumpOptions(options, 'the arguments'), options);
});

test('those that leave something out are told from those that do not', () => {
  const options = [
    '-t',
    'a',
    '--exclude-table-data=b',
    '-O',
    '--no-comments',
    '-s',
    '--quote-all-identifiers',
    '--schema=x',
  ];
  assert.deepEqual(selectingOptions(options), ['-t', '--exclude-table-data=b', '--no-comments', '-s', '--schema=x']);
  assert.deepEqual(selectingOptions(['-T', '-s', '-E', 'a', '--no-owner']), ['-T']);
});
