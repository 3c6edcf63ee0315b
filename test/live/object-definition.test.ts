import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectName } from '../../src/catalog/object-name.ts';
import { Outline } from '../../src/catalog/outline.ts';
import { keyOf, type SchemaObject, type Snapshot } from '../../src/catalog/snapshot.ts';
import { objectWriter } from '../../src/script/object.ts';
import { engines, type TestDatabase, withDatabase } from '../support/servers.ts';
import { snapshotOf } from './catalog-bed.ts';

const SCHEMA = `
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'happy');
CREATE DOMAIN app.percent AS numeric CHECK (VALUE >= 0) CHECK (VALUE <= 100);
CREATE TYPE app.pair AS (a integer, b text);
CREATE SEQUENCE app.numbers START 7 INCREMENT 3;
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TABLE app."Odd ""name" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mood app.mood DEFAULT 'sad' NOT NULL);
CREATE TABLE app.orders (
  id bigserial PRIMARY KEY,
  odd bigint REFERENCES app."Odd ""name" ON DELETE CASCADE,
  parent bigint REFERENCES app.orders DEFERRABLE INITIALLY DEFERRED,
  share app.percent, number bigint DEFAULT nextval('app.numbers'),
  total numeric GENERATED ALWAYS AS (share * 2) STORED,
  at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT positive CHECK (number > 0) NO INHERIT,
  UNIQUE (number, at)
);
ALTER TABLE app.orders ADD CONSTRAINT later CHECK (total < 100) NOT VALID;
CREATE INDEX orders_at ON app.orders (at DESC) WHERE odd IS NOT NULL;
CREATE TRIGGER touch BEFORE UPDATE ON app.orders FOR EACH ROW EXECUTE FUNCTION app.touch();
ALTER TABLE app.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.orders FOR SELECT TO PUBLIC USING (number > 1);
CREATE RULE nothing AS ON DELETE TO app.orders DO INSTEAD NOTHING;
COMMENT ON TABLE app.orders IS 'It''s what was ordered';
COMMENT ON COLUMN app.orders.share IS 'in percent';
COMMENT ON INDEX app.orders_at IS 'newest first';
COMMENT ON CONSTRAINT positive ON app.orders IS 'from 1';
GRANT SELECT ON app.orders TO PUBLIC;
CREATE TABLE app.logs (at date NOT NULL, line text) PARTITION BY RANGE (at);
CREATE TABLE app.logs_26 PARTITION OF app.logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE VIEW app.open_orders AS SELECT id, number FROM app.orders WHERE odd IS NULL;
CREATE MATERIALIZED VIEW app.totals AS SELECT count(*) AS n FROM app.orders;
CREATE UNIQUE INDEX totals_n ON app.totals (n);
`;

type Body = (database: TestDatabase, schema: Snapshot) => Promise<void>;

function withSchema(body: Body): Promise<void> {
  return withDatabase(engines.at(-1)!, async (database) => {
    await database.sql(SCHEMA);
    await body(database, await snapshotOf(database));
  });
}

const DROPPED = ['table', 'view', 'materialized view', 'function', 'enum', 'domain', 'composite type', 'sequence'];
const KINDS: Readonly<Record<string, string>> = { enum: 'TYPE', 'composite type': 'TYPE' };

test('the definition of an object makes it as it was, with all that belongs to it', async () => {
  const names = await withHeads();
  assert.ok(names.length >= 11, names.join(', '));
  for (const name of names)
    await withSchema(async (database, schema) => {
      const before = new Outline(schema);
      const one = before.heads.find((head) => objectName(head) === name && DROPPED.includes(head.type))!;
      const sql = objectWriter(schema)(one);
      await database.sql(`DROP ${KINDS[one.type] ?? one.type} ${name} CASCADE`);
      await database.sql(sql);
      const after = await snapshotOf(database);
      assert.deepEqual(partOf(after, one), partOf(schema, one), `${one.type} ${name}:\n${sql}`);
    });
});

async function withHeads(): Promise<string[]> {
  let names: string[] = [];
  await withSchema(async (_, schema) => {
    names = new Outline(schema).heads
      .filter(({ type, properties }) => DROPPED.includes(type) && !properties['owned by'])
      .map(objectName);
  });
  return names;
}

/** The partitions of a table come with themselves. */
function partOf(schema: Snapshot, one: SchemaObject): unknown {
  const outline = new Outline(schema);
  const head = outline.find(one.type, objectName(one));
  assert.ok(head, `${one.type} ${objectName(one)} is there again`);
  return [head, ...outline.membersOf(head)].map(({ type, identity, properties }) => ({ type, identity, properties }));
}

test('what belongs to a table is written as what adds it to the table, plainly', async () => {
  await withSchema(async (_, schema) => {
    const writer = objectWriter(schema);
    const text = (type: SchemaObject['type'], ...identity: string[]) => writer({ type, identity });
    assert.equal(
      text('index', 'app', 'orders', 'orders_at'),
      `CREATE INDEX orders_at ON app.orders USING btree (at DESC) WHERE (odd IS NOT NULL);\n\nCOMMENT ON INDEX app.orders_at IS 'newest first';\n`,
    );
    assert.match(
      text('constraint', 'app', 'orders', 'later'),
      /^ALTER TABLE app.orders ADD CONSTRAINT later CHECK .* NOT VALID;\n$/,
    );
    assert.match(
      text('constraint', 'app', 'orders', 'orders_parent_fkey'),
      /^ALTER TABLE app.orders ADD CONSTRAINT orders_parent_fkey FOREIGN KEY \(parent\) REFERENCES app.orders\(id\) DEFERRABLE INITIALLY DEFERRED;\n$/,
    );
    for (const one of schema.objects.filter(
      (each) => ['column', 'trigger', 'policy', 'rule'].includes(each.type) && !isOfView(each),
    ))
      assert.match(writer(one), /^(ALTER|CREATE) /, keyOf(one));
    assert.equal(
      text('column', 'app', 'Odd "name', 'id'),
      'ALTER TABLE app."Odd ""name" ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY NOT NULL;\n',
    );
    assert.equal(text('table', 'app', 'none'), '');
  });
});

/** They come with it. */
function isOfView({ identity }: SchemaObject): boolean {
  return ['open_orders', 'totals'].includes(identity[1]!);
}

test('what stands on an object is told with the part that does', async () => {
  await withSchema(async (_, schema) => {
    const outline = new Outline(schema);
    const told = (type: string, name: string) =>
      outline
        .dependentsOf(outline.find(type, name)!)
        .map(({ one, by }) => [objectName(one), ...by.map((part) => part.identity.at(-1))].join(' '));
    assert.deepEqual(told('table', 'app."Odd ""name"'), ['app."Odd ""name_id_seq"', 'app.orders orders_odd_fkey']);
    assert.deepEqual(told('function', 'app.touch()'), ['app.orders touch']);
    assert.deepEqual(told('domain', 'app.percent'), ['app.orders share']);
    assert.ok(told('table', 'app.orders').some((one) => one.startsWith('app.open_orders')));
    assert.deepEqual(outline.needsOf(outline.find('table', 'app.orders')!).map(objectName), [
      'app.percent',
      'app.numbers',
      'app.orders_id_seq',
      'app."Odd ""name"',
      'app.touch()',
    ]);
  });
});
