import { nameOf, notMember, type Part, relations, routineOf, typeOf, userSchema } from '../part.ts';
import { CONSTRAINT_DEFINITION } from './within-relations.ts';

const IDENTITY = ['n.nspname', 't.typname'];
const COMMON = {
  identity: IDENTITY,
  comment: { catalog: 'pg_type', oid: 't.oid' },
  owner: 't.typowner',
  privileges: { kind: 'T', acl: 't.typacl' },
};

/** `kinds`: of pg_type.typtype. */
function types(kinds: string, joins = '', more = ''): string {
  const list = [...kinds].map((kind) => `'${kind}'`).join(', ');
  return `pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace${joins && `\n${joins}`}
WHERE t.typtype IN (${list}) AND ${userSchema()} AND ${notMember('pg_type', 't.oid')}${more && `\n  AND ${more}`}`;
}

const ENUMS: Part = {
  type: 'enum',
  from: types('e'),
  ...COMMON,
  properties: {
    labels: `(SELECT json_agg(v.enumlabel ORDER BY v.enumsortorder) FROM pg_enum AS v WHERE v.enumtypid = t.oid)`,
  },
};

function domains(major: number): Part {
  const named = major < 17 ? '' : `LEFT JOIN pg_constraint AS nn ON nn.contypid = t.oid AND nn.contype = 'n'`;
  return {
    type: 'domain',
    from: types('d', `JOIN pg_type AS b ON b.oid = t.typbasetype${named && `\n${named}`}`),
    ...COMMON,
    properties: {
      type: 'format_type(t.typbasetype, t.typtypmod)',
      'not null': 't.typnotnull',
      'not null name': { sql: `NULLIF(nn.conname, (t.typname || '_not_null')::name)`, since: 17 },
      default: `CASE WHEN t.typdefaultbin IS NOT NULL THEN pg_get_expr(t.typdefaultbin, 0) ELSE t.typdefault END`,
      collation: `CASE WHEN t.typcollation <> b.typcollation THEN ${nameOf('pg_collation', 'coll', 't.typcollation')} END`,
    },
  };
}

const DOMAIN_CONSTRAINTS: Part = {
  type: 'domain constraint',
  from: types('d', 'JOIN pg_constraint AS k ON k.contypid = t.oid', `k.contype = 'c'`),
  identity: [...IDENTITY, 'k.conname'],
  comment: { catalog: 'pg_constraint', oid: 'k.oid' },
  properties: { definition: CONSTRAINT_DEFINITION, 'not valid': 'NOT k.convalidated' },
};

const IS_COMPOSITE = `JOIN pg_class AS c ON c.oid = t.typrelid AND c.relkind = 'c'`;

const COMPOSITE_TYPES: Part = { type: 'composite type', from: types('c', IS_COMPOSITE), ...COMMON, properties: {} };

const ATTRIBUTES: Part = {
  type: 'attribute',
  from: `${relations(`JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS t ON t.oid = a.atttypid`)}
WHERE c.relkind = 'c' AND ${userSchema()} AND ${notMember('pg_type', 'c.reltype')}`,
  identity: ['n.nspname', 'c.relname', 'a.attname'],
  comment: { catalog: 'pg_class', oid: 'c.oid', column: 'a.attnum' },
  properties: {
    type: 'format_type(a.atttypid, a.atttypmod)',
    collation: `CASE WHEN a.attcollation <> t.typcollation AND a.attcollation <> 0 THEN ${nameOf('pg_collation', 'coll', 'a.attcollation')} END`,
    position: 'a.attnum',
  },
};

const RANGES: Part = {
  type: 'range',
  from: types('r', 'JOIN pg_range AS r ON r.rngtypid = t.oid JOIN pg_type AS b ON b.oid = r.rngsubtype'),
  ...COMMON,
  properties: {
    subtype: 'format_type(r.rngsubtype, NULL)',
    'operator class': nameOf('pg_opclass', 'opc', 'r.rngsubopc'),
    collation: `CASE WHEN r.rngcollation <> b.typcollation THEN ${nameOf('pg_collation', 'coll', 'r.rngcollation')} END`,
    canonical: routineOf('r.rngcanonical'),
    'subtype difference': routineOf('r.rngsubdiff'),
    multirange: { sql: nameOf('pg_type', 'typ', 'r.rngmultitypid'), since: 14 },
  },
};

/** Arrays belong to their elements. A shell type has a name and nothing else yet. */
const BASE_TYPES: Part = {
  type: 'base type',
  from: types('bp', '', `NOT EXISTS (SELECT FROM pg_type AS element WHERE element.typarray = t.oid)`),
  ...COMMON,
  properties: {
    shell: 'NOT t.typisdefined',
    input: routineOf('t.typinput'),
    output: routineOf('t.typoutput'),
    receive: routineOf('t.typreceive'),
    send: routineOf('t.typsend'),
    'modifier input': routineOf('t.typmodin'),
    'modifier output': routineOf('t.typmodout'),
    analyze: routineOf('t.typanalyze'),
    subscript: { sql: routineOf('t.typsubscript'), since: 14 },
    length: 't.typlen',
    'passed by value': 't.typbyval',
    alignment: 't.typalign',
    storage: 't.typstorage',
    category: 't.typcategory',
    preferred: 't.typispreferred',
    default: 't.typdefault',
    element: typeOf('t.typelem'),
    delimiter: `NULLIF(t.typdelim, ',')`,
    collatable: 't.typcollation <> 0',
  },
};

export function typeParts(major: number): readonly Part[] {
  return [ENUMS, domains(major), DOMAIN_CONSTRAINTS, COMPOSITE_TYPES, ATTRIBUTES, RANGES, BASE_TYPES];
}
