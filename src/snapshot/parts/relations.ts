import { nameOf, notMember, notOwn, type Part, type PropertySql, relationIs, relations, userSchema } from '../part.ts';

const RELATION = { catalog: 'pg_class', oid: 'c.oid' };
const IDENTITY = ['n.nspname', 'c.relname'];
const ACCESS = { owner: 'c.relowner', privileges: { kind: 'r', acl: 'c.relacl' } };

const HELD: Readonly<Record<string, PropertySql>> = {
  unlogged: `c.relpersistence = 'u'`,
  'access method': `(SELECT NULLIF(m.amname, 'heap') FROM pg_am AS m WHERE m.oid = c.relam)`,
  tablespace: '(SELECT t.spcname FROM pg_tablespace AS t WHERE t.oid = c.reltablespace)',
  options: `CASE WHEN c.reloptions IS NOT NULL OR toast.reloptions IS NOT NULL THEN to_json(c.reloptions || ARRAY(
    SELECT 'toast.' || o FROM unnest(toast.reloptions) AS o)) END`,
};
const TOAST = 'LEFT JOIN pg_class AS toast ON toast.oid = c.reltoastrelid';

const INHERITANCE: Readonly<Record<string, PropertySql>> = {
  'partition of': `CASE WHEN c.relispartition THEN (SELECT json_build_array(pn.nspname, p.relname) FROM pg_inherits AS i
    JOIN pg_class AS p ON p.oid = i.inhparent JOIN pg_namespace AS pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid) END`,
  bound: 'CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END',
  'detach pending': {
    sql: 'CASE WHEN c.relispartition THEN (SELECT i.inhdetachpending FROM pg_inherits AS i WHERE i.inhrelid = c.oid) END',
    since: 14,
  },
  inherits: `CASE WHEN NOT c.relispartition THEN (SELECT json_agg(json_build_array(pn.nspname, p.relname) ORDER BY i.inhseqno)
    FROM pg_inherits AS i JOIN pg_class AS p ON p.oid = i.inhparent JOIN pg_namespace AS pn ON pn.oid = p.relnamespace
    WHERE i.inhrelid = c.oid) END`,
};

const SCHEMAS: Part = {
  type: 'schema',
  // A schema that was made for the tracking tables, and holds nothing else, belongs to them.
  from: `pg_namespace AS n
WHERE ${userSchema()} AND ${notMember('pg_namespace', 'n.oid')} AND NOT (n.nspname = $1 AND n.nspname <> 'public'
  AND EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = n.oid AND c.relkind = 'r' AND NOT (${notOwn('c.relname')}))
  AND NOT EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = n.oid AND c.relkind NOT IN ('i', 'I', 'S')
    AND ${notOwn('c.relname')}))`,
  identity: ['n.nspname'],
  comment: { catalog: 'pg_namespace', oid: 'n.oid' },
  owner: 'n.nspowner',
  privileges: { kind: 'n', acl: 'n.nspacl' },
  properties: {},
};

const TABLES: Part = {
  type: 'table',
  from: `${relations(TOAST)}\nWHERE ${relationIs('rp')}`,
  identity: IDENTITY,
  comment: RELATION,
  ...ACCESS,
  properties: {
    ...HELD,
    ...INHERITANCE,
    'partition by': `CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END`,
    'of type': `CASE WHEN c.reloftype <> 0 THEN ${nameOf('pg_type', 'typ', 'c.reloftype')} END`,
    'replica identity': `CASE c.relreplident WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' WHEN 'i' THEN 'index' END`,
    'row security': 'c.relrowsecurity',
    'row security forced': 'c.relforcerowsecurity',
  },
};

const FOREIGN_TABLES: Part = {
  type: 'foreign table',
  from: `${relations('JOIN pg_foreign_table AS f ON f.ftrelid = c.oid JOIN pg_foreign_server AS s ON s.oid = f.ftserver')}
WHERE ${relationIs('f')}`,
  identity: IDENTITY,
  comment: RELATION,
  ...ACCESS,
  properties: {
    ...INHERITANCE,
    server: 's.srvname',
    'foreign options': { sql: 'to_json(f.ftoptions)', masked: 'foreign options' },
  },
};

const VIEWS: Part = {
  type: 'view',
  from: `${relations()}\nWHERE ${relationIs('v')}`,
  identity: IDENTITY,
  comment: RELATION,
  ...ACCESS,
  properties: { definition: 'pg_get_viewdef(c.oid)', options: 'to_json(c.reloptions)' },
};

const MATERIALIZED_VIEWS: Part = {
  type: 'materialized view',
  from: `${relations(TOAST)}\nWHERE ${relationIs('m')}`,
  identity: IDENTITY,
  comment: RELATION,
  ...ACCESS,
  properties: { ...HELD, definition: 'pg_get_viewdef(c.oid)', 'without data': 'NOT c.relispopulated' },
};

/** What a sequence belongs to, by OWNED BY or as the counter of an identity column. */
const OWNED_BY = `JOIN pg_sequence AS q ON q.seqrelid = c.oid
LEFT JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
  AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_class AS r ON r.oid = d.refobjid
LEFT JOIN pg_namespace AS rn ON rn.oid = r.relnamespace
LEFT JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid`;

const SEQUENCES: Part = {
  type: 'sequence',
  from: `${relations(OWNED_BY)}\nWHERE ${relationIs('S')} AND (r.oid IS NULL OR ${notOwn('r.relname', 'rn.nspname')})`,
  identity: IDENTITY,
  comment: RELATION,
  owner: 'c.relowner',
  privileges: { kind: 's', acl: 'c.relacl' },
  properties: {
    type: 'format_type(q.seqtypid, NULL)',
    start: 'q.seqstart::text',
    increment: 'q.seqincrement::text',
    minimum: 'q.seqmin::text',
    maximum: 'q.seqmax::text',
    cache: 'q.seqcache::text',
    cycle: 'q.seqcycle',
    unlogged: `c.relpersistence = 'u'`,
    'owned by': 'CASE WHEN r.oid IS NOT NULL THEN json_build_array(rn.nspname, r.relname, a.attname) END',
    'of an identity column': `d.deptype = 'i'`,
  },
};

export const RELATION_PARTS: readonly Part[] = [SCHEMAS, TABLES, FOREIGN_TABLES, VIEWS, MATERIALIZED_VIEWS, SEQUENCES];
