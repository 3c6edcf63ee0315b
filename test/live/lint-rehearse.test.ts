/** `lint --rehearse`: what no text tells is seen on a scratch database; what could not be seen there is said. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Files, withWorkplace } from '../support/cli.ts';
import { server } from '../support/servers.ts';

const ORDERS = 'CREATE TABLE orders (id bigint PRIMARY KEY, state text);\n-- ROLLBACK:\n-- DROP TABLE orders;\n';
/** What it changes is put together as it runs. */
const DYNAMIC = `DO $$ BEGIN EXECUTE (SELECT string_agg('ALTER TABLE ' || relname || ' ADD note text', ';')
  FROM pg_class WHERE relname = 'orders'); END $$;
-- ROLLBACK:
-- ALTER TABLE orders DROP COLUMN note;
`;
const BOTH: Files = { 'm/001_orders.sql': ORDERS, 'm/002_dynamic.sql': DYNAMIC };

interface Document {
  readonly findings: readonly { readonly file: string; readonly message: string }[];
  readonly notes: readonly string[];
}

const scratch = async () => ['--rehearse', '--scratch', (await server(18)).url('postgres')];
const UNFORESEEN = ['--rule', 'unforeseen-lock'];

describe('lint --rehearse', { concurrency: 2 }, () => {
  test('the locks of a DO block are those that were taken', () =>
    withWorkplace(BOTH, {}, async (at) => {
      const run = await at.run(['lint', '--json', ...UNFORESEEN, ...(await scratch()), 'm/002_dynamic.sql']);
      const { findings, notes } = run.json<Document & Record<string, unknown>>();
      assert.equal(findings.length, 1);
      assert.match(
        findings[0]!.message,
        /^this takes ACCESS EXCLUSIVE on (public\.)?orders, which blocks reads and writes$/,
      );
      assert.deepEqual(notes, []);
    }));

  test('a file that is skipped there, and one that lies in no folder, are said not to be rehearsed', () =>
    withWorkplace(
      {
        ...BOTH,
        'm/003_needs.sql': `-- Requires: extension no_such_thing\n${DYNAMIC}`,
        'apart/002_dynamic.sql': DYNAMIC,
      },
      {},
      async (at) => {
        const args = ['lint', ...UNFORESEEN, ...(await scratch()), 'm/003_needs.sql', 'apart/002_dynamic.sql'];
        const { findings, notes } = (await at.run([...args, '--json'])).json<Document & Record<string, unknown>>();
        assert.match(notes.join('\n'), /^003_needs was not rehearsed: extension no_such_thing is not available/m);
        assert.match(
          notes.join('\n'),
          /^apart\/002_dynamic.sql was not rehearsed: it lies in none of the folders of migrations$/m,
        );
        assert.ok(
          findings.every(({ message }) => /not known from the text/.test(message)),
          'what the file of that name in the folder does is not known of the other',
        );
        const { said } = await at.run(args);
        assert.match(said, /Note: 003_needs was not rehearsed: .*no_such_thing/);
        assert.match(said, /Note: apart\/002_dynamic\.sql was not rehearsed/);
      },
    ));

  test('what is not judged is applied in one go, and what comes behind is not', () => {
    const filler = Array.from({ length: 12 }, (_, i) => [
      `m/${100 + i}_t${i}.sql`,
      `CREATE TABLE t${i} (id bigint PRIMARY KEY);\n-- ROLLBACK:\n-- DROP TABLE t${i};\n`,
    ]);
    // Every run takes a new number from the tracking table.
    const few = `DO $$ BEGIN
  IF (SELECT fence FROM schema_migration_runner) > 6 THEN RAISE 'there were % runs', (SELECT fence FROM schema_migration_runner); END IF;
END $$;
-- IRREVERSIBLE: it looks
`;
    const files = {
      ...Object.fromEntries(filler),
      'm/200_few.sql': few,
      'm/300_fails.sql': 'SELECT 1/0;\n-- IRREVERSIBLE: no\n',
    };
    return withWorkplace({ ...BOTH, ...files }, {}, async (at) => {
      const run = await at.run([
        'lint',
        '--json',
        ...UNFORESEEN,
        ...(await scratch()),
        'm/002_dynamic.sql',
        'm/200_few.sql',
      ]);
      assert.equal(run.exit, 0, run.output);
      const behind = await at.run(['lint', ...UNFORESEEN, ...(await scratch()), 'm/300_fails.sql']);
      assert.equal(behind.exit, 1, behind.output);
      assert.match(behind.said, /300_fails.*division by zero/);
    });
  });
});
