import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../src/problem/problem.ts';
import { createMask, maskTexts } from '../../src/report/mask.ts';
import { maskProblem } from '../../src/report/mask-problem.ts';
import { renderProblem } from '../../src/report/problem-text.ts';

const CANARY = 'c4n@ry:/\'"\\ p?&w';

/** Ways in which a password gets into texts. */
const WRITTEN: readonly ((secret: string) => string)[] = [
  (secret) => `the password is ${secret}.`,
  (secret) => `postgres://u:${encodeURIComponent(secret)}@host/db`,
  (secret) => JSON.stringify({ x: secret }),
  (secret) => `ALTER ROLE u PASSWORD '${secret.replaceAll("'", "''")}'`,
  (secret) => `host=h password='${secret.replace(/['\\]/g, '\\$&')}' user=u`,
];

test('a known secret is hidden however it is written', () => {
  const { apply } = createMask([CANARY]);
  for (const write of WRITTEN) {
    const text = apply(write(CANARY));
    assert.doesNotMatch(text, /c4n/);
    assert.match(text, /\*\*\*/);
  }
});

test('any known secret of four characters or more is hidden', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 4, maxLength: 40, unit: 'grapheme' }),
      fc.nat(WRITTEN.length - 1),
      (secret, index) => {
        fc.pre(!/^[\s*]*$/.test(secret) && !'***'.includes(secret));
        const text = createMask([secret]).apply(WRITTEN[index]!(secret));
        return !text.includes(secret);
      },
    ),
  );
});

test('what looks like a password is hidden though nobody named it', () => {
  const { apply } = createMask();
  const cases: [string, string][] = [
    ['postgres://bob:s3cret@host:5432/db', 'postgres://bob:***@host:5432/db'],
    ['postgresql://bob:a:b%40c@host/db?x=1', 'postgresql://bob:***@host/db?x=1'],
    ['could not parse "postgres://bob:p@ss/word@host/db"', 'could not parse "postgres://bob:***@host/db"'],
    ['host=h password=s3cret dbname=d', 'host=h password=*** dbname=d'],
    ["host=h PassWord = 's3 cr\\'et' dbname=d", 'host=h PassWord = *** dbname=d'],
    ['/db?sslpassword=s3cret&sslmode=require', '/db?sslpassword=***&sslmode=require'],
    ['PGPASSWORD=s3cret psql', 'PGPASSWORD=*** psql'],
    ["CREATE ROLE a LOGIN PASSWORD 's3''cret' VALID UNTIL 'x'", "CREATE ROLE a LOGIN PASSWORD '***' VALID UNTIL 'x'"],
    ["create role a encrypted password E's3\\'cret'", "create role a encrypted password '***'"],
    ["OPTIONS (user 'bob', password 's3cret')", "OPTIONS (user 'bob', password '***')"],
    ['ALTER ROLE a PASSWORD $x$s3cret$x$;', "ALTER ROLE a PASSWORD '***';"],
    ["CONNECTION 'host=a password=s3cret dbname=b'", "CONNECTION 'host=a password=*** dbname=b'"],
    ["EXECUTE 'ALTER ROLE a PASSWORD ''s3cret'' NOLOGIN'", "EXECUTE 'ALTER ROLE a PASSWORD ''***'' NOLOGIN'"],
    ['{"password": "s3\\"cret", "user": "bob"}', '{"password": "***", "user": "bob"}'],
  ];
  for (const [text, masked] of cases) assert.equal(apply(text), masked);
});

test('other text stays as it is', () => {
  const { apply } = createMask();
  const texts = [
    'password authentication failed for user "bob"',
    '--password asks for the password',
    'https://www.postgresql.org/docs/18/libpq-pgpass.html',
    'postgres://bob@host:5432/db?sslmode=require',
    'see https://a.example/x and mail a@b.example',
    "COMMENT ON COLUMN users.password_hash IS 'bcrypt'",
    'the passwords are in pg_authid',
  ];
  for (const text of texts) assert.equal(apply(text), text);
});

test('a password that is a plain word, or the name of its user, does not eat the output', () => {
  const word = createMask(['post']);
  assert.equal(word.apply('postgres, post, postpone'), 'postgres, ***, postpone');
  const same = createMask();
  same.hide('postgres', ['postgres', 'taskflow_db']);
  assert.equal(same.apply('applied by postgres; password=postgres'), 'applied by postgres; password=***');
});

test('the time is linear in the length of the text', () => {
  const { apply } = createMask(['s3cret']);
  for (const piece of [
    "password='",
    'password $x$',
    'a://b:',
    'a://b',
    '"password":"',
    'password ',
    '://:',
    'password=\\',
  ]) {
    const text = piece.repeat(Math.ceil(300_000 / piece.length));
    const before = performance.now();
    apply(text);
    assert(performance.now() - before < 2000, `${piece} took ${performance.now() - before} ms`);
  }
});

test('in a problem secrets are hidden before it is wrapped or cut, and the caret stays on its place', () => {
  const lineText = `${'x'.repeat(60)} PASSWORD '${'s'.repeat(60)}' @${'y'.repeat(60)}`;
  const where = { file: 'f.sql', line: 1, column: lineText.indexOf('@') + 1, lineText };
  const problem = new Problem('usage', `${'word '.repeat(14)}my secret words`, {
    where,
    cause: new Error('my secret words'),
  });
  const text = renderProblem(maskProblem(problem, createMask(['my secret words'])), { width: 80, color: false });
  assert.doesNotMatch(text, /sss|secret/);
  const [line, caret] = text.split('\n').slice(-3);
  assert.equal(line![caret!.indexOf('^')], '@');
});

test('each text of a value is masked by itself, and a value without secrets is the same value', () => {
  const mask = createMask(['hidden secret']);
  const value = { texts: ['a hidden secret', 'open'], number: 1, none: null, inside: { open: 'open' } };
  const masked = maskTexts(value, mask.apply);
  assert.deepEqual(masked, { ...value, texts: ['a ***', 'open'] });
  assert.equal(masked.inside, value.inside);
  assert.equal(value.texts[0], 'a hidden secret');
  assert.equal(maskTexts(value.inside, mask.apply), value.inside);
});
