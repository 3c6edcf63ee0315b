/**
 * An analytics pipeline: events in partitions of partitions, one materialized view for each measure and grain, aggregates,
 * operators and text search of its own, statistics and storage tuned by hand. Numbers are not padded: 9 comes before 10.
 */

import { ANALYTICS_FAULTS } from './analytics-faults.ts';
import { places } from './analytics-places.ts';
import * as make from './blocks.ts';
import type { MigrationSet, Step } from './step.ts';
import { snake } from './step.ts';

const SOURCES = ['web', 'app', 'api', 'mail'];
const QUARTERS = ['2023q1', '2023q2', '2023q3', '2023q4', '2024q1', '2024q2', '2024q3', '2024q4', '2025q1', '2025q2'];

const DIMENSIONS = make.rows(`
  campaigns  | name text NOT NULL, source text, medium text
  browsers   | family text NOT NULL, version integer
  countries  | iso char(2) NOT NULL, name text, eu boolean DEFAULT false
  devices    | kind text NOT NULL, width integer, height integer
  pages      | host text NOT NULL, path text NOT NULL, title text
  referrers  | host text NOT NULL, path text
  goals      | name text NOT NULL, value numeric DEFAULT 0
  funnels    | name text NOT NULL, steps text[] DEFAULT '{}'
  segments   | name text NOT NULL, filter jsonb DEFAULT '{}'
  experiments| name text NOT NULL, variants text[] NOT NULL DEFAULT '{a,b}'
  sites      | domain text NOT NULL, zone text NOT NULL DEFAULT 'UTC'
  exports    | target text NOT NULL, last_run timestamptz`);

/** Name, and what is computed over the events of a bucket. */
const MEASURES = make.rows(`
  visits     | count(*) FILTER (WHERE kind = 'page'::event_kind)
  visitors   | count(DISTINCT visitor)
  clicks     | count(*) FILTER (WHERE kind = 'click'::event_kind)
  revenue    | sum(amount)
  largest    | max(amount)
  median     | percentile_cont(0.5) WITHIN GROUP (ORDER BY amount)
  spread     | stddev_pop(amount)
  paying     | (count(*) FILTER (WHERE amount > 0))::numeric / nullif(count(*), 0)`);
const GRAINS = ['hour', 'day', 'week', 'month'];

const PROPERTIES = make.rows(`
  session     | bigint
  campaign_id | integer
  page_id     | integer
  country     | char(2)
  device      | text DEFAULT 'desktop'
  browser     | text
  screen      | int4range
  language    | varchar(12)
  utm         | jsonb DEFAULT '{}'
  duration    | interval
  scroll      | smallint DEFAULT 0
  bot         | boolean NOT NULL DEFAULT false
  tags        | text[]
  score       | real
  cost        | numeric(12,4)
  consent     | boolean`);

const quarter = (name: string) => {
  const [year, number] = [Number(name.slice(0, 4)), Number(name.slice(5))];
  const day = (months: number) =>
    `'${year + Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}-01'`;
  return `FROM (${day((number - 1) * 3)}) TO (${day(number * 3)})`;
};

/** A quarter, and in it one partition for each source and one for the others. */
const partitions = (name: string) =>
  make.step(
    `events of ${name}`,
    [
      `CREATE TABLE raw.events_${name} PARTITION OF events FOR VALUES ${quarter(name)} PARTITION BY LIST (source);`,
      ...SOURCES.map(
        (source) =>
          `CREATE TABLE raw.events_${name}_${source} PARTITION OF raw.events_${name} FOR VALUES IN ('${source}');`,
      ),
      `CREATE UNLOGGED TABLE raw.events_${name}_rest PARTITION OF raw.events_${name} DEFAULT;`,
    ].join('\n'),
    `DROP TABLE raw.events_${name};`,
  );

