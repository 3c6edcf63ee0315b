import { nameOf, notMadeFor, notOwn, type Part, type PropertySql, routineOf, typeOf, userSchema } from '../part.ts';

/** Schema, name, then each argument type. */
const IDENTITY = `to_json(ARRAY[n.nspname::text, p.proname::text] || ARRAY(
    SELECT format_type(arg.type, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS arg(type, place) ORDER BY arg.place))`;

function routines(kinds: string, joins = ''): string {
  const list = [...kinds].map((kind) => `'${kind}'`).join(', ');
  return `pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang${joins && `\n${joins}`}
WHERE p.prokind IN (${list}) AND ${userSchema()} AND ${notMadeFor('pg_proc', 'p.oid')} AND ${notOwn('p.proname')}`;
}

const COMMON = {
  identity: IDENTITY,
  comment: { catalog: 'pg_proc', oid: 'p.oid' },
  owner: 'p.proowner',
  privileges: { kind: 'f', acl: 'p.proacl' },
};

const CALL: Readonly<Record<string, PropertySql>> = {
  arguments: 'pg_get_function_arguments(p.oid)',
  'security definer': 'p.prosecdef',
  settings: { sql: 'to_json(p.proconfig)', masked: 'settings' },
};

const CODE: Readonly<Record<string, PropertySql>> = {
  ...CALL,
  language: 'l.lanname',
  // The body as written; of a standard SQL body (14 and newer) what the server makes of it; of C the symbol and the library.
  body: { sql: 'coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)', since: 14, older: 'p.prosrc' },
  'parsed body': { sql: 'p.prosqlbody IS NOT NULL', since: 14 },
  library: 'p.probin',
  transforms: `(SELECT json_agg(format_type(o, NULL)) FROM unnest(p.protrftypes) AS o)`,
};

const PLANNED: Readonly<Record<string, PropertySql>> = {
  volatility: `CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END`,
  strict: 'p.proisstrict',
  leakproof: 'p.proleakproof',
  parallel: `CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END`,
  cost: 'p.procost',
  rows: 'NULLIF(p.prorows, 0)',
};

const FUNCTIONS: Part = {
  type: 'function',
  from: routines('fw'),
  ...COMMON,
  properties: {
    ...CODE,
    ...PLANNED,
    result: 'pg_get_function_result(p.oid)',
    window: `p.prokind = 'w'`,
    support: routineOf('p.prosupport'),
  },
};

const PROCEDURES: Part = { type: 'procedure', from: routines('p'), ...COMMON, properties: CODE };

const MODIFIES = (column: string) =>
  `CASE ${column} WHEN 'r' THEN 'read only' WHEN 's' THEN 'shareable' ELSE 'read write' END`;

const AGGREGATES: Part = {
  type: 'aggregate',
  from: routines('a', 'JOIN pg_aggregate AS g ON g.aggfnoid = p.oid'),
  ...COMMON,
  properties: {
    ...CALL,
    result: 'pg_get_function_result(p.oid)',
    kind: `CASE g.aggkind WHEN 'o' THEN 'ordered-set' WHEN 'h' THEN 'hypothetical-set' END`,
    'direct arguments': 'NULLIF(g.aggnumdirectargs, 0)',
    parallel: `CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END`,
    'state function': routineOf('g.aggtransfn'),
    'state type': typeOf('g.aggtranstype'),
    'state size': 'NULLIF(g.aggtransspace, 0)',
    'initial condition': 'g.agginitval',
    'final function': routineOf('g.aggfinalfn'),
    'final function takes arguments': 'g.aggfinalextra',
    'final function modifies': MODIFIES('g.aggfinalmodify'),
    'combine function': routineOf('g.aggcombinefn'),
    'serialize function': routineOf('g.aggserialfn'),
    'deserialize function': routineOf('g.aggdeserialfn'),
    'moving state function': routineOf('g.aggmtransfn'),
    'moving inverse function': routineOf('g.aggminvtransfn'),
    'moving state type': typeOf('g.aggmtranstype'),
    'moving state size': 'NULLIF(g.aggmtransspace, 0)',
    'moving initial condition': 'g.aggminitval',
    'moving final function': routineOf('g.aggmfinalfn'),
    'moving final function takes arguments': 'g.aggmfinalextra',
    'moving final function modifies': `CASE WHEN g.aggmtransfn <> 0 THEN ${MODIFIES('g.aggmfinalmodify')} END`,
    'sort operator': `CASE WHEN g.aggsortop <> 0 THEN ${nameOf('pg_operator', 'opr', 'g.aggsortop')} END`,
  },
};

export const ROUTINE_PARTS: readonly Part[] = [FUNCTIONS, PROCEDURES, AGGREGATES];
