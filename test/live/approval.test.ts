/** Approvals: what another person has agreed to runs, once, and nothing else does. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { DatabaseWorkplace, Files, Finished } from '../support/cli.ts';
import { withCli } from '../support/cli.ts';
import { onServers } from '../support/on-servers.ts';

const FILES: Files = {
  'm/001_users.sql': 'CREATE TABLE users (id integer PRIMARY KEY);\n-- ROLLBACK:\n-- DROP TABLE users;\n',
  'm/002_orders.sql': 'CREATE TABLE orders (id integer PRIMARY KEY);\n-- ROLLBACK:\n-- DROP TABLE orders;\n',
};
const REQUIRED = { TASKFLOW_APPROVAL: 'required' };

const hashIn = ({ said }: Finished) => /plan ([0-9a-f]{64})/.exec(said)?.[1] ?? '';

interface Asked {
  readonly request: { readonly hash: string; readonly state: string; readonly until: string | null };
}

async function ask(at: DatabaseWorkplace, ...args: readonly string[]): Promise<string> {
  const asked = await at.run(['approval', 'request', ...args, '--by', 'ada', '--json']);
  assert.equal(asked.exit, 0, asked.output);
  return asked.json<Asked>().request.hash;
}

async function agree(at: DatabaseWorkplace, hash: string, by = 'bob'): Promise<void> {
  const agreed = await at.run(['approval', 'approve', hash.slice(0, 12), '--by', by]);
  assert.equal(agreed.exit, 0, agreed.output);
}

async function ready(at: DatabaseWorkplace): Promise<void> {
  assert.equal((await at.run(['init'])).exit, 0);
}

async function applied(at: DatabaseWorkplace): Promise<string[]> {
  const { migrations } = (await at.run(['status', '--json'])).json<{
    migrations: { version: string; state: string }[];
  }>();
  return migrations.filter(({ state }) => state === 'applied').map(({ version }) => version);
}

async function value(at: DatabaseWorkplace, query: string): Promise<string | null | undefined> {
  return (await at.database.sql(query))[0]?.[0];
}

const events = (at: DatabaseWorkplace) =>
  value(
    at,
    `SELECT string_agg(event || ' ' || coalesce(detail ->> 'by', ''), ', ' ORDER BY seq) FROM schema_migration_events WHERE event ~ 'appro'`,
  );

function refused({ exit, said }: Finished, why: RegExp): void {
  assert.equal(exit, 1, said);
  assert.match(said, /error\[approval-needed\]/);
  assert.match(said, why);
  assert.match(said, /Nothing was run\./);
}

for (const engine of onServers(import.meta.url, 14, 18)) {
  describe(`approvals on ${engine}`, () => {
    test('nothing runs that another person has not agreed to, and what they have runs once', () =>
      withCli(
        engine,
        FILES,
        async (at) => {
          const unready = await at.run(['migrate', '--by', 'ada']);
          refused(unready, /taskflow-db init/);
          await ready(at);
          const first = await at.run(['migrate', '--by', 'ada']);
          refused(first, /nobody has asked for an approval of this plan/);
          assert.match(first.said, /taskflow-db approval request migrate --reason/);
          const hash = await ask(at, '--reason', 'release 4.2');
          assert.equal(hash, hashIn(first));

          refused(
            await at.run(['migrate', '--by', 'ada']),
            /asked for by ada \(role postgres\) at .* approval approve/,
          );
          const own = await at.run(['approval', 'approve', hash, '--by', 'Ada']);
          assert.equal(own.exit, 1);
          assert.match(
            own.said,
            /error\[approval-refused\].*another person has to decide on it: ada \(role postgres\) asked for it/,
          );
          await agree(at, hash);
          refused(
            await at.run(['migrate', '--by', 'bob']),
            /another person has to run it: bob \(role postgres\) approved it/,
          );
          assert.deepEqual(await applied(at), []);

          const run = await at.run(['migrate', '--by', 'ada', '--json']);
          assert.equal(run.exit, 0, run.output);
          assert.deepEqual(await applied(at), ['001_users', '002_orders']);
          const { runId } = run.json<{ runId: string }>();
          const used = await value(
            at,
            `SELECT run_id::text || ' ' || (seq < (SELECT min(seq) FROM schema_migration_events WHERE event = 'started')) FROM schema_migration_events WHERE event = 'approval_used'`,
          );
          assert.equal(used, `${runId} true`);
          assert.equal(await events(at), 'approval_requested ada, approved bob, approval_used ada');
          assert.equal((await at.run(['migrate', '--by', 'ada'])).exit, 0, 'nothing to do needs nobody');
          assert.equal((await at.run(['history', '--verify'])).exit, 0);
        },
        REQUIRED,
      ));

    test('a rollback needs an approval of its own, of the file that it takes its SQL from', () =>
      withCli(
        engine,
        FILES,
        async (at) => {
          assert.equal((await at.run(['migrate'], { env: { TASKFLOW_APPROVAL: 'none' } })).exit, 0);
          refused(
            await at.run(['rollback', '--steps', '1', '--yes', '--by', 'ada']),
            /approval request rollback --steps 1 --reason/,
          );
          const hash = await ask(at, 'rollback', '--steps', '1');
          await agree(at, hash);
          at.write({
            'm/002_orders.sql': String(FILES['m/002_orders.sql']).replace(
              '-- DROP TABLE orders',
              '-- DROP TABLE users',
            ),
          });
          refused(await at.run(['rollback', '--yes', '--by', 'ada']), /m\/002_orders\.sql was changed since/);
          at.write(FILES);
          refused(await at.run(['rollback', '--steps', '2', '--yes', '--by', 'ada']), /001_users .*is not in the plan/);
          refused(
            await at.run(['rollback', '--no-data', '--yes', '--by', 'ada']),
            /kept data is not put back any more/,
          );
          const run = await at.run(['rollback', '--yes', '--by', 'ada']);
          assert.equal(run.exit, 0, run.output);
          assert.deepEqual(await applied(at), ['001_users']);
          refused(await at.run(['rollback', '--yes', '--by', 'ada']), /nobody has asked/);
        },
        REQUIRED,
      ));
  });
}

describe('what voids an approval', () => {
  const MOVES: readonly [what: string, move: (at: DatabaseWorkplace) => unknown, said: RegExp][] = [
    [
      'an edited file',
      (at) => at.write({ 'm/002_orders.sql': 'CREATE TABLE orders (id bigint);\n' }),
      /m\/002_orders\.sql was changed since/,
    ],
    ['one more file', (at) => at.write({ 'm/003_c.sql': 'SELECT 1;\n' }), /003_c \(m\/003_c\.sql\) is not in the plan/],
    ['a file that is gone', (at) => at.remove('m/002_orders.sql'), /002_orders is not in the plan any more/],
    [
      'something applied',
      async (at) =>
        assert.equal((await at.run(['migrate', '--to', '1'], { env: { TASKFLOW_APPROVAL: 'none' } })).exit, 0),
      /001_users was applied since/,
    ],
  ];
  for (const [what, move, said] of MOVES) {
    test(`${what}: it cannot be run, nor approved any more`, () =>
      withCli(18, FILES, async (at) => {
        await ready(at);
        const approved = await ask(at);
        await agree(at, approved);
        const asked = await ask(at, '--single-transaction');
        await move(at);
        const before = await applied(at);
        refused(await at.run(['migrate', '--by', 'ada', '--require-approval']), said);
        const late = await at.run(['approval', 'approve', asked, '--by', 'bob']);
        assert.equal(late.exit, 1);
        assert.match(late.said, said);
        assert.deepEqual(await applied(at), before);
        const list = await at.run(['approval', 'list']);
        assert.equal(list.stdout.match(/void: /g)?.length, 2, list.stdout);
      }));
  }

  test('a copy of the database is another one', () =>
    withCli(18, FILES, async (at) => {
      await ready(at);
      await agree(at, await ask(at));
      const copy = `${at.database.name}x`;
      await at.database.server.sql('postgres', `CREATE DATABASE ${copy} TEMPLATE ${at.database.name}`);
      try {
        const url = at.database.url.replace(at.database.name, copy);
        refused(
          await at.run(['migrate', '--by', 'ada', '--require-approval'], { env: { DATABASE_URL: url } }),
          /the database is/,
        );
      } finally {
        await at.database.server.sql('postgres', `DROP DATABASE ${copy}`);
      }
    }));

  test('time, a revocation and a rejection end it, and each says so', () =>
    withCli(18, FILES, async (at) => {
      await ready(at);
      const migrate = () => at.run(['migrate', '--by', 'ada', '--require-approval']);
      const hash = await ask(at);
      const request = `(SELECT max(seq) FROM schema_migration_events WHERE event = 'approval_requested')`;
      await at.database.sql(
        `INSERT INTO schema_migration_events (event, detail) SELECT 'approved', jsonb_build_object('hash', '${hash}', 'request', ${request}, 'by', 'bob', 'via', 'cli', 'hours', 0.0003)`,
      );
      await new Promise((done) => setTimeout(done, 1500));
      refused(await migrate(), /the approval by bob \(role postgres\) at .* ended at/);
      assert.equal(await ask(at), hash, 'the same plan can be asked for again');
      await agree(at, hash);
      assert.equal((await at.run(['approval', 'revoke', hash, '--by', 'cyd'])).exit, 2, 'needs a reason');
      assert.equal((await at.run(['approval', 'revoke', hash, '--by', 'cyd', '--reason', 'incident'])).exit, 0);
      refused(await migrate(), /revoked by cyd \(role postgres\) at .*: incident/);
      await ask(at);
      assert.equal((await at.run(['approval', 'reject', hash, '--by', 'bob', '--reason', 'not on Friday'])).exit, 0);
      refused(await migrate(), /rejected by bob .*not on Friday/);
      const again = await at.run(['approval', 'approve', hash, '--by', 'bob']);
      assert.match(again.said, /approval-refused.*rejected by bob/);
      const all = (await at.run(['approval', 'list', '--all'])).stdout;
      assert.match(all, /ended at[\s\S]*|rejected[\s\S]*/);
      assert.equal(all.match(/asked for by ada/g)?.length, 3);
    }));
});

