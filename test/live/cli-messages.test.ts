/** Messages that a person must not misread: names that cannot forge lines, one runner named in full, help that fits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli, withWorkplace } from '../support/cli.ts';
import { atGate, GATE, openGate } from './gate.ts';

const TABLE = 'CREATE TABLE a (n int);\n-- ROLLBACK:\n-- DROP TABLE a;\n';

test('a line break in the name of a file or folder begins no line', () =>
  withWorkplace({ 'm\n --> forged/001_a.sql': TABLE, 'm\n --> forged/1\n --> x.sql': TABLE }, {}, async (at) => {
    const target = { DATABASE_URL: 'postgresql://127.0.0.1:1/nothing' };
    const refused = await at.run(['migrate', '--dir', 'm\n --> forged'], { env: target });
    assert.equal(refused.exit, 1, refused.output);
    assert.match(refused.stderr, /^ --> m<U\+000A> --> forged\/1<U\+000A> --> x\.sql$/m);
    assert.equal(refused.stderr.match(/^ *-->/gm)?.length, 1, refused.stderr);
  }));

test('status of many files that nothing tracks yet fits 80 columns', () =>
  withCli(18, Object.fromEntries(Array.from({ length: 104 }, (_, i) => [`m/${i + 100}_a.sql`, TABLE])), async (at) => {
    const { stdout } = await at.run(['status']);
    assert.match(stdout, /104 pending;\n {2}nothing is tracked yet: taskflow-db init/);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  }));

test('nor in the SQL that --dry-run prints', () =>
  withCli(18, { 'm\nDROP TABLE x;/001_a.sql': TABLE }, async (at) => {
    const { stdout } = await at.run(['migrate', '--dry-run', '--dir', 'm\nDROP TABLE x;']);
    assert.match(stdout, /^-- 001_a \(m<U\+000A>DROP TABLE x;\/001_a\.sql\)$/m);
  }));

test('who waits is told on lines of the usual width, of whom, and for how long', () =>
  withCli(18, { 'm/001_a.sql': `${GATE};\n${TABLE}` }, async (at) => {
    const first = at.start(['migrate']);
    await atGate(at.database);
    const second = await at.run(['migrate'], { env: { TASKFLOW_WAIT: '300ms' } });
    assert.equal(second.exit, 4, second.output);
    assert.match(second.said, /postgres on \S+[, ]/);
    assert.match(second.said, /waited ([3-9]\d\d ms|[1-9][\d.]* s)/);
    for (const line of second.stderr.split('\n')) assert.ok(line.length <= 80, line);
    await openGate(at.database);
    assert.equal((await first.finished).exit, 0);
  }));
