import { FIRST_OWN_OID, notMember, type Part, routineOf } from '../part.ts';

const WRAPPERS: Part = {
  type: 'foreign-data wrapper',
  from: `pg_foreign_data_wrapper AS o\nWHERE o.oid >= ${FIRST_OWN_OID} AND ${notMember('pg_foreign_data_wrapper', 'o.oid')}`,
  identity: ['o.fdwname'],
  comment: { catalog: 'pg_foreign_data_wrapper', oid: 'o.oid' },
  owner: 'o.fdwowner',
  privileges: { kind: 'F', acl: 'o.fdwacl' },
  properties: {
    handler: routineOf('o.fdwhandler'),
    validator: routineOf('o.fdwvalidator'),
    'foreign options': { sql: 'to_json(o.fdwoptions)', masked: 'foreign options' },
  },
};

const SERVERS: Part = {
  type: 'server',
  from: `pg_foreign_server AS o JOIN pg_foreign_data_wrapper AS w ON w.oid = o.srvfdw
WHERE ${notMember('pg_foreign_server', 'o.oid')}`,
  identity: ['o.srvname'],
  comment: { catalog: 'pg_foreign_server', oid: 'o.oid' },
  owner: 'o.srvowner',
  privileges: { kind: 'S', acl: 'o.srvacl' },
  properties: {
    wrapper: 'w.fdwname',
    type: 'o.srvtype',
    version: 'o.srvversion',
    'foreign options': { sql: 'to_json(o.srvoptions)', masked: 'foreign options' },
  },
};

/** The view shows mappings to everybody, and the options to those who may know them (manual, "pg_user_mappings"). */
const USER_MAPPINGS: Part = {
  type: 'user mapping',
  from: `pg_user_mappings AS o\nWHERE true`,
  identity: ['o.srvname', `CASE WHEN o.umuser = 0 THEN 'public' ELSE o.usename END`],
  properties: { 'foreign options': { sql: 'to_json(o.umoptions)', masked: 'user mapping' } },
  hides: {
    property: 'foreign options',
    sql: `SELECT count(*) AS hidden FROM pg_user_mappings AS o JOIN pg_foreign_server AS s ON s.oid = o.srvid
WHERE o.umoptions IS NULL AND NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = current_user)
  AND NOT CASE WHEN o.umuser = 0 THEN pg_has_role(s.srvowner, 'USAGE')
    ELSE o.usename = current_user AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE')) END`,
  },
};

function publications(major: number): Part {
  const tables =
    major >= 15
      ? `(SELECT json_agg(json_build_array(tn.nspname, c.relname,
      (SELECT json_agg(a.attname ORDER BY a.attname COLLATE "C") FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum = ANY (r.prattrs)),
      pg_get_expr(r.prqual, r.prrelid)))
    FROM pg_publication_rel AS r JOIN pg_class AS c ON c.oid = r.prrelid JOIN pg_namespace AS tn ON tn.oid = c.relnamespace
    WHERE r.prpubid = o.oid)`
      : `(SELECT json_agg(json_build_array(tn.nspname, c.relname))
    FROM pg_publication_rel AS r JOIN pg_class AS c ON c.oid = r.prrelid JOIN pg_namespace AS tn ON tn.oid = c.relnamespace
    WHERE r.prpubid = o.oid)`;
  return {
    type: 'publication',
    from: 'pg_publication AS o\nWHERE true',
    identity: ['o.pubname'],
    comment: { catalog: 'pg_publication', oid: 'o.oid' },
    owner: 'o.pubowner',
    properties: {
      'all tables': 'o.puballtables',
      inserts: 'o.pubinsert',
      updates: 'o.pubupdate',
      deletes: 'o.pubdelete',
      truncates: 'o.pubtruncate',
      'via partition root': { sql: 'o.pubviaroot', since: 13 },
      'generated columns': { sql: `CASE o.pubgencols WHEN 's' THEN 'stored' END`, since: 18 },
      tables,
      schemas: {
        sql: `(SELECT json_agg(sn.nspname) FROM pg_publication_namespace AS r JOIN pg_namespace AS sn ON sn.oid = r.pnnspid WHERE r.pnpubid = o.oid)`,
        since: 15,
      },
    },
  };
}

const OF_THIS_DATABASE = `pg_subscription AS o JOIN pg_database AS db ON db.oid = o.subdbid AND db.datname = current_database()\nWHERE true`;

const SUBSCRIPTION_COMMENT = { catalog: 'pg_subscription', oid: 'o.oid' };

/** Up to 13 not everybody may read the OIDs. */
function subscriptions(major: number): Part {
  return {
    type: 'subscription',
    from: OF_THIS_DATABASE,
    identity: ['o.subname'],
    owner: 'o.subowner',
    ...(major >= 14 ? { comment: SUBSCRIPTION_COMMENT } : {}),
    properties: {
      disabled: 'NOT o.subenabled',
      slot: 'o.subslotname',
      publications: 'to_json(o.subpublications)',
      binary: { sql: 'o.subbinary', since: 14 },
      streaming: {
        sql:
          major >= 16
            ? `CASE o.substream WHEN 't' THEN 'on' WHEN 'p' THEN 'parallel' END`
            : `CASE WHEN o.substream THEN 'on' END`,
        since: 14,
      },
      'two-phase': { sql: `o.subtwophasestate <> 'd'`, since: 15 },
      'disable on error': { sql: 'o.subdisableonerr', since: 15 },
      'password not required': { sql: 'NOT o.subpasswordrequired', since: 16 },
      'run as owner': { sql: 'o.subrunasowner', since: 16 },
      origin: { sql: `NULLIF(o.suborigin, 'any')`, since: 16 },
      failover: { sql: 'o.subfailover', since: 17 },
    },
  };
}

/** Apart from the rest, because only a superuser may read it. */
function connections(major: number): Part {
  return {
    type: 'subscription',
    more: true,
    from: OF_THIS_DATABASE,
    identity: ['o.subname'],
    ...(major < 14 ? { comment: SUBSCRIPTION_COMMENT } : {}),
    properties: {
      connection: { sql: 'o.subconninfo', masked: 'secret' },
      'synchronous commit': 'o.subsynccommit',
    },
  };
}

export function foreignParts(major: number): readonly Part[] {
  return [WRAPPERS, SERVERS, USER_MAPPINGS, publications(major), subscriptions(major), connections(major)];
}