describe('who may', () => {
  test('by roles, the database tells people apart, whatever they call themselves', () =>
    withCli(
      18,
      FILES,
      async (at) => {
        await ready(at);
        const { name, sql } = at.database;
        const role = `bob_${name}`;
        await sql(`CREATE ROLE ${role} LOGIN PASSWORD 'pw'`);
        await sql(`GRANT SELECT, INSERT ON schema_migration_events TO ${role}`);
        await sql(`GRANT SELECT ON schema_migrations, schema_migration_settings, schema_migration_runner TO ${role}`);
        try {
          const hash = await ask(at);
          const forged = await at.run(['approval', 'approve', hash, '--by', 'bob']);
          assert.equal(forged.exit, 1);
          assert.match(
            forged.said,
            /somebody with another database role has to decide on it: ada asked for it as postgres, too/,
          );
          const weaker = await at.run(['approval', 'approve', hash, '--by', 'bob'], {
            env: { TASKFLOW_APPROVAL_BY: 'person' },
          });
          assert.equal(weaker.exit, 1, 'the database has kept that roles count');
          const url = at.database.url.replace(/\/\/[^@]*@/, `//${role}:pw@`);
          const agreed = await at.run(['approval', 'approve', hash, '--by', 'bob'], { env: { DATABASE_URL: url } });
          assert.equal(agreed.exit, 0, agreed.output);
          assert.match(agreed.stdout, new RegExp(`approved by bob \\(role ${role}\\)`));
          assert.equal((await at.run(['migrate', '--by', 'ada'])).exit, 0);
        } finally {
          await sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
        }
      },
      { ...REQUIRED, TASKFLOW_APPROVAL_BY: 'role' },
    ));

  test('once a configuration has wanted it, it holds for every client of the database', () =>
    withCli(18, FILES, async (at) => {
      await ready(at);
      assert.equal((await at.run(['approval', 'request', '--by', 'ada'], { env: REQUIRED })).exit, 0);
      refused(await at.run(['migrate', '--by', 'ada']), /asked for by ada/);
      const { required } = (await at.run(['approval', 'list', '--json'])).json<{ required: boolean }>();
      assert.equal(required, true);
      await at.database.sql(`UPDATE schema_migration_settings SET value = 'none' WHERE key = 'approval'`);
      assert.equal((await at.run(['migrate', '--by', 'ada'])).exit, 0);
    }));

  test('without it nobody is asked, and --require-approval asks for one run', () =>
    withCli(18, FILES, async (at) => {
      await ready(at);
      refused(
        await at.run(['migrate', '--to', '1', '--require-approval', '--by', 'ada']),
        /request migrate --to 1 --reason/,
      );
      assert.equal((await at.run(['migrate', '--to', '1', '--by', 'ada'])).exit, 0);
      assert.equal(await events(at), null);
    }));
});

