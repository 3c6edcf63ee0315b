/** One change of each property of each kind of object, what the difference must say of it, and the way back. */
import type { Roles } from './catalog-schema.ts';

export interface Mutation {
  readonly change: string;
  readonly back: string;
  /** As `brief` of catalog-bed.ts writes them. */
  readonly says: readonly string[];
  readonly since?: number;
  readonly until?: number;
}

type Row = readonly [
  change: string,
  back: string,
  says: string | readonly string[],
  since?: number | undefined,
  until?: number | undefined,
];

export function mutations(roles: Roles, database: string): Mutation[] {
  return [...relations(roles), ...within(roles), ...types(roles), ...routines(roles), ...others(roles, database)].map(
    ([change, back, says, since, until]) => ({
      change,
      back,
      says: typeof says === 'string' ? [says] : says,
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
    }),
  );
}

const set = (object: string, how: string, back: string, says: string | readonly string[], since?: number): Row => [
  `ALTER ${object} ${how}`,
  `ALTER ${object} ${back}`,
  says,
  since,
];

const relations = ({ role, other }: Roles): Row[] => [
  ['CREATE SCHEMA one', 'DROP SCHEMA one', 'added schema one'],
  set('SCHEMA app', `OWNER TO ${other}`, 'OWNER TO postgres', 'changed schema app: owner'),
  [`GRANT USAGE ON SCHEMA app TO ${role}`, `REVOKE USAGE ON SCHEMA app FROM ${role}`, 'changed schema app: privileges'],
  [`COMMENT ON SCHEMA app IS 'x'`, `COMMENT ON SCHEMA app IS 'what is tested'`, 'changed schema app: comment'],
  [
    'DROP TABLE app.second_parent',
    `CREATE TABLE app.second_parent (a integer, b integer); REVOKE ALL ON app.second_parent FROM ${role}`,
    ['removed table app.second_parent', 'removed column app.second_parent.a', 'removed column app.second_parent.b'],
  ],
  set('TABLE app.second_parent', 'SET UNLOGGED', 'SET LOGGED', 'changed table app.second_parent: unlogged'),
  set('TABLE app.users', 'SET (fillfactor = 80)', 'SET (fillfactor = 90)', 'changed table app.users: options'),
  set(
    'TABLE app.users',
    'SET (toast.autovacuum_enabled = false)',
    'RESET (toast.autovacuum_enabled)',
    'changed table app.users: options',
  ),
  set(
    'TABLE app.users',
    'REPLICA IDENTITY FULL',
    'REPLICA IDENTITY DEFAULT',
    'changed table app.users: replica identity',
  ),
  [
    'ALTER TABLE app.users REPLICA IDENTITY USING INDEX users_name_key',
    'ALTER TABLE app.users REPLICA IDENTITY DEFAULT',
    ['changed table app.users: replica identity', 'changed index app.users_name_key: replica identity'],
  ],
  set(
    'TABLE app.users',
    'ENABLE ROW LEVEL SECURITY',
    'DISABLE ROW LEVEL SECURITY',
    'changed table app.users: row security',
  ),
  set(
    'TABLE app.users',
    'FORCE ROW LEVEL SECURITY',
    'NO FORCE ROW LEVEL SECURITY',
    'changed table app.users: row security forced',
  ),
  set('TABLE app.parent', `OWNER TO ${other}`, 'OWNER TO postgres', 'changed table app.parent: owner'),
  [
    `GRANT SELECT ON app.users TO ${role} WITH GRANT OPTION`,
    `REVOKE SELECT ON app.users FROM ${role}`,
    'changed table app.users: privileges',
  ],
  [
    'REVOKE DELETE ON app.users FROM postgres',
    'GRANT DELETE ON app.users TO postgres',
    'changed table app.users: revoked privileges',
  ],
  [`COMMENT ON TABLE app.users IS NULL`, `COMMENT ON TABLE app.users IS 'people'`, 'changed table app.users: comment'],
  set('TABLE app.typed', 'NOT OF', 'OF app.row_type', 'changed table app.typed: of type'),
  [
    'ALTER TABLE app.second_parent SET ACCESS METHOD app_heap',
    'ALTER TABLE app.second_parent SET ACCESS METHOD heap',
    'changed table app.second_parent: access method',
    15,
  ],
  set(
    'TABLE app.child',
    'INHERIT app.second_parent',
    'NO INHERIT app.second_parent',
    'changed table app.child: inherits',
  ),
  [
    `ALTER TABLE app.events DETACH PARTITION app.events_2025;
     ALTER TABLE app.events ATTACH PARTITION app.events_2025 FOR VALUES FROM ('2025-02-01') TO ('2026-01-01')`,
    `ALTER TABLE app.events DETACH PARTITION app.events_2025;
     ALTER TABLE app.events ATTACH PARTITION app.events_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')`,
    'changed table app.events_2025: bound',
  ],
  set(
    'FOREIGN TABLE app.far',
    `OPTIONS (SET table_name 'u')`,
    `OPTIONS (SET table_name 't')`,
    'changed foreign table app.far: foreign options',
  ),
  set(
    'FOREIGN TABLE app.far',
    `ALTER id OPTIONS (SET column_name 'y')`,
    `ALTER id OPTIONS (SET column_name 'x')`,
    'changed column app.far.id: foreign options',
  ),
  [
    'CREATE OR REPLACE VIEW app.adults AS SELECT id, name FROM app.users WHERE age >= 21',
    'CREATE OR REPLACE VIEW app.adults AS SELECT id, name FROM app.users WHERE age >= 18',
    'changed view app.adults: definition',
  ],
  set(
    'VIEW app.adults',
    'SET (security_barrier, check_option = local)',
    'RESET (security_barrier, check_option)',
    'changed view app.adults: options',
  ),
  set('VIEW app.adults', 'SET (security_invoker)', 'RESET (security_invoker)', 'changed view app.adults: options', 15),
  set(
    'VIEW app.adults',
    `ALTER name SET DEFAULT 'x'`,
    'ALTER name DROP DEFAULT',
    'changed column app.adults.name: default',
  ),
  [
    'REFRESH MATERIALIZED VIEW app.ages WITH NO DATA',
    'REFRESH MATERIALIZED VIEW app.ages',
    'changed materialized view app.ages: without data',
  ],
  set(
    'MATERIALIZED VIEW app.ages',
    'SET (fillfactor = 70)',
    'RESET (fillfactor)',
    'changed materialized view app.ages: options',
  ),
  ...(
    [
      ['AS bigint', 'AS integer', 'type'],
      ['START 10', 'START 5', 'start'],
      ['INCREMENT 7', 'INCREMENT 5', 'increment'],
      ['MINVALUE 2', 'MINVALUE 1', 'minimum'],
      ['MAXVALUE 6000', 'MAXVALUE 5000', 'maximum'],
      ['CACHE 9', 'CACHE 3', 'cache'],
      ['CYCLE', 'NO CYCLE', 'cycle'],
      ['OWNED BY app.posts.id', 'OWNED BY app.users.age', 'owned by'],
    ] as const
  ).map(([how, back, name]) => set('SEQUENCE app.ticket', how, back, `changed sequence app.ticket: ${name}`)),
  [
    `GRANT USAGE ON SEQUENCE app.ticket TO ${role}`,
    `REVOKE ALL ON SEQUENCE app.ticket FROM ${role}`,
    'changed sequence app.ticket: privileges',
  ],
  set('SEQUENCE app.users_id_seq', 'INCREMENT 2', 'INCREMENT 1', 'changed sequence app.users_id_seq: increment'),
];

