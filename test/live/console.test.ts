import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withCli } from '../support/cli.ts';
import { follow, signIn, withConsole } from '../support/console.ts';
import { documented } from '../support/console-answers.ts';
import { engines } from '../support/servers.ts';

const newest = engines.at(-1)!;

const FILES = {
  'm/001_people.sql':
    '-- People\nCREATE TABLE people (id integer PRIMARY KEY, name text);\n\n-- ROLLBACK:\n-- DROP TABLE people;\n',
  'm/002_orders.sql':
    '-- Orders\n-- Depends: 001\nCREATE TABLE orders (id integer PRIMARY KEY, person integer REFERENCES people);\n',
  'm/003_wide.sql': '-- Wide keys\nALTER TABLE people ALTER COLUMN id TYPE bigint;\n',
};

test('every address gives what the API says, and all of it is described', async () => {
  await withCli(newest, FILES, async (at) => {
    await at.run(['migrate', '--quiet', '--to', '002']);
    // Answers are held to the API with something in them.
    const asked = await at.run(['approval', 'request', '--by', 'ada', '--reason', 'release', '--quiet']);
    await at.run(['approval', 'approve', asked.stdout.trim(), '--by', 'bob', '--quiet']);
    await at.run(['approval', 'request', 'rollback', '--by', 'ada', '--quiet']);
    await withConsole(at, [], async ({ url, links }) => {
      const one = await signIn(url, links[0]!.url);
      const base = `/api/targets/${at.database.name}`;
      const answers = {
        readSession: '/api/session',
        readOverview: `${base}/overview`,
        readMigration: `${base}/migrations/003`,
        readPlan: `${base}/plan`,
        readActions: `${base}/actions`,
        readRun: `${base}/run`,
        readGraph: `${base}/graph`,
        readSchema: `${base}/schema?text=name`,
        readTableKeys: `${base}/schema/keys`,
        readSchemaObject: `${base}/schema/objects/table/public.orders`,
        readObjectTouches: `${base}/schema/objects/table/public.people/migrations`,
        readLastDrift: `${base}/drift/last`,
        readRisks: `${base}/risks`,
        readProof: `${base}/proof`,
        readEvents: `${base}/events?limit=3`,
        verifyChain: `${base}/events/chain`,
        readApprovals: `${base}/approvals?to=003`,
      };
      for (const [name, path] of Object.entries(answers)) {
        const answer = await one.get(path);
        assert.equal(answer.status, 200, `${name}: ${answer.text.slice(0, 500)}`);
        documented(name, answer.json());
      }
      assert.equal((await one.get(`${base}/migrations/999`)).status, 404);
      assert.equal((await one.get('/api/targets/other/overview')).status, 404);
      assert.equal((await one.get(`${base}/schema/objects/table/public.none`)).status, 404);
      assert.equal((await one.get(`${base}/events?limit=0`)).status, 400);
      assert.equal((await one.get(`${base}/events?limit=x`)).status, 400);
    });
  });
});

test('the schema is read once for all who ask, and again only when it has changed', async () => {
  await withCli(newest, FILES, async (at) => {
    await at.run(['migrate', '--quiet', '--to', '002']);
    await withConsole(at, [], async ({ url, links }) => {
      const one = await signIn(url, links[0]!.url);
      const base = `/api/targets/${at.database.name}/schema`;
      const seen = async (path: string) => {
        const { readAt, state } = (await one.get(`${base}${path}`)).json<{ readAt: string; state: string }>();
        return `${readAt} ${state}`;
      };
      const names = ['people', 'orders'].map((name) => `/objects/table/public.${name}`);
      const asked = ['', '/keys', ...names, ...[1, 2, 3, 4, 5, 6].map((n) => `?text=${n}`)];
      const first = await Promise.all(asked.map(seen));
      assert.equal(new Set(first).size, 1, 'ten tabs, each with another question');
      await at.database.sql('INSERT INTO people SELECT generate_series(1, 5000)');
      await at.database.sql('VACUUM ANALYZE people');
      assert.equal(await seen(''), first[0], 'rows and statistics are no schema');
      await at.database.sql("COMMENT ON COLUMN people.name IS 'as they say'");
      const second = await Promise.all(asked.map(seen));
      assert.equal(new Set(second).size, 1);
      assert.notEqual(second[0], first[0]);
    });
  });
});

test('drift is told with what was done by hand', async () => {
  await withCli(newest, FILES, async (at) => {
    await at.run(['migrate', '--quiet', '--to', '002']);
    await at.database.sql('CREATE INDEX by_hand ON people (name)');
    await withConsole(at, ['--scratch', at.database.url], async ({ url, links }) => {
      const one = await signIn(url, links[0]!.url);
      const answer = await one.get(`/api/targets/${at.database.name}/drift`);
      documented('findDrift', answer.json());
      const last = await one.get(`/api/targets/${at.database.name}/drift/last`);
      documented('readLastDrift', last.json());
      assert.deepEqual(last.json<{ drift: unknown }>().drift, answer.json());
      await at.database.sql('DROP INDEX by_hand');
      const moved = await one.get(`/api/targets/${at.database.name}/drift/last`);
      assert.deepEqual(moved.json(), { drift: null });
      const { changes } = answer.json<{ changes: { kind: string; type: string; name: string }[] }>();
      assert.deepEqual(
        changes.map(({ kind, type, name }) => `${kind} ${type} ${name}`),
        ['added index public.by_hand'],
      );
    });
  });
});