const ROLLUP = (name: string, grain: string, value: string, where = '') =>
  `CREATE MATERIALIZED VIEW rollup.${name}_by_${grain} AS
  SELECT site, date_trunc('${grain}', at) AS bucket, ${value} AS value
  FROM public.events${where} GROUP BY site, date_trunc('${grain}', at)
WITH NO DATA;
CREATE UNIQUE INDEX ${name}_by_${grain}_bucket ON rollup.${name}_by_${grain} (site, bucket);`;
const NO_ROLLUP = (name: string, grain: string) => `DROP MATERIALIZED VIEW rollup.${name}_by_${grain};`;
const rollup = (name: string, grain: string, value: string) =>
  make.step(`${name} by ${grain}`, ROLLUP(name, grain, value), NO_ROLLUP(name, grain));

const EVENT_KINDS = ['page', 'click', 'sale'];

function* events(): Iterable<Step> {
  yield make.step(
    'schemas raw and rollup',
    'CREATE SCHEMA raw;\nCREATE SCHEMA rollup;',
    'DROP SCHEMA rollup;\nDROP SCHEMA raw;',
  );
  yield make.step(
    'type event_kind',
    `CREATE TYPE event_kind AS ENUM (${EVENT_KINDS.map(make.quoted).join(', ')});`,
    'DROP TYPE event_kind;',
  );
  yield irreversibleLabel('refund');
  yield make.table(
    'events',
    'id bigint NOT NULL\nsite integer NOT NULL\nkind event_kind NOT NULL\nsource text NOT NULL\nvisitor bigint\nat timestamptz NOT NULL\namount numeric(12,2)\npayload jsonb',
    {},
    ' PARTITION BY RANGE (at)',
  );
  for (const name of QUARTERS) yield partitions(name);
  yield make.index('events_at', 'events USING brin (at) WITH (pages_per_range = 32)');
  yield make.index('events_site', 'events (site, at DESC)');
  yield make.index('events_visitor', 'events (visitor) WHERE (visitor IS NOT NULL)');
  for (const [name = '', type = ''] of PROPERTIES) yield make.column('events', name, type);
  yield make.index('events_session', 'events (session, at)');
  yield make.check('events', 'events_scroll', 'scroll BETWEEN 0 AND 100');
  yield* make.inTwoSteps('events', 'events_amount', 'CHECK (amount IS NULL OR amount >= 0)');
  yield make.defaulted('events', 'device', "'desktop'", "'unknown'");
  yield make.step(
    'identity of events',
    "CREATE SEQUENCE raw.event_ids CACHE 100;\nALTER TABLE events ALTER COLUMN id SET DEFAULT nextval('raw.event_ids');",
    'ALTER TABLE events ALTER COLUMN id DROP DEFAULT;\nDROP SEQUENCE raw.event_ids;',
  );
  yield make.step(
    'payloads are compressed outside',
    'ALTER TABLE events ALTER COLUMN payload SET STORAGE EXTERNAL, ALTER COLUMN visitor SET STATISTICS 1000, ALTER COLUMN visitor SET (n_distinct = -0.3, n_distinct_inherited = -0.2);',
    'ALTER TABLE events ALTER COLUMN payload SET STORAGE EXTENDED, ALTER COLUMN visitor SET STATISTICS -1, ALTER COLUMN visitor RESET (n_distinct, n_distinct_inherited);',
  );
  yield make.step(
    'quarter 2023q1 goes to the archive',
    `CREATE SCHEMA archive;
ALTER TABLE events DETACH PARTITION raw.events_2023q1;
ALTER TABLE raw.events_2023q1 SET SCHEMA archive;`,
    `ALTER TABLE archive.events_2023q1 SET SCHEMA raw;
ALTER TABLE events ATTACH PARTITION raw.events_2023q1 FOR VALUES ${quarter('2023q1')};
DROP SCHEMA archive;`,
  );
}