describe('what is no run', () => {
  test('looking, trying and proving need nobody', () =>
    withCli(
      18,
      FILES,
      async (at) => {
        await ready(at);
        const scratch = ['--scratch', at.database.server.url('postgres')];
        const commands = [
          ['plan'],
          ['status'],
          ['migrate', '--dry-run'],
          ['migrate', '--dry-run=live'],
          ['migrate', '--dry-run=rehearse', ...scratch],
          ['verify', ...scratch],
        ];
        for (const command of commands) {
          const { exit, output } = await at.run(command);
          assert.equal(exit, 0, `${command.join(' ')}\n${output}`);
        }
        assert.deepEqual(await applied(at), []);
      },
      REQUIRED,
    ));

  test('a request names what is wrong with it', () =>
    withCli(18, FILES, async (at) => {
      const untracked = await at.run(['approval', 'request', '--by', 'ada']);
      assert.match(untracked.said, /error\[not-tracked\].*init/);
      await ready(at);
      const cases: readonly [readonly string[], number, RegExp][] = [
        [['approval', 'request', '--steps', '2'], 2, /--steps is an option of rollback/],
        [['approval', 'request', 'rollback', '--only', '1'], 2, /--only is an option of migrate/],
        [['approval', 'request', 'rollback'], 1, /nothing is to be rolled back/],
        [['approval', 'request', 'rollback', '--cascade'], 2, /--cascade goes with --version/],
        [['approval', 'request', '--by', ' '], 2, /--by needs a name/],
        [['approval', 'approve', 'nothing'], 2, /error\[approval-unknown\]/],
        [['approval', 'approve', 'abcdef12'], 2, /no request is known/],
        [['approval', 'reject', 'abcdef12'], 2, /approval reject needs a reason/],
      ];
      for (const [args, exit, said] of cases) {
        const run = await at.run(args);
        assert.equal(run.exit, exit, `${args.join(' ')}\n${run.output}`);
        assert.match(run.said, said);
      }
      assert.equal(await events(at), null);
    }));

  test('asking twice is one request, and its plan is shown whole', () =>
    withCli(18, FILES, async (at) => {
      await ready(at);
      const hash = await ask(at, '--reason', 'release 4.2');
      const again = (await at.run(['approval', 'request', '--by', 'cyd', '--json'])).json<{ isNews: boolean }>();
      assert.equal(again.isNews, false);
      assert.equal(await events(at), 'approval_requested ada');
      const { stdout } = await at.run(['approval', 'show', hash.slice(0, 8)]);
      for (const part of [hash, 'ada', 'release 4.2', 'm/001_users.sql', 'm/002_orders.sql', at.database.name])
        assert.ok(stdout.includes(part), part);
      assert.equal((await at.run(['migrate'])).exit, 0);
      assert.match((await at.run(['approval', 'show', hash])).stdout, /void: .*was applied since/);
    }));
});

test('a frozen plan and an approval hold together', () =>
  withCli(
    18,
    FILES,
    async (at) => {
      await ready(at);
      assert.equal((await at.run(['plan', '--to', '1', '--out', 'plan.json'])).exit, 0);
      refused(await at.run(['migrate', '--plan', 'plan.json', '--by', 'ada']), /request migrate --to 1/);
      await agree(at, await ask(at, '--plan', 'plan.json'));
      refused(await at.run(['migrate', '--by', 'ada']), /002_orders .*is not in the plan/);
      assert.equal((await at.run(['migrate', '--plan', 'plan.json', '--by', 'ada'])).exit, 0);
      assert.deepEqual(await applied(at), ['001_users']);
    },
    REQUIRED,
  ));
