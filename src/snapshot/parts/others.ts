import {
  FIRST_OWN_OID,
  GRANT,
  nameOf,
  notMadeFor,
  notMember,
  type Part,
  routineOf,
  typeOf,
  userSchema,
} from '../part.ts';

/** FROM of a catalog whose rows have a schema. */
function inSchema(catalog: string, prefix: string, joins = ''): string {
  return `${catalog} AS o JOIN pg_namespace AS n ON n.oid = o.${prefix}namespace${joins && `\n${joins}`}
WHERE ${userSchema()} AND ${notMember(catalog, 'o.oid')}`;
}

/** FROM of a catalog whose rows belong to the database alone; those that came with the server left out. */
function ofDatabase(catalog: string, joins = '', more = ''): string {
  return `${catalog} AS o${joins && `\n${joins}`}
WHERE o.oid >= ${FIRST_OWN_OID} AND ${notMember(catalog, 'o.oid')}${more && ` AND ${more}`}`;
}

const comment = (catalog: string) => ({ catalog, oid: 'o.oid' });

const EXTENSIONS: Part = {
  type: 'extension',
  from: `pg_extension AS o JOIN pg_namespace AS n ON n.oid = o.extnamespace\nWHERE true`,
  identity: ['o.extname'],
  comment: comment('pg_extension'),
  owner: 'o.extowner',
  properties: { version: 'o.extversion', schema: 'n.nspname' },
};

const LANGUAGES: Part = {
  type: 'language',
  from: ofDatabase('pg_language'),
  identity: ['o.lanname'],
  comment: comment('pg_language'),
  owner: 'o.lanowner',
  privileges: { kind: 'l', acl: 'o.lanacl' },
  properties: {
    trusted: 'o.lanpltrusted',
    handler: routineOf('o.lanplcallfoid'),
    'inline handler': routineOf('o.laninline'),
    validator: routineOf('o.lanvalidator'),
  },
};

const ACCESS_METHODS: Part = {
  type: 'access method',
  from: ofDatabase('pg_am'),
  identity: ['o.amname'],
  comment: comment('pg_am'),
  properties: { kind: `CASE o.amtype WHEN 'i' THEN 'index' ELSE 'table' END`, handler: routineOf('o.amhandler') },
};

/** Where the locale of ICU stands changed twice. Versions of collations are the machine's, not the schema's. */
function collations(major: number): Part {
  const locale = major >= 17 ? 'o.colllocale' : 'o.colliculocale';
  return {
    type: 'collation',
    from: inSchema('pg_collation', 'coll'),
    identity: ['n.nspname', 'o.collname'],
    comment: comment('pg_collation'),
    owner: 'o.collowner',
    properties: {
      provider: `CASE o.collprovider WHEN 'i' THEN 'icu' WHEN 'c' THEN 'libc' WHEN 'b' THEN 'builtin' ELSE 'default' END`,
      collate: 'o.collcollate',
      'character type': 'o.collctype',
      locale: { sql: locale, since: 15 },
      rules: { sql: 'o.collicurules', since: 16 },
      'not deterministic': 'NOT o.collisdeterministic',
      encoding: 'CASE WHEN o.collencoding >= 0 THEN pg_encoding_to_char(o.collencoding) END',
    },
  };
}

const CONVERSIONS: Part = {
  type: 'conversion',
  from: inSchema('pg_conversion', 'con'),
  identity: ['n.nspname', 'o.conname'],
  comment: comment('pg_conversion'),
  owner: 'o.conowner',
  properties: {
    from: 'pg_encoding_to_char(o.conforencoding)',
    to: 'pg_encoding_to_char(o.contoencoding)',
    function: routineOf('o.conproc'),
    default: 'o.condefault',
  },
};

const OPERATORS: Part = {
  type: 'operator',
  from: inSchema('pg_operator', 'opr'),
  identity: ['n.nspname', 'o.oprname', `coalesce(${typeOf('o.oprleft')}, '')`, `coalesce(${typeOf('o.oprright')}, '')`],
  comment: comment('pg_operator'),
  owner: 'o.oprowner',
  properties: {
    function: routineOf('o.oprcode'),
    result: typeOf('o.oprresult'),
    commutator: `CASE WHEN o.oprcom <> 0 THEN o.oprcom::regoperator::text END`,
    negator: `CASE WHEN o.oprnegate <> 0 THEN o.oprnegate::regoperator::text END`,
    'restriction estimator': routineOf('o.oprrest'),
    'join estimator': routineOf('o.oprjoin'),
    hashes: 'o.oprcanhash',
    merges: 'o.oprcanmerge',
  },
};