const users = (how: string, back: string, says: string | readonly string[], since?: number) =>
  set('TABLE app.users', how, back, says, since);
const column = (how: string, back: string, says: string, since?: number) =>
  users(`ALTER COLUMN ${how}`, `ALTER COLUMN ${back}`, `changed column app.users.${says}`, since);

const within = ({ role, other }: Roles): Row[] => [
  users('ADD COLUMN nick text', 'DROP COLUMN nick', 'added column app.users.nick'),
  column('bio TYPE varchar(99)', 'bio TYPE text', 'bio: type'),
  column('bio SET NOT NULL', 'bio DROP NOT NULL', 'bio: not null'),
  column('age SET DEFAULT 21', 'age SET DEFAULT 18', 'age: default'),
  column('id SET GENERATED ALWAYS', 'id SET GENERATED BY DEFAULT', 'id: identity'),
  column('bio TYPE text COLLATE "C"', 'bio TYPE text', 'bio: collation'),
  column('bio SET STORAGE EXTERNAL', 'bio SET STORAGE EXTENDED', 'bio: storage'),
  column('bio SET COMPRESSION pglz', 'bio SET COMPRESSION DEFAULT', 'bio: compression', 14),
  column('bio SET STATISTICS 500', 'bio SET STATISTICS -1', 'bio: statistics target'),
  column('bio SET (n_distinct = 9)', 'bio RESET (n_distinct)', 'bio: options'),
  [
    `COMMENT ON COLUMN app.users.bio IS 'x'`,
    'COMMENT ON COLUMN app.users.bio IS NULL',
    'changed column app.users.bio: comment',
  ],
  [
    `GRANT UPDATE (bio) ON app.users TO ${role}`,
    `REVOKE UPDATE (bio) ON app.users FROM ${role}`,
    'changed column app.users.bio: privileges',
  ],
  [
    'ALTER TABLE app.users ALTER twice SET EXPRESSION AS (age * 3)',
    'ALTER TABLE app.users ALTER twice SET EXPRESSION AS (age * 2)',
    'changed column app.users.twice: generated',
    17,
  ],
  [
    'ALTER TABLE app.users ALTER twice DROP EXPRESSION',
    'ALTER TABLE app.users DROP twice, ADD twice integer GENERATED ALWAYS AS (age * 2) STORED',
    'changed column app.users.twice: generated',
    13,
  ],
  [
    'ALTER TABLE app.users ADD thrice integer GENERATED ALWAYS AS (age) VIRTUAL',
    'ALTER TABLE app.users DROP thrice',
    'added column app.users.thrice',
    18,
  ],
  [
    'ALTER TABLE app.users ADD CONSTRAINT said NOT NULL bio NOT VALID',
    'ALTER TABLE app.users DROP CONSTRAINT said',
    'changed column app.users.bio: not null, not null name, not null not valid',
    18,
  ],
  [
    'ALTER TABLE app.users ADD CONSTRAINT users_bio_not_null NOT NULL bio NO INHERIT',
    'ALTER TABLE app.users DROP CONSTRAINT users_bio_not_null',
    'changed column app.users.bio: not null, not null no inherit',
    18,
  ],
  users(
    'ADD CONSTRAINT bio_check CHECK (bio <> $$$$) NO INHERIT',
    'DROP CONSTRAINT bio_check',
    'added constraint bio_check on app.users',
  ),
  users(
    'DROP CONSTRAINT users_age, ADD CONSTRAINT users_age CHECK (age >= 1)',
    'DROP CONSTRAINT users_age, ADD CONSTRAINT users_age CHECK (age >= 0)',
    'changed constraint users_age on app.users: definition',
  ),
  users(
    'DROP CONSTRAINT users_age, ADD CONSTRAINT users_age CHECK (age >= 0) NOT VALID',
    'VALIDATE CONSTRAINT users_age',
    'changed constraint users_age on app.users: not valid',
  ),
  users(
    'DROP CONSTRAINT users_age, ADD CONSTRAINT users_age CHECK (age >= 0) NO INHERIT',
    'DROP CONSTRAINT users_age, ADD CONSTRAINT users_age CHECK (age >= 0)',
    'changed constraint users_age on app.users: no inherit',
  ),
  users(
    'DROP CONSTRAINT users_age, ADD CONSTRAINT users_age CHECK (age >= 0) NOT ENFORCED',
    'DROP CONSTRAINT users_age, ADD CONSTRAINT users_age CHECK (age >= 0)',
    'changed constraint users_age on app.users: not enforced',
    18,
  ),
  users(
    'DROP CONSTRAINT users_email',
    'ADD CONSTRAINT users_email UNIQUE (email) DEFERRABLE',
    'removed constraint users_email on app.users',
  ),
  set(
    'TABLE app.posts',
    'ALTER CONSTRAINT posts_author DEFERRABLE',
    'ALTER CONSTRAINT posts_author NOT DEFERRABLE',
    'changed constraint posts_author on app.posts: deferrable',
  ),
  set(
    'TABLE app.posts',
    'ALTER CONSTRAINT posts_author DEFERRABLE INITIALLY DEFERRED',
    'ALTER CONSTRAINT posts_author NOT DEFERRABLE',
    'changed constraint posts_author on app.posts: deferrable, initially deferred',
  ),
  set(
    'TABLE app.posts',
    'DISABLE TRIGGER ALL',
    'ENABLE TRIGGER ALL',
    'changed constraint posts_author on app.posts: triggers',
  ),
  [
    `COMMENT ON CONSTRAINT users_age ON app.users IS 'x'`,
    'COMMENT ON CONSTRAINT users_age ON app.users IS NULL',
    'changed constraint users_age on app.users: comment',
  ],
  [
    'DROP INDEX app.users_age_idx',
    'CREATE INDEX users_age_idx ON app.users (age) WHERE age > 17',
    'removed index app.users_age_idx',
  ],
  [
    'DROP INDEX app.users_age_idx; CREATE INDEX users_age_idx ON app.users (age) WHERE age > 18',
    'DROP INDEX app.users_age_idx; CREATE INDEX users_age_idx ON app.users (age) WHERE age > 17',
    'changed index app.users_age_idx: definition',
  ],
  set(
    'INDEX app.users_lower',
    'SET (fillfactor = 60)',
    'RESET (fillfactor)',
    'changed index app.users_lower: definition',
  ),
  set(
    'INDEX app.users_lower',
    'ALTER COLUMN 1 SET STATISTICS 77',
    'ALTER COLUMN 1 SET STATISTICS -1',
    'changed index app.users_lower: statistics targets',
  ),
  [
    `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.users_lower'::regclass`,
    `UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'app.users_lower'::regclass`,
    'changed index app.users_lower: invalid',
  ],
  [
    `UPDATE pg_index SET indisready = false WHERE indexrelid = 'app.users_lower'::regclass`,
    `UPDATE pg_index SET indisready = true WHERE indexrelid = 'app.users_lower'::regclass`,
    'changed index app.users_lower: not ready',
  ],
  users('CLUSTER ON users_lower', 'SET WITHOUT CLUSTER', 'changed index app.users_lower: clustered'),
  [
    `COMMENT ON INDEX app.users_lower IS 'x'`,
    `COMMENT ON INDEX app.users_lower IS 'for the search'`,
    'changed index app.users_lower: comment',
  ],
  [
    'DROP TRIGGER users_touch ON app.users; CREATE TRIGGER users_touch AFTER UPDATE ON app.users FOR EACH ROW EXECUTE FUNCTION app.touch()',
    'DROP TRIGGER users_touch ON app.users; CREATE TRIGGER users_touch BEFORE UPDATE ON app.users FOR EACH ROW EXECUTE FUNCTION app.touch()',
    'changed trigger users_touch on app.users: definition',
  ],
  users(
    'DISABLE TRIGGER users_touch',
    'ENABLE TRIGGER users_touch',
    'changed trigger users_touch on app.users: enabled',
  ),
  users(
    'ENABLE REPLICA TRIGGER users_touch',
    'ENABLE TRIGGER users_touch',
    'changed trigger users_touch on app.users: enabled',
  ),
  set(
    'TABLE app.events_2025',
    'DISABLE TRIGGER events_touch',
    'ENABLE TRIGGER events_touch',
    'changed trigger events_touch on app.events_2025: enabled',
    13,
  ),
  [
    `COMMENT ON TRIGGER users_touch ON app.users IS 'x'`,
    'COMMENT ON TRIGGER users_touch ON app.users IS NULL',
    'changed trigger users_touch on app.users: comment',
  ],
  [
    'CREATE OR REPLACE RULE posts_quiet AS ON DELETE TO app.posts DO INSTEAD NOTHING',
    'CREATE OR REPLACE RULE posts_quiet AS ON DELETE TO app.posts WHERE OLD.id < 0 DO INSTEAD NOTHING',
    'changed rule posts_quiet on app.posts: definition',
  ],
  set(
    'TABLE app.posts',
    'DISABLE RULE posts_quiet',
    'ENABLE RULE posts_quiet',
    'changed rule posts_quiet on app.posts: enabled',
  ),
  set(
    'POLICY users_own ON app.users',
    `TO ${role}, ${other}`,
    `TO ${role}`,
    'changed policy users_own on app.users: roles',
  ),
  set(
    'POLICY users_own ON app.users',
    'USING (age > 2)',
    'USING (age > 1)',
    'changed policy users_own on app.users: using',
  ),
  [
    'DROP POLICY users_own ON app.users; CREATE POLICY users_own ON app.users AS RESTRICTIVE USING (age > 1) WITH CHECK (true)',
    `DROP POLICY users_own ON app.users; CREATE POLICY users_own ON app.users FOR SELECT TO ${role} USING (age > 1)`,
    'changed policy users_own on app.users: command, restrictive, roles, with check',
  ],
  set(
    'STATISTICS app.users_stats',
    'SET STATISTICS 50',
    'SET STATISTICS -1',
    'changed statistics object app.users_stats: target',
    13,
  ),
  [
    'DROP STATISTICS app.users_stats; CREATE STATISTICS app.users_stats (dependencies) ON age, born FROM app.users',
    'DROP STATISTICS app.users_stats; CREATE STATISTICS app.users_stats (ndistinct, dependencies) ON age, born FROM app.users',
    'changed statistics object app.users_stats: definition',
  ],
];