test('what a plan would make of the schema is told, and a proof is kept', async () => {
  await withCli(newest, FILES, async (at) => {
    await at.run(['migrate', '--quiet', '--to', '002']);
    await withConsole(at, ['--write', '--scratch', at.database.url], async ({ url, links }) => {
      const one = await signIn(url, links[0]!.url);
      const base = `/api/targets/${at.database.name}`;
      const answer = await one.get(`${base}/plan/difference`);
      documented('readPlanDifference', answer.json());
      const { changes } = answer.json<{ changes: { kind: string; type: string; name: string; after: string }[] }>();
      assert.deepEqual(
        changes.map(({ kind, type, name }) => `${kind} ${type} ${name}`),
        ['changed column public.people.id'],
      );
      assert.match(changes[0]?.after ?? '', /ADD COLUMN id bigint/);
      let action = (await one.post(`${base}/verify`, { only: '001' })).json<{ id: string; state: string }>();
      while (action.state === 'running') action = (await one.get(`${base}/actions/${action.id}`)).json();
      documented('verifyMigrations', action);
      assert.equal(action.state, 'done');
      const proof = (await one.get(`${base}/proof`)).json<{
        proof: { ok: boolean; scope: string; isCurrent: boolean };
      }>();
      documented('readProof', proof);
      assert.deepEqual([proof.proof.ok, proof.proof.scope, proof.proof.isCurrent], [true, '001 alone', true]);
    });
  });
});

test('what the command line does is told to who follows', async () => {
  await withCli(newest, FILES, async (at) => {
    await at.run(['migrate', '--quiet', '--to', '001']);
    await withConsole(at, [], async ({ url, links }) => {
      const one = await signIn(url, links[0]!.url);
      const stream = await follow(url, `/api/targets/${at.database.name}/stream`, one.cookie);
      await stream.until(/event: changed/);
      const before = stream.said().length;
      await at.run(['migrate', '--quiet', '--to', '002']);
      await stream.until(/event: changed[\s\S]*"seq":\d+/, before);
      stream.close();
    });
  });
});

test('a database that is away is said to be so, and the console goes on', async () => {
  await withCli(newest, FILES, async (at) => {
    await withConsole(at, ['--database', 'no_such_database'], async ({ url, links }) => {
      const one = await signIn(url, links[0]!.url);
      const answer = await one.get('/api/targets/no_such_database/overview');
      assert.equal(answer.status, 502);
      assert.match(answer.text, /Cannot connect/);
      assert.equal((await one.get('/api/session')).status, 200);
    });
  });
});

test('a password is nowhere: not in an answer, not in what is written', async () => {
  const password = 'Zx9-secret-word';
  await withCli(newest, { ...FILES, 'm/004_role.sql': `-- ${password}\nSELECT '${password}';\n` }, async (at) => {
    const url = new URL(at.database.url);
    url.password = password;
    const named = { ...at, start: (args: readonly string[]) => at.start(args, { env: { DATABASE_URL: url.href } }) };
    await withConsole(named, [], async (console) => {
      const one = await signIn(console.url, console.links[0]!.url);
      const base = `/api/targets/${at.database.name}`;
      for (const path of [
        '/api/session',
        `${base}/overview`,
        `${base}/plan`,
        `${base}/migrations/004`,
        `${base}/graph`,
      ]) {
        const { status, text } = await one.get(path);
        assert.equal(status, 200, text);
        assert.doesNotMatch(text, new RegExp(password), path);
      }
      assert.doesNotMatch(console.said(), new RegExp(password));
    });
  });
});

test('serve refuses what it must not do, and says what to do', async () => {
  await withCli(newest, FILES, async (at) => {
    const open = await at.run(['serve', '--listen', '0.0.0.0:0']);
    assert.equal(open.exit, 2);
    assert.match(open.said, /not opened to other machines \(0\.0\.0\.0\) without TLS/);
    assert.match(open.said, /ssh -L/);
    for (const args of [
      ['--person', 'ada:boss'],
      ['--idle', '0'],
      ['--listen', 'nowhere'],
      ['--public-url', 'https://x/y'],
      ['--tls-cert', 'x'],
    ])
      assert.equal((await at.run(['serve', ...args])).exit, 2, args.join(' '));
  });
});

test('each user has a link, and a role', async () => {
  await withCli(newest, FILES, async (at) => {
    await withConsole(
      at,
      ['--write', '--person', 'ada:viewer', '--person', 'grace:approver', '--person', 'linus'],
      async (console) => {
        const roles = console.links.map(({ user, role }) => `${user} ${role}`);
        assert.deepEqual(roles, ['ada viewer', 'grace approver', 'linus operator']);
        const grace = await signIn(console.url, console.links[1]!.url);
        const { user } = (await grace.get('/api/session')).json<{ user: unknown }>();
        assert.deepEqual(user, { name: 'grace', role: 'approver' });
        await console.until(/grace \(approver\) has signed in from 127\.0\.0\.1\.\nNext link for grace/);
      },
    );
  });
});