const METHOD = (column: string) => `JOIN pg_am AS m ON m.oid = o.${column}`;

const OPERATOR_FAMILIES: Part = {
  type: 'operator family',
  from: inSchema('pg_opfamily', 'opf', METHOD('opfmethod')),
  identity: ['n.nspname', 'o.opfname', 'm.amname'],
  comment: comment('pg_opfamily'),
  owner: 'o.opfowner',
  properties: {
    operators: `(SELECT json_agg(json_build_array(a.amopstrategy, format_type(a.amoplefttype, NULL), format_type(a.amoprighttype, NULL),
    a.amopopr::regoperator::text,
    CASE WHEN a.amoppurpose = 'o' THEN ${nameOf('pg_opfamily', 'opf', 'a.amopsortfamily')} END))
    FROM pg_amop AS a WHERE a.amopfamily = o.oid)`,
    functions: `(SELECT json_agg(json_build_array(a.amprocnum, format_type(a.amproclefttype, NULL), format_type(a.amprocrighttype, NULL),
    a.amproc::oid::regprocedure::text)) FROM pg_amproc AS a WHERE a.amprocfamily = o.oid)`,
  },
};

const OPERATOR_CLASSES: Part = {
  type: 'operator class',
  from: inSchema('pg_opclass', 'opc', METHOD('opcmethod')),
  identity: ['n.nspname', 'o.opcname', 'm.amname'],
  comment: comment('pg_opclass'),
  owner: 'o.opcowner',
  properties: {
    type: 'format_type(o.opcintype, NULL)',
    default: 'o.opcdefault',
    family: nameOf('pg_opfamily', 'opf', 'o.opcfamily'),
    storage: typeOf('o.opckeytype'),
  },
};

const CASTS: Part = {
  type: 'cast',
  from: `pg_cast AS o\nWHERE o.oid >= ${FIRST_OWN_OID} AND ${notMadeFor('pg_cast', 'o.oid')}`,
  identity: ['format_type(o.castsource, NULL)', 'format_type(o.casttarget, NULL)'],
  comment: comment('pg_cast'),
  properties: {
    function: routineOf('o.castfunc'),
    context: `CASE o.castcontext WHEN 'e' THEN 'explicit' WHEN 'a' THEN 'assignment' ELSE 'implicit' END`,
    method: `CASE o.castmethod WHEN 'f' THEN 'function' WHEN 'i' THEN 'inout' ELSE 'binary' END`,
  },
};

const TRANSFORMS: Part = {
  type: 'transform',
  from: ofDatabase('pg_transform', 'JOIN pg_language AS l ON l.oid = o.trflang'),
  identity: ['format_type(o.trftype, NULL)', 'l.lanname'],
  comment: comment('pg_transform'),
  properties: { 'from SQL': routineOf('o.trffromsql'), 'to SQL': routineOf('o.trftosql') },
};

const SEARCH_PARSERS: Part = {
  type: 'text search parser',
  from: inSchema('pg_ts_parser', 'prs'),
  identity: ['n.nspname', 'o.prsname'],
  comment: comment('pg_ts_parser'),
  properties: {
    start: routineOf('o.prsstart'),
    token: routineOf('o.prstoken'),
    end: routineOf('o.prsend'),
    headline: routineOf('o.prsheadline'),
    'token types': routineOf('o.prslextype'),
  },
};

const SEARCH_TEMPLATES: Part = {
  type: 'text search template',
  from: inSchema('pg_ts_template', 'tmpl'),
  identity: ['n.nspname', 'o.tmplname'],
  comment: comment('pg_ts_template'),
  properties: { init: routineOf('o.tmplinit'), lexize: routineOf('o.tmpllexize') },
};

const SEARCH_DICTIONARIES: Part = {
  type: 'text search dictionary',
  from: inSchema('pg_ts_dict', 'dict'),
  identity: ['n.nspname', 'o.dictname'],
  comment: comment('pg_ts_dict'),
  owner: 'o.dictowner',
  properties: {
    template: nameOf('pg_ts_template', 'tmpl', 'o.dicttemplate'),
    settings: 'CASE WHEN o.dictinitoption IS NOT NULL THEN json_build_array(o.dictinitoption) END',
  },
};