function* dimensions(): Iterable<Step> {
  for (const [name = '', columns = ''] of DIMENSIONS) {
    yield make.step(
      `dimension ${name}`,
      `CREATE TABLE ${name} (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, ${columns}, first_seen timestamptz DEFAULT now());
COMMENT ON TABLE ${name} IS 'Dimension: ${name}';
CREATE INDEX ${name}_seen ON ${name} USING brin (first_seen);`,
      `DROP TABLE ${name};`,
    );
    yield make.step(
      `${name} are numbered without gaps in memory`,
      `ALTER TABLE ${name} ALTER COLUMN id SET GENERATED ALWAYS SET CACHE 20;`,
      `ALTER TABLE ${name} ALTER COLUMN id SET GENERATED BY DEFAULT SET CACHE 1;`,
    );
  }
  yield make.step(
    'unknown countries',
    "INSERT INTO countries (id, iso, name) OVERRIDING SYSTEM VALUE VALUES (0, '??', 'unknown'), (1, 'EU', 'somewhere in Europe') ON CONFLICT (id) DO NOTHING;",
    'DELETE FROM countries WHERE id IN (0, 1);',
    { verify: 'SELECT count(*) = 2 FROM countries WHERE id IN (0, 1);' },
  );
  yield make.step(
    'pages have an address',
    "ALTER TABLE pages ADD COLUMN url text GENERATED ALWAYS AS ('https://' || host || path) STORED;\nCREATE INDEX pages_url ON pages (url text_pattern_ops);",
    'ALTER TABLE pages DROP COLUMN url;',
  );
  yield make.step(
    'addresses of pages end without a slash',
    `ALTER TABLE pages DROP COLUMN url;
ALTER TABLE pages ADD COLUMN url text GENERATED ALWAYS AS ('https://' || host || rtrim(path, '/')) STORED;
CREATE INDEX pages_url ON pages (url text_pattern_ops);`,
    `ALTER TABLE pages DROP COLUMN url;
ALTER TABLE pages ADD COLUMN url text GENERATED ALWAYS AS ('https://' || host || path) STORED;
CREATE INDEX pages_url ON pages (url text_pattern_ops);`,
  );
  yield make.step(
    'views of devices',
    "CREATE VIEW phones AS SELECT * FROM devices WHERE kind = 'phone' WITH LOCAL CHECK OPTION;\nCREATE VIEW small_phones AS SELECT * FROM phones WHERE width < 400 WITH CASCADED CHECK OPTION;",
    'DROP VIEW small_phones;\nDROP VIEW phones;',
  );
  yield make.step(
    'devices lose their height',
    `DROP VIEW small_phones;
DROP VIEW phones;
ALTER TABLE devices DROP COLUMN height;`,
    `ALTER TABLE devices ADD COLUMN height integer;
CREATE VIEW phones AS SELECT id, kind, width, height, first_seen FROM devices WHERE kind = 'phone' WITH LOCAL CHECK OPTION;
CREATE VIEW small_phones AS SELECT id, kind, width, height, first_seen FROM phones WHERE width < 400 WITH CASCADED CHECK OPTION;`,
  );
}

const WEIGH = (
  factor: string,
) => `CREATE OR REPLACE FUNCTION weigh(state numeric, value numeric, weight numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT coalesce($1, 0) + coalesce($2 * $3, 0)${factor}';`;

