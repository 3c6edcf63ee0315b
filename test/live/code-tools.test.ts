import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { documents, embedding, WRITTEN, withService } from './code-bed.ts';

test('lint, plan and a plan as SQL know a file of code, and nothing of it is run', () =>
  withService((service) => {
    const top = "throw new Error('its top level was run');\n";
    const files = embedding(service.url);
    const [[path = '', text = ''] = []] = Object.entries(files).map(([name, one]) => [name, String(one)]);
    const trap = { [path]: text.replace('interface Document', `${top}interface Document`) };
    return withCli(18, { ...documents(10), ...trap }, async (at) => {
      const lint = await at.run(['lint']);
      assert.equal(lint.exit, 0, lint.output);
      assert.match(lint.output, /Nothing found: 2 files/);
      assert.match(
        (await at.run(['plan'])).output.replaceAll(/\s+/g, ' '),
        /needs ┄┄ 001_documents by its SQL.*its code in batches by key/,
      );
      const sql = (await at.run(['migrate', '--dry-run'])).output;
      assert.match(sql, /-- in place of these statements runs the code of the file/);
      assert.equal((await at.run(['status'])).exit, 0);
      const { exit, said } = await at.run(['migrate']);
      assert.equal(exit, 1);
      assert.match(said, /code-failed\]: 002_embed: its code cannot be loaded: its top level was run/);
      assert.match(said, /m\/002_embed\.ts:10:/);
      assert.deepEqual(await at.database.sql(WRITTEN), [['0', '10', '0']]);
    });
  }));

test('the template says what is missing, once it is filled in it runs, and TypeScript that is none is named', () =>
  withCli(18, documents(10), async (at) => {
    const made = await at.run(['create', 'count', '--data', '--code']);
    assert.equal(made.stdout, 'm/002_count.ts\n');
    const head = '// Count\n// Kind: data\n// Batch: documents by id\n// Columns: n\n// Writes: n\n';
    const back = '// IRREVERSIBLE: counted\n';
    at.write({ 'm/002_count.ts': `${head}export const batch = async (rows: = []) => rows;\n${back}` });
    const wrong = await at.run(['migrate']);
    assert.equal(wrong.exit, 1);
    assert.match(wrong.said, /code-failed\]: 002_count: its code cannot be loaded/);
    const code = 'export async function batch(rows) { return new Map(rows.map((row) => [row, { n: row.n + 1 }])); }\n';
    at.remove('m/002_count.ts');
    at.write({ 'm/002_count.mjs': `${head}${code}${back}` });
    const { exit, output } = await at.run(['migrate']);
    assert.equal(exit, 0, output);
    assert.deepEqual(await at.database.sql('SELECT n, count(*) FROM documents GROUP BY n'), [['1', '10']]);
    assert.equal((await at.run(['create', 'x', '--code'])).exit, 2);
  }));

test('values of every kind are read and written as their type has them', () => {
  const table = `-- Kinds
CREATE TABLE kinds (id integer PRIMARY KEY, f real, b boolean, j jsonb, a text[], y bytea, big bigint, at timestamptz,
  made jsonb, texts text[], bytes bytea, number numeric, moment timestamptz, plain text);
INSERT INTO kinds (id, f, b, j, a, y, big, at) VALUES (1, 0.5, true, '{"a": [1, null]}', '{x,NULL,"a \\"b\\""}', '\\x00ff', 9007199254740993, '2026-01-02T03:04:05Z');
INSERT INTO kinds (id) VALUES (2);
-- ROLLBACK:
-- DROP TABLE kinds;
`;
  const code = `// Kind: data
// Batch: kinds
// Columns: f, b, j, a, y, big
// Writes: made, texts, bytes, number, moment, plain
export async function batch(rows) {
  return rows.map(({ id, f, b, j, a, y, big }) => ({
    id, made: { f, b, j, a, y: y && [...y], big }, texts: a, bytes: y, number: big, moment: new Date(0), plain: 'x\\\\"{',
  }));
}
// IRREVERSIBLE: test
`;
  return withCli(14, { 'm/001_kinds.sql': table, 'm/002_copy.mjs': code }, async (at) => {
    const { exit, output } = await at.run(['migrate']);
    assert.equal(exit, 0, output);
    const same = `SELECT id, made, texts IS NOT DISTINCT FROM a, bytes IS NOT DISTINCT FROM y, number IS NOT DISTINCT FROM big,
  extract(epoch FROM moment)::integer, plain FROM kinds ORDER BY id`;
    const made =
      '{"a": ["x", null, "a \\\\"b\\\\""], "b": true, "f": 0.5, "j": {"a": [1, null]}, "y": [0, 255], "big": "9007199254740993"}';
    const none = '{"a": null, "b": null, "f": null, "j": null, "y": null, "big": null}';
    const [one, two] = await at.database.sql(same);
    assert.deepEqual(JSON.parse(one?.[1] ?? ''), JSON.parse(made.replaceAll('\\\\"', '\\"')));
    assert.deepEqual(JSON.parse(two?.[1] ?? ''), JSON.parse(none));
    for (const row of [one, two]) assert.deepEqual(row?.slice(2), ['t', 't', 't', '0', 'x\\"{']);
  });
});

test('a run whose call hangs is cancelled, and nothing of it is written', () =>
  withService(
    (service) =>
      withCli(18, { ...documents(10), ...embedding(service.url) }, async (at) => {
        const run = at.start(['migrate']);
        while (service.requests === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        assert.equal((await at.run(['data', 'cancel', '002'])).exit, 0);
        const { exit, said } = await run.finished;
        assert.equal(exit, 1);
        assert.match(said, /002_embed was cancelled meanwhile/);
        assert.deepEqual(await at.database.sql(WRITTEN), [['0', '10', '0']]);
      }),
    () => true,
  ));