const types = ({ role, other }: Roles): Row[] => [
  [
    `ALTER TYPE app.color RENAME VALUE 'red' TO 'crimson'`,
    `ALTER TYPE app.color RENAME VALUE 'crimson' TO 'red'`,
    'changed enum app.color: labels',
  ],
  set('TYPE app.color', `OWNER TO ${other}`, 'OWNER TO postgres', 'changed enum app.color: owner'),
  [
    'REVOKE USAGE ON TYPE app.color FROM PUBLIC',
    'GRANT USAGE ON TYPE app.color TO PUBLIC',
    'changed enum app.color: revoked privileges',
  ],
  [`COMMENT ON TYPE app.color IS 'x'`, 'COMMENT ON TYPE app.color IS NULL', 'changed enum app.color: comment'],
  set('DOMAIN app.percent', 'SET DEFAULT 1', 'SET DEFAULT 0', 'changed domain app.percent: default'),
  set('DOMAIN app.percent', 'DROP NOT NULL', 'SET NOT NULL', 'changed domain app.percent: not null'),
  set(
    'DOMAIN app.percent',
    'ADD CONSTRAINT more CHECK (VALUE <> 50)',
    'DROP CONSTRAINT more',
    'added domain constraint more on app.percent',
  ),
  [
    'ALTER DOMAIN app.percent DROP CONSTRAINT percent_range; ALTER DOMAIN app.percent ADD CONSTRAINT percent_range CHECK (VALUE BETWEEN 0 AND 100) NOT VALID',
    'ALTER DOMAIN app.percent VALIDATE CONSTRAINT percent_range',
    'changed domain constraint percent_range on app.percent: not valid',
  ],
  [
    `GRANT USAGE ON TYPE app.percent TO ${role}`,
    `REVOKE USAGE ON TYPE app.percent FROM ${role}`,
    'changed domain app.percent: privileges',
  ],
  set('TYPE app.point', 'ADD ATTRIBUTE z integer', 'DROP ATTRIBUTE z', 'added attribute app.point.z'),
  set(
    'TYPE app.point',
    'ALTER ATTRIBUTE x TYPE bigint',
    'ALTER ATTRIBUTE x TYPE integer',
    'changed attribute app.point.x: type',
  ),
  [
    `COMMENT ON COLUMN app.point.y IS 'up'`,
    'COMMENT ON COLUMN app.point.y IS NULL',
    'changed attribute app.point.y: comment',
  ],
  [
    'DROP TYPE app.span; CREATE TYPE app.span AS RANGE (subtype = double precision)',
    'DROP TYPE app.span; CREATE TYPE app.span AS RANGE (subtype = double precision, subtype_diff = app.float_minus)',
    'changed range app.span: subtype difference',
  ],
  ['DROP TYPE app.shell', 'CREATE TYPE app.shell', 'removed base type app.shell'],
];

