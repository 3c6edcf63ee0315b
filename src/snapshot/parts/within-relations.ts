import { nameOf, type Part, relationIs, relations } from '../part.ts';

/** A NOT NULL that has the name which the server gives it needs no name (PostgreSQL 18 keeps one for each). */
const NOT_NULL_NAMED = `CASE WHEN octet_length(c.relname || '_' || a.attname) > 54 THEN nn.conname !~ '_not_null[0-9]*$'
    ELSE left(nn.conname, length(c.relname || '_' || a.attname || '_not_null')) <> c.relname || '_' || a.attname || '_not_null'
      OR substr(nn.conname, length(c.relname || '_' || a.attname || '_not_null') + 1) !~ '^[0-9]*$' END`;

const RARE = [
  'generated',
  'virtual',
  'identity',
  'collation',
  'storage',
  'compression',
  'statistics target',
  'options',
  'foreign options',
  'inherited',
  'local',
  'not null name',
  'not null not valid',
  'not null no inherit',
  'not null inherited',
  'not null local',
];

function columns(major: number): Part {
  const notNull =
    major < 18
      ? ''
      : `\nLEFT JOIN pg_constraint AS nn ON nn.conrelid = c.oid AND nn.contype = 'n' AND nn.conkey[1] = a.attnum`;
  return {
    type: 'column',
    from: `${relations(`JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef AS ad ON ad.adrelid = c.oid AND ad.adnum = a.attnum${notNull}`)}
WHERE ${relationIs('rpfvm')}`,
    identity: ['n.nspname', 'c.relname', 'a.attname'],
    comment: { catalog: 'pg_class', oid: 'c.oid', column: 'a.attnum' },
    privileges: { kind: 'c', acl: 'a.attacl', owner: 'c.relowner' },
    rare: {
      when: `a.attinhcount > 0 OR a.attidentity <> '' OR a.attgenerated <> '' OR a.attstorage <> t.typstorage OR a.attcollation <> t.typcollation
    OR a.attoptions IS NOT NULL OR a.attfdwoptions IS NOT NULL OR a.attstattarget >= 0${major < 14 ? '' : ` OR a.attcompression <> ''`}${major < 18 ? '' : ' OR nn.oid IS NOT NULL'}`,
      names: RARE,
    },
    properties: {
      type: 'format_type(a.atttypid, a.atttypmod)',
      'not null': 'a.attnotnull',
      default: `CASE WHEN a.attgenerated = '' THEN pg_get_expr(ad.adbin, ad.adrelid) END`,
      generated: `CASE WHEN a.attgenerated <> '' THEN pg_get_expr(ad.adbin, ad.adrelid) END`,
      virtual: `a.attgenerated = 'v'`,
      identity: `CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END`,
      collation: `CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0 THEN ${nameOf('pg_collation', 'coll', 'a.attcollation')} END`,
      storage: `CASE WHEN a.attstorage <> t.typstorage AND c.relkind <> 'v' THEN
    CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended' WHEN 'm' THEN 'main' END END`,
      compression: { sql: `CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END`, since: 14 },
      'statistics target': 'CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END',
      options: 'to_json(a.attoptions)',
      'foreign options': { sql: 'to_json(a.attfdwoptions)', masked: 'foreign options' },
      inherited: 'a.attinhcount > 0',
      local: 'a.attinhcount > 0 AND a.attislocal',
      'not null name': { sql: `CASE WHEN nn.coninhcount = 0 AND (${NOT_NULL_NAMED}) THEN nn.conname END`, since: 18 },
      'not null not valid': { sql: 'NOT nn.convalidated', since: 18 },
      'not null no inherit': { sql: 'nn.connoinherit', since: 18 },
      'not null inherited': { sql: 'nn.coninhcount > 0', since: 18 },
      'not null local': { sql: 'nn.coninhcount > 0 AND nn.conislocal', since: 18 },
      position: 'a.attnum',
    },
  };
}

