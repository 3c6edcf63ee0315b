import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeName, parseFileName } from '../../src/migration/filename.ts';
import { Problem } from '../../src/problem/problem.ts';

test('a name gives version, number and description', () => {
  assert.deepEqual(parseFileName('003_add_new-feature.sql'), {
    version: '003_add_new-feature',
    number: 3n,
    name: 'add_new-feature',
  });
  assert.deepEqual(parseFileName('20261122101112-X.sql'), {
    version: '20261122101112-X',
    number: 20261122101112n,
    name: 'X',
  });
  assert.deepEqual(parseFileName(`${'9'.repeat(30)}_a.sql`), {
    version: `${'9'.repeat(30)}_a`,
    number: BigInt('9'.repeat(30)),
    name: 'a',
  });
});

const BAD: [string, RegExp, string?][] = [
  ['-rf.sql', /no number/],
  ['001_a\n.sql', /character \\u\{a\}/, '001_a\\u{a}.sql'],
  ['../001_a.sql', /character \//],
  ['001_\u202egnp.sql', /\\u\{202e\}/, '001_\\u{202e}gnp.sql'],
  ['001_caf\u00e9.sql', /\\u\{e9\}/],
  ['001_cafe\u0301.sql', /\\u\{301\}/],
  ['001_\u0430.sql', /\\u\{430\}/],
  ['\u0661_a.sql', /\\u\{661\}/],
  [`001_${'a'.repeat(260)}.sql`, /characters/],
  ['CON.sql', /no number/],
  ['001_a.SQL', /lower case/],
  ['001_a.txt', /not \.sql/],
  ['001_a.sql ', /a blank at position 10/],
  ['001.sql', /no description/],
  ['001_.sql', /no description/],
  ['001a.sql', /no description/],
  ['001_a.b.sql', /dot/],
  ['001_a\\.sql', /\\u\{5c\}/],
  ['001_a.sql\0', /\\u\{0\}/],
  ['', /no number/],
];
for (const [name, found, shown] of BAD) {
  test(`${JSON.stringify(name.slice(0, 30))} is refused, escaped`, () => {
    const problem = parseFileName(name);
    assert.ok(problem instanceof Problem);
    assert.equal(problem.code, 'file-name');
    assert.match(problem.fields.found ?? '', found);
    assert.match(problem.message, /^[ -~]*$/);
    if (shown !== undefined) assert.ok(problem.message.includes(shown));
    assert.ok(problem.message.length < 300);
  });
}

test('escaping keeps what is plain', () => {
  assert.equal(escapeName('001_a b.sql'), '001_a b.sql');
});