const SEARCH_CONFIGURATIONS: Part = {
  type: 'text search configuration',
  from: inSchema('pg_ts_config', 'cfg'),
  identity: ['n.nspname', 'o.cfgname'],
  comment: comment('pg_ts_config'),
  owner: 'o.cfgowner',
  properties: {
    parser: nameOf('pg_ts_parser', 'prs', 'o.cfgparser'),
    // The dictionaries of a kind of token are asked in this order.
    mappings: `(SELECT json_agg(json_build_array(coalesce((SELECT tt.alias FROM ts_token_type(o.cfgparser) AS tt WHERE tt.tokid = k.maptokentype),
    k.maptokentype::text), k.dictionaries)) FROM (SELECT m.maptokentype,
      json_agg(json_build_array(ds.nspname, d.dictname) ORDER BY m.mapseqno) AS dictionaries
      FROM pg_ts_config_map AS m JOIN pg_ts_dict AS d ON d.oid = m.mapdict JOIN pg_namespace AS ds ON ds.oid = d.dictnamespace
      WHERE m.mapcfg = o.oid GROUP BY m.maptokentype) AS k)`,
  },
};

const EVENT_TRIGGERS: Part = {
  type: 'event trigger',
  from: ofDatabase('pg_event_trigger'),
  identity: ['o.evtname'],
  comment: comment('pg_event_trigger'),
  owner: 'o.evtowner',
  properties: {
    event: 'o.evtevent',
    tags: 'to_json(o.evttags)',
    function: routineOf('o.evtfoid'),
    enabled: `CASE o.evtenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END`,
  },
};

const DEFAULT_PRIVILEGES: Part = {
  type: 'default privileges',
  onlyPrivileges: true,
  from: `pg_default_acl AS o LEFT JOIN pg_namespace AS n ON n.oid = o.defaclnamespace\nWHERE true`,
  identity: [
    'pg_get_userbyid(o.defaclrole)',
    `coalesce(n.nspname, '')`,
    `CASE o.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
    WHEN 'n' THEN 'schemas' WHEN 'L' THEN 'large objects' ELSE o.defaclobjtype::text END`,
  ],
  properties: {
    privileges: `coalesce((SELECT json_agg(${GRANT}) FROM (SELECT CASE x.grantee WHEN 0 THEN 'public' WHEN o.defaclrole THEN '(owner)'
      ELSE quote_ident(pg_get_userbyid(x.grantee)) END AS grantee, x.privilege_type, bool_or(x.is_grantable) AS grantable
      FROM aclexplode(o.defaclacl) AS x GROUP BY 1, 2) AS g), '[]'::json)`,
  },
};

/** What ALTER DATABASE ... SET and ALTER ROLE ... IN DATABASE ... SET say of this database. */
const DATABASE_SETTINGS: Part = {
  type: 'database setting',
  from: `pg_db_role_setting AS o JOIN pg_database AS db ON db.oid = o.setdatabase AND db.datname = current_database()
CROSS JOIN LATERAL unnest(o.setconfig) AS s(entry)\nWHERE true`,
  identity: [
    `CASE WHEN o.setrole = 0 THEN '' ELSE pg_get_userbyid(o.setrole) END`,
    `substr(s.entry, 1, strpos(s.entry, '=') - 1)`,
  ],
  properties: { value: { sql: 's.entry', masked: 'setting' } },
};

const SECURITY_LABELS: Part = {
  type: 'security label',
  from: `pg_seclabel AS o CROSS JOIN LATERAL pg_identify_object_as_address(o.classoid, o.objoid, o.objsubid) AS a\nWHERE true`,
  identity: `to_json(ARRAY[o.provider, a.type] || a.object_names || a.object_args)`,
  properties: { label: 'o.label' },
};

export function otherParts(major: number): readonly Part[] {
  return [
    EXTENSIONS,
    LANGUAGES,
    ACCESS_METHODS,
    collations(major),
    CONVERSIONS,
    OPERATORS,
    OPERATOR_FAMILIES,
    OPERATOR_CLASSES,
    CASTS,
    TRANSFORMS,
    SEARCH_PARSERS,
    SEARCH_TEMPLATES,
    SEARCH_DICTIONARIES,
    SEARCH_CONFIGURATIONS,
    EVENT_TRIGGERS,
    DEFAULT_PRIVILEGES,
    DATABASE_SETTINGS,
    SECURITY_LABELS,
  ];
}