/** What pg_get_constraintdef puts behind the definition, and a property of its own says. */
const SUFFIXES = `'( NO INHERIT| DEFERRABLE| INITIALLY DEFERRED| NOT VALID| NOT ENFORCED)+$'`;
export const CONSTRAINT_DEFINITION = `regexp_replace(pg_get_constraintdef(k.oid), ${SUFFIXES}, '')`;

/** A foreign key to a partitioned table has a row for each partition, too, named by a counter: made by the server. */
const NO_COPY = `NOT (k.contype = 'f' AND k.conparentid <> 0
  AND EXISTS (SELECT FROM pg_constraint AS kp WHERE kp.oid = k.conparentid AND kp.conrelid = k.conrelid))`;

const CONSTRAINTS: Part = {
  type: 'constraint',
  from: `${relations('JOIN pg_constraint AS k ON k.conrelid = c.oid')}
WHERE ${relationIs('rpf')} AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND ${NO_COPY}`,
  identity: ['n.nspname', 'c.relname', 'k.conname'],
  comment: { catalog: 'pg_constraint', oid: 'k.oid' },
  properties: {
    definition: CONSTRAINT_DEFINITION,
    deferrable: 'k.condeferrable',
    'initially deferred': 'k.condeferred',
    'no inherit': `k.contype = 'c' AND k.connoinherit`,
    'not valid': { sql: 'NOT k.convalidated AND k.conenforced', since: 18, older: 'NOT k.convalidated' },
    'not enforced': { sql: 'NOT k.conenforced', since: 18 },
    inherited: 'k.coninhcount > 0',
    local: 'k.coninhcount > 0 AND k.conislocal',
    // ALTER TABLE ... DISABLE TRIGGER ALL switches a foreign key off.
    triggers: `CASE WHEN k.contype = 'f' THEN (SELECT json_agg(DISTINCT
    CASE g.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END)
    FROM pg_trigger AS g WHERE g.tgconstraint = k.oid AND g.tgisinternal AND g.tgenabled <> 'O') END`,
  },
};

const INDEXES: Part = {
  type: 'index',
  from: `${relations(`JOIN pg_index AS i ON i.indrelid = c.oid
JOIN pg_class AS x ON x.oid = i.indexrelid
LEFT JOIN pg_inherits AS h ON h.inhrelid = x.oid`)}
WHERE ${relationIs('rpm')}`,
  identity: ['n.nspname', 'c.relname', 'x.relname'],
  comment: { catalog: 'pg_class', oid: 'x.oid' },
  properties: {
    definition: 'pg_get_indexdef(x.oid)',
    invalid: 'NOT i.indisvalid',
    'not ready': 'NOT i.indisready',
    'being dropped': 'NOT i.indislive',
    clustered: 'i.indisclustered',
    'replica identity': 'i.indisreplident',
    tablespace: '(SELECT t.spcname FROM pg_tablespace AS t WHERE t.oid = x.reltablespace)',
    'statistics targets': `CASE WHEN i.indexprs IS NOT NULL THEN (SELECT json_agg(json_build_array(a.attnum, a.attstattarget))
    FROM pg_attribute AS a WHERE a.attrelid = x.oid AND a.attstattarget >= 0) END`,
    'attached to': `CASE WHEN h.inhparent IS NOT NULL THEN ${nameOf('pg_class', 'rel', 'h.inhparent')} END`,
    'of a constraint': `EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = x.oid AND k.contype IN ('p', 'u', 'x'))`,
  },
};

const FIRES = `CASE WHEN_STATE WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END`;
const fires = (column: string) => FIRES.replace('WHEN_STATE', column);