const routine = (how: string, back: string, name: string, since?: number) =>
  set('FUNCTION app.ask(integer, text)', how, back, `changed function app.ask(integer, text): ${name}`, since);

const routines = ({ role, other }: Roles): Row[] => [
  routine('STABLE', 'VOLATILE', 'volatility'),
  routine('STRICT', 'CALLED ON NULL INPUT', 'strict'),
  routine('SECURITY DEFINER', 'SECURITY INVOKER', 'security definer'),
  routine('LEAKPROOF', 'NOT LEAKPROOF', 'leakproof'),
  routine('PARALLEL SAFE', 'PARALLEL UNSAFE', 'parallel'),
  routine('COST 5', 'COST 100', 'cost'),
  routine(`SET search_path = app, "odd name"`, 'RESET search_path', 'settings'),
  routine(`OWNER TO ${other}`, 'OWNER TO postgres', 'owner'),
  set('FUNCTION app.ask(bigint)', 'ROWS 5', 'ROWS 1000', 'changed function app.ask(bigint): rows'),
  [
    `GRANT EXECUTE ON FUNCTION app.ask(bigint) TO ${role}`,
    `REVOKE EXECUTE ON FUNCTION app.ask(bigint) FROM ${role}`,
    'changed function app.ask(bigint): privileges',
  ],
  [
    'REVOKE EXECUTE ON FUNCTION app.ask(bigint) FROM PUBLIC',
    'GRANT EXECUTE ON FUNCTION app.ask(bigint) TO PUBLIC',
    'changed function app.ask(bigint): revoked privileges',
  ],
  [
    `COMMENT ON FUNCTION app.touch() IS 'x'`,
    `COMMENT ON FUNCTION app.touch() IS 'does nothing'`,
    'changed function app.touch(): comment',
  ],
  [
    `CREATE OR REPLACE FUNCTION app.ask(a integer, b text DEFAULT 'y') RETURNS integer LANGUAGE sql AS 'SELECT a'`,
    `CREATE OR REPLACE FUNCTION app.ask(a integer, b text DEFAULT 'x') RETURNS integer LANGUAGE sql AS 'SELECT a'`,
    'changed function app.ask(integer, text): arguments',
  ],
  [
    `CREATE OR REPLACE FUNCTION app.ask(a integer, b text DEFAULT 'x') RETURNS integer LANGUAGE sql AS 'SELECT  a'`,
    `CREATE OR REPLACE FUNCTION app.ask(a integer, b text DEFAULT 'x') RETURNS integer LANGUAGE sql AS 'SELECT a'`,
    'changed function app.ask(integer, text): body',
  ],
  [
    `CREATE OR REPLACE FUNCTION app.ask(a integer, b text DEFAULT 'x') RETURNS integer LANGUAGE sql RETURN a`,
    `CREATE OR REPLACE FUNCTION app.ask(a integer, b text DEFAULT 'x') RETURNS integer LANGUAGE sql AS 'SELECT a'`,
    'changed function app.ask(integer, text): body, parsed body',
    14,
  ],
  [
    `CREATE OR REPLACE FUNCTION app.ask(a integer, b text DEFAULT 'x') RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN a; END'`,
    `CREATE OR REPLACE FUNCTION app.ask(a integer, b text DEFAULT 'x') RETURNS integer LANGUAGE sql AS 'SELECT a'`,
    'changed function app.ask(integer, text): body, language',
  ],
  [
    `DROP FUNCTION app.ask(bigint); CREATE FUNCTION app.ask(a bigint) RETURNS bigint LANGUAGE sql AS 'SELECT a'`,
    `DROP FUNCTION app.ask(bigint); CREATE FUNCTION app.ask(a bigint) RETURNS SETOF bigint LANGUAGE sql AS 'SELECT a'`,
    'changed function app.ask(bigint): result, rows',
  ],
  set(
    'PROCEDURE app.run(integer)',
    'SECURITY DEFINER',
    'SECURITY INVOKER',
    'changed procedure app.run(integer): security definer',
  ),
  [
    `DROP AGGREGATE app.total(integer); CREATE AGGREGATE app.total(integer) (SFUNC = app.add_state, STYPE = bigint, SSPACE = 9, INITCOND = '1', PARALLEL = safe)`,
    `DROP AGGREGATE app.total(integer); CREATE AGGREGATE app.total(integer) (SFUNC = app.add_state, STYPE = bigint, INITCOND = '0')`,
    'changed aggregate app.total(integer): initial condition, parallel, state size',
  ],
];