function* ownParts(): Iterable<Step> {
  yield make.step('function weigh', WEIGH(''), 'DROP FUNCTION weigh(numeric, numeric, numeric);');
  yield make.step(
    'aggregate weighed',
    "CREATE AGGREGATE weighed(numeric, numeric) (SFUNC = weigh, STYPE = numeric, INITCOND = '0', PARALLEL = SAFE);\nCOMMENT ON AGGREGATE weighed(numeric, numeric) IS 'Sum of products';",
    'DROP AGGREGATE weighed(numeric, numeric);',
  );
  yield make.replaced('weigh counts in thousands', WEIGH(''), WEIGH(' / 1000'));
  yield make.step(
    'operator for containing words',
    `CREATE FUNCTION has_word(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$ SELECT $2 = ANY (string_to_array(lower($1), ' ')) $$;
CREATE OPERATOR public.~> (LEFTARG = text, RIGHTARG = text, FUNCTION = has_word, RESTRICT = contsel);`,
    'DROP OPERATOR public.~> (text, text);\nDROP FUNCTION has_word(text, text);',
  );
  yield make.step(
    'text search of titles',
    `CREATE TEXT SEARCH DICTIONARY titles_dict (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION titles (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION titles ALTER MAPPING FOR asciiword, word WITH titles_dict;`,
    'DROP TEXT SEARCH CONFIGURATION titles;\nDROP TEXT SEARCH DICTIONARY titles_dict;',
  );
  yield make.index('pages_titles', "pages USING gin (to_tsvector('titles'::regconfig, title))");
  yield make.step(
    'text search knows numbers',
    'ALTER TEXT SEARCH CONFIGURATION titles DROP MAPPING FOR uint;',
    'ALTER TEXT SEARCH CONFIGURATION titles ADD MAPPING FOR uint WITH simple;',
  );
  yield make.step(
    'cast of kinds',
    "CREATE FUNCTION kind_number(event_kind) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT CASE $1 WHEN 'page' THEN 1 ELSE 2 END $$;\nCREATE CAST (event_kind AS integer) WITH FUNCTION kind_number(event_kind) AS ASSIGNMENT;",
    'DROP CAST (event_kind AS integer);\nDROP FUNCTION kind_number(event_kind);',
  );
  yield make.step(
    'collation of hosts',
    "CREATE COLLATION hosts (LC_COLLATE = 'C', LC_CTYPE = 'C');\nALTER TABLE referrers ALTER COLUMN host TYPE text COLLATE hosts;",
    'ALTER TABLE referrers ALTER COLUMN host TYPE text;\nDROP COLLATION hosts;',
  );
  yield make.step(
    'statistics of pages',
    'CREATE STATISTICS pages_together (ndistinct, mcv) ON host, path FROM pages;\nCREATE STATISTICS pages_lower ON lower(title) FROM pages;',
    'DROP STATISTICS pages_lower;\nDROP STATISTICS pages_together;',
  );
  yield make.step(
    'readers of rollups',
    'GRANT USAGE ON SCHEMA rollup TO set_dashboards;\nALTER DEFAULT PRIVILEGES IN SCHEMA rollup GRANT SELECT ON TABLES TO set_dashboards;',
    'ALTER DEFAULT PRIVILEGES IN SCHEMA rollup REVOKE SELECT ON TABLES FROM set_dashboards;\nREVOKE USAGE ON SCHEMA rollup FROM set_dashboards;',
  );
}

function* rollups(): Iterable<Step> {
  for (const [name = '', value = ''] of MEASURES) for (const grain of GRAINS) yield rollup(name, grain, value);
  for (const grain of GRAINS)
    yield make.step(
      `revenue by ${grain} without bots`,
      `${NO_ROLLUP('revenue', grain)}\n${ROLLUP('revenue', grain, MEASURES[3]![1]!, ' WHERE NOT bot')}`,
      `${NO_ROLLUP('revenue', grain)}\n${ROLLUP('revenue', grain, MEASURES[3]![1]!)}`,
    );
  yield make.dropped(rollup('spread', 'hour', MEASURES[6]![1]!), 'nobody reads spread by hour');
  yield make.comment('MATERIALIZED VIEW rollup.visits_by_day', 'What the first page shows');
  yield make.step(
    'visits by day without bots',
    `${NO_ROLLUP('visits', 'day')}\n${ROLLUP('visits', 'day', MEASURES[0]![1]!, ' WHERE NOT bot')}\nCOMMENT ON MATERIALIZED VIEW rollup.visits_by_day IS 'What the first page shows';`,
    `${NO_ROLLUP('visits', 'day')}\n${ROLLUP('visits', 'day', MEASURES[0]![1]!)}\nCOMMENT ON MATERIALIZED VIEW rollup.visits_by_day IS 'What the first page shows';`,
  );
}