/** Copies on partitions count as internal up to 14, and have no constraint, unlike the triggers of foreign keys. */
function triggers(major: number): Part {
  const copies = major >= 13 ? ' OR (g.tgparentid <> 0 AND g.tgconstraint = 0)' : '';
  return {
    type: 'trigger',
    from: `${relations('JOIN pg_trigger AS g ON g.tgrelid = c.oid')}
WHERE ${relationIs('rpfv')} AND (NOT g.tgisinternal${copies})`,
    identity: ['n.nspname', 'c.relname', 'g.tgname'],
    comment: { catalog: 'pg_trigger', oid: 'g.oid' },
    properties: {
      definition: 'pg_get_triggerdef(g.oid)',
      enabled: fires('g.tgenabled'),
      inherited: { sql: 'g.tgparentid <> 0', since: 13 },
    },
  };
}

const RULES: Part = {
  type: 'rule',
  from: `${relations('JOIN pg_rewrite AS w ON w.ev_class = c.oid')}
WHERE ${relationIs('rpfvm')} AND w.rulename <> '_RETURN'`,
  identity: ['n.nspname', 'c.relname', 'w.rulename'],
  comment: { catalog: 'pg_rewrite', oid: 'w.oid' },
  properties: { definition: 'pg_get_ruledef(w.oid)', enabled: fires('w.ev_enabled') },
};

const POLICIES: Part = {
  type: 'policy',
  from: `${relations('JOIN pg_policy AS p ON p.polrelid = c.oid')}\nWHERE ${relationIs('rpf')}`,
  identity: ['n.nspname', 'c.relname', 'p.polname'],
  comment: { catalog: 'pg_policy', oid: 'p.oid' },
  properties: {
    command: `CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'all' END`,
    restrictive: 'NOT p.polpermissive',
    roles: `(SELECT json_agg(CASE o WHEN 0 THEN 'public' ELSE quote_ident(pg_get_userbyid(o)) END) FROM unnest(p.polroles) AS o)`,
    using: 'pg_get_expr(p.polqual, p.polrelid)',
    'with check': 'pg_get_expr(p.polwithcheck, p.polrelid)',
  },
};

const statisticsColumns = (order: string) => `(SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY ${order})
      FROM unnest(x.stxkeys) WITH ORDINALITY AS k(number, place)
      JOIN pg_attribute AS a ON a.attrelid = x.stxrelid AND a.attnum = k.number)`;

/**
 * The server lists the columns as they stand in the table, in whatever order they were given: here they stand by name, so that
 * tables with columns in another order have the same statistics.
 */
const STATISTICS_DEFINITION = `(SELECT coalesce(head || coalesce(by_name, '') || substr(whole, length(head) + coalesce(length(listed), 0) + 1), whole)
    FROM (SELECT whole, ${statisticsColumns('k.place')} AS listed, ${statisticsColumns('a.attname COLLATE "C"')} AS by_name,
        named || substring(substr(whole, length(named) + 1) FROM '^(?: \\([a-z, ]+\\))? ON ') AS head
      FROM (SELECT pg_get_statisticsobjdef(x.oid) AS whole, format('CREATE STATISTICS %I.%I', own.nspname, x.stxname) AS named) AS said) AS parts)`;

const STATISTICS: Part = {
  type: 'statistics object',
  from: `pg_statistic_ext AS x JOIN pg_class AS c ON c.oid = x.stxrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_namespace AS own ON own.oid = x.stxnamespace
WHERE ${relationIs('rpfm')}`,
  identity: ['own.nspname', 'x.stxname'],
  comment: { catalog: 'pg_statistic_ext', oid: 'x.oid' },
  owner: 'x.stxowner',
  properties: {
    definition: STATISTICS_DEFINITION,
    target: { sql: 'CASE WHEN x.stxstattarget >= 0 THEN x.stxstattarget END', since: 13 },
  },
};

export function partsWithinRelations(major: number): readonly Part[] {
  return [columns(major), CONSTRAINTS, INDEXES, triggers(major), RULES, POLICIES, STATISTICS];
}