const others = ({ role, other }: Roles, database: string): Row[] => [
  [
    `ALTER DATABASE ${database} SET work_mem = '6MB'`,
    `ALTER DATABASE ${database} SET work_mem = '5MB'`,
    'changed database setting work_mem: value',
  ],
  [
    `ALTER ROLE ${role} IN DATABASE ${database} SET work_mem = '6MB'`,
    `ALTER ROLE ${role} IN DATABASE ${database} RESET work_mem`,
    `added database setting work_mem of ${role}`,
  ],
  ['CREATE EXTENSION citext SCHEMA other', 'DROP EXTENSION citext', 'added extension citext'],
  set(
    'OPERATOR app.=== (integer, text)',
    'SET (RESTRICT = eqsel)',
    'SET (RESTRICT = NONE)',
    'changed operator app.=== (integer, text): restriction estimator',
  ),
  set(
    'OPERATOR FAMILY app.numbers USING btree',
    'ADD OPERATOR 2 <= (integer, bigint)',
    'DROP OPERATOR 2 (integer, bigint)',
    'changed operator family app.numbers using btree: operators',
  ),
  [
    `COMMENT ON OPERATOR CLASS app.number_ops USING btree IS 'x'`,
    'COMMENT ON OPERATOR CLASS app.number_ops USING btree IS NULL',
    'changed operator class app.number_ops using btree: comment',
  ],
  [
    'DROP CAST (app.point AS text); CREATE CAST (app.point AS text) WITH INOUT',
    'DROP CAST (app.point AS text); CREATE CAST (app.point AS text) WITH INOUT AS ASSIGNMENT',
    'changed cast app.point AS text: context',
  ],
  [
    'DROP CONVERSION app.utf8_to_latin',
    `CREATE CONVERSION app.utf8_to_latin FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1`,
    'removed conversion app.utf8_to_latin',
  ],
  [
    `DROP COLLATION app.plain; CREATE COLLATION app.plain (locale = 'POSIX')`,
    `DROP COLLATION app.plain; CREATE COLLATION app.plain (locale = 'C')`,
    'changed collation app.plain: character type, collate',
  ],
  set(
    'TEXT SEARCH DICTIONARY app.words',
    '(ACCEPT = false)',
    '(ACCEPT = true)',
    'changed text search dictionary app.words: settings',
    13,
  ),
  set(
    'TEXT SEARCH CONFIGURATION app.english',
    'ALTER MAPPING FOR asciiword WITH simple',
    'ALTER MAPPING FOR asciiword WITH english_stem',
    'changed text search configuration app.english: mappings',
  ),
  [
    `COMMENT ON TEXT SEARCH PARSER app.parser IS 'x'`,
    'COMMENT ON TEXT SEARCH PARSER app.parser IS NULL',
    'changed text search parser app.parser: comment',
  ],
  [
    'DROP TEXT SEARCH TEMPLATE app.simple_template',
    'CREATE TEXT SEARCH TEMPLATE app.simple_template (INIT = dsimple_init, LEXIZE = dsimple_lexize)',
    'removed text search template app.simple_template',
  ],
  [
    'COMMENT ON LANGUAGE app_language IS $$x$$',
    'COMMENT ON LANGUAGE app_language IS NULL',
    'changed language app_language: comment',
  ],
  [
    'CREATE TRANSFORM FOR integer LANGUAGE app_language (FROM SQL WITH FUNCTION app.from_sql(internal))',
    'DROP TRANSFORM FOR integer LANGUAGE app_language',
    'added transform integer for app_language',
  ],
  [
    'COMMENT ON ACCESS METHOD app_heap IS $$x$$',
    'COMMENT ON ACCESS METHOD app_heap IS NULL',
    'changed access method app_heap: comment',
  ],
  set(
    'FOREIGN DATA WRAPPER app_wrapper',
    `OPTIONS (SET debug 'y')`,
    `OPTIONS (SET debug 'x')`,
    'changed foreign-data wrapper app_wrapper: foreign options',
  ),
  set(
    'SERVER app_server',
    `VERSION '2' OPTIONS (SET host 'i')`,
    `VERSION '1' OPTIONS (SET host 'h')`,
    'changed server app_server: foreign options, version',
  ),
  [
    `GRANT USAGE ON FOREIGN SERVER app_server TO ${role}`,
    `REVOKE USAGE ON FOREIGN SERVER app_server FROM ${role}`,
    'changed server app_server: privileges',
  ],
  set(
    `USER MAPPING FOR ${role} SERVER app_server`,
    `OPTIONS (SET password 'another')`,
    `OPTIONS (SET password 'open sesame')`,
    `changed user mapping ${role} on app_server: foreign options`,
  ),
  set('EVENT TRIGGER app_ddl', 'DISABLE', 'ENABLE', 'changed event trigger app_ddl: enabled'),
  [
    'DROP EVENT TRIGGER app_ddl; CREATE EVENT TRIGGER app_ddl ON sql_drop EXECUTE FUNCTION app.on_ddl()',
    `DROP EVENT TRIGGER app_ddl; CREATE EVENT TRIGGER app_ddl ON ddl_command_end WHEN TAG IN ('CREATE CAST', 'DROP CAST') EXECUTE FUNCTION app.on_ddl()`,
    'changed event trigger app_ddl: event, tags',
  ],
  set(
    'PUBLICATION app_publication',
    `SET (publish = 'insert')`,
    `SET (publish = 'insert, update, delete, truncate')`,
    'changed publication app_publication: deletes, truncates, updates',
  ),
  set(
    'PUBLICATION app_publication',
    'ADD TABLE app.posts',
    'DROP TABLE app.posts',
    'changed publication app_publication: tables',
  ),
  set(
    'PUBLICATION app_publication',
    'SET TABLE app.users (id, age) WHERE (age > 3)',
    'SET TABLE app.users',
    'changed publication app_publication: tables',
    15,
  ),
  set(
    'PUBLICATION app_publication',
    'ADD TABLES IN SCHEMA other',
    'DROP TABLES IN SCHEMA other',
    'changed publication app_publication: schemas',
    15,
  ),
  set(
    'PUBLICATION app_publication',
    'SET (publish_via_partition_root)',
    'SET (publish_via_partition_root = false)',
    'changed publication app_publication: via partition root',
    13,
  ),
  set(
    'PUBLICATION app_publication',
    'SET (publish_generated_columns = stored)',
    'SET (publish_generated_columns = none)',
    'changed publication app_publication: generated columns',
    18,
  ),
  set(
    'SUBSCRIPTION app_subscription',
    `CONNECTION 'host=nowhere password=other'`,
    `CONNECTION 'host=nowhere password=tell-nobody'`,
    'changed subscription app_subscription: connection',
  ),
  set(
    'SUBSCRIPTION app_subscription',
    'SET (synchronous_commit = on)',
    'SET (synchronous_commit = off)',
    'changed subscription app_subscription: synchronous commit',
  ),
  set(
    'SUBSCRIPTION app_subscription',
    'SET (binary = true)',
    'SET (binary = false)',
    'changed subscription app_subscription: binary',
    14,
  ),
  [
    'COMMENT ON SUBSCRIPTION app_subscription IS $$x$$',
    'COMMENT ON SUBSCRIPTION app_subscription IS NULL',
    'changed subscription app_subscription: comment',
  ],
  [
    `ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT INSERT ON TABLES TO ${role}`,
    `ALTER DEFAULT PRIVILEGES IN SCHEMA app REVOKE INSERT ON TABLES FROM ${role}`,
    'changed default privileges tables of postgres in app: privileges',
  ],
  [
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${other} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC`,
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${other} GRANT EXECUTE ON FUNCTIONS TO PUBLIC`,
    `added default privileges functions of ${other}`,
  ],
];