/** Rollups and partitions would have to be made anew: nobody does that for a label. */
const irreversibleLabel = (added: string): Step => ({
  title: `label ${added}`,
  up: `ALTER TYPE event_kind ADD VALUE IF NOT EXISTS '${added}';`,
  irreversible: 'PostgreSQL cannot take a label away',
});

function* optional(): Iterable<Step> {
  yield make.extension('hstore');
  yield make.column('segments', 'labels', "hstore DEFAULT ''", { depends: ['extension hstore', 'dimension segments'] });
  yield make.index('segments_labels', 'segments USING gin (labels)', { depends: ['add labels to segments'] });
  yield make.extension('ltree');
  yield make.column('pages', 'tree', 'ltree', {
    depends: ['extension ltree', 'addresses of pages end without a slash'],
  });
  yield make.index('pages_tree', 'pages USING gist (tree)', { depends: ['add tree to pages'] });
  yield { ...make.extension('pg_partman'), title: 'partitions by themselves' };
  yield make.step('partman takes over', "SELECT create_parent('public.events', 'at', '3 months');", 'SELECT 1;', {
    depends: ['partitions by themselves', 'create events'],
  });
}

function* jobs(): Iterable<Step> {
  yield make.table(
    'jobs',
    "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY\nname text NOT NULL UNIQUE\nstate text DEFAULT 'idle'\nattempts integer NOT NULL DEFAULT 0\nnext_run timestamptz",
  );
  yield make.step(
    'jobs are told',
    `CREATE FUNCTION tell_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('jobs', NEW.name);
  RETURN NULL;
END $$;
CREATE TRIGGER tell AFTER INSERT ON jobs REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION tell_job();
ALTER TABLE jobs DISABLE TRIGGER tell;`,
    'DROP TRIGGER tell ON jobs;\nDROP FUNCTION tell_job();',
  );
  yield make.step(
    'jobs are told one by one',
    'DROP TRIGGER tell ON jobs;\nCREATE TRIGGER tell AFTER INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION tell_job();',
    `DROP TRIGGER tell ON jobs;
CREATE TRIGGER tell AFTER INSERT ON jobs REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION tell_job();
ALTER TABLE jobs DISABLE TRIGGER tell;`,
  );
  yield make.step(
    'usual jobs',
    `INSERT INTO jobs (name) VALUES ('refresh'), ('archive'), ('export'), ('mail') ON CONFLICT (name) DO NOTHING;`,
    "DELETE FROM jobs WHERE name IN ('refresh', 'archive', 'export', 'mail');",
  );
  yield make.step(
    'jobs have priorities',
    "ALTER TABLE jobs ADD COLUMN priority smallint DEFAULT 5;\nCREATE INDEX jobs_next ON jobs (priority, next_run) WHERE state = 'idle';",
    'ALTER TABLE jobs DROP COLUMN priority;',
  );
  yield make.step(
    'jobs have no state',
    'ALTER TABLE jobs DROP COLUMN state;',
    "ALTER TABLE jobs ADD COLUMN state text DEFAULT 'idle';\nCREATE INDEX jobs_next ON jobs (priority, next_run) WHERE state = 'idle';",
  );
}

export const analytics: MigrationSet = {
  name: 'analytics',
  roles: ['set_dashboards'],
  steps: [...events(), ...dimensions(), ...ownParts(), ...rollups(), ...jobs(), ...places(), ...optional()],
  stem: (place, title) => `${place}_${snake(title)}`,
  head: (place) => (place % 4 === 0 ? ['Statement-Timeout: 10min'] : []),
  faults: ANALYTICS_FAULTS,
  moving: ['devices lose their height', 'jobs have no state'],
};
