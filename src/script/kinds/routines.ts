import type { Properties, SchemaObject, Value } from '../../catalog/snapshot.ts';
import { dollarQuoted, quoteLiteral } from '../../sql/quote.ts';
import { type Altered, type Context, RANK, type Writer } from '../context.ts';
import { isStandIn, operatorName, parameterName, qualified, withoutArguments } from '../names.ts';
import { type Line, line } from '../step.ts';
import { dropByName } from './schemas.ts';

export const FUNCTION: Writer = {
  rank: RANK.routine,
  make: (one, context) => [createRoutine(one, context, false)],
  drop: dropByName,
  // CREATE OR REPLACE neither changes what it returns, nor the names of its arguments, nor takes a default away.
  remakes: ({ changed }) => changed.has('result') || changed.has('arguments') || changed.has('window'),
  alter: ({ after }, context) => [createRoutine(after, context, true)],
};

export const PROCEDURE: Writer = {
  ...FUNCTION,
  remakes: ({ changed }) => changed.has('arguments'),
};

function createRoutine(one: SchemaObject, context: Context, replace: boolean): Line {
  const p = one.properties;
  if (isStandIn(p.settings))
    context.cannot(one, 'a setting of it is a secret, which no snapshot holds: it is written without');
  const head = `CREATE ${replace ? 'OR REPLACE ' : ''}${one.type.toUpperCase()} ${qualified(one.identity.slice(0, 2))}(${String(p.arguments ?? '')})`;
  return line(
    [
      head,
      ...(p.result === undefined ? [] : [`RETURNS ${String(p.result)}`]),
      `LANGUAGE ${qualified([p.language!])}`,
      ...attributes(p),
      ...settings(p.settings),
      body(p),
    ].join('\n'),
  );
}

function attributes(p: Properties): string[] {
  const transforms = (p.transforms ?? []) as readonly string[];
  const words = [
    ...(transforms.length === 0 ? [] : [`TRANSFORM ${transforms.map((type) => `FOR TYPE ${type}`).join(', ')}`]),
    ...(p.window ? ['WINDOW'] : []),
    ...(p.volatility === undefined || p.volatility === 'volatile' ? [] : [String(p.volatility).toUpperCase()]),
    ...(p.strict ? ['STRICT'] : []),
    ...(p['security definer'] ? ['SECURITY DEFINER'] : []),
    ...(p.leakproof ? ['LEAKPROOF'] : []),
    ...(p.parallel === undefined || p.parallel === 'unsafe' ? [] : [`PARALLEL ${String(p.parallel).toUpperCase()}`]),
    ...(p.cost === undefined || p.cost === usualCost(p) ? [] : [`COST ${String(p.cost)}`]),
    ...(p.rows === undefined || p.rows === 1000 ? [] : [`ROWS ${String(p.rows)}`]),
    ...(p.support === undefined ? [] : [`SUPPORT ${withoutArguments(String(p.support))}`]),
  ];
  return words.length === 0 ? [] : [words.join(' ')];
}

const usualCost = ({ language }: Properties) => (language === 'c' || language === 'internal' ? 1 : 100);

/** Settings whose value is a list of names, each quoted as it must be (GUC_LIST_QUOTE of guc_tables.c). */
const LISTS = [
  'search_path',
  'temp_tablespaces',
  'local_preload_libraries',
  'session_preload_libraries',
  'shared_preload_libraries',
  'unix_socket_directories',
];

function settings(value: Value | undefined): string[] {
  const pairs = (value ?? []) as unknown as readonly (readonly [string, string])[];
  return pairs
    .filter((pair) => !isStandIn(pair[1]))
    .map(([name, text]) => `SET ${parameterName(name)} TO ${settingValue(name, text)}`);
}

function settingValue(name: string, text: string): string {
  if (!LISTS.includes(name)) return quoteLiteral(text);
  const names = text.match(/"(?:[^"]|"")*"|[^,\s][^,]*/g) ?? [];
  const bare = names.map((one) => (one.startsWith('"') ? one.slice(1, -1).replaceAll('""', '"') : one.trim()));
  return bare.length === 0 ? `''` : bare.map(quoteLiteral).join(', ');
}

function body(p: Properties): string {
  const text = String(p.body ?? '');
  if (p['parsed body']) return text;
  if (p.library !== undefined) return `AS ${quoteLiteral(String(p.library))}, ${quoteLiteral(text)}`;
  return `AS ${dollarQuoted(text, 'body', true)}`;
}

const MODIFIES: Readonly<Record<string, string>> = {
  'read only': 'READ_ONLY',
  shareable: 'SHAREABLE',
  'read write': 'READ_WRITE',
};

export const AGGREGATE: Writer = {
  rank: RANK.routine,
  make: (one) => [createAggregate(one, false)],
  drop: dropByName,
  remakes: ({ changed }) =>
    ['result', 'arguments', 'kind', 'direct arguments', 'security definer', 'settings'].some((name) =>
      changed.has(name),
    ),
  alter: ({ after }: Altered) => [createAggregate(after, true)],
};

/** What an aggregate has where nothing is said. */
function usualOf(name: keyof Properties, { kind }: Properties): string | undefined {
  if (name === 'parallel') return 'unsafe';
  return /modifies$/.test(String(name)) ? (kind === undefined ? 'read only' : 'read write') : undefined;
}

function createAggregate(one: SchemaObject, replace: boolean): Line {
  const p = one.properties;
  const routine = (value: Value) => withoutArguments(String(value));
  const text = (value: Value) => quoteLiteral(String(value));
  const parts: [string, keyof Properties, (value: Value) => string][] = [
    ['SFUNC', 'state function', routine],
    ['STYPE', 'state type', String],
    ['SSPACE', 'state size', String],
    ['FINALFUNC', 'final function', routine],
    ['COMBINEFUNC', 'combine function', routine],
    ['SERIALFUNC', 'serialize function', routine],
    ['DESERIALFUNC', 'deserialize function', routine],
    ['INITCOND', 'initial condition', text],
    ['MSFUNC', 'moving state function', routine],
    ['MINVFUNC', 'moving inverse function', routine],
    ['MSTYPE', 'moving state type', String],
    ['MSSPACE', 'moving state size', String],
    ['MFINALFUNC', 'moving final function', routine],
    ['MINITCOND', 'moving initial condition', text],
    ['FINALFUNC_MODIFY', 'final function modifies', (value) => MODIFIES[String(value)]!],
    ['MFINALFUNC_MODIFY', 'moving final function modifies', (value) => MODIFIES[String(value)]!],
    ['SORTOP', 'sort operator', (value) => `OPERATOR(${operatorName(value as readonly Value[])})`],
    ['PARALLEL', 'parallel', (value) => String(value).toUpperCase()],
  ];
  const given = parts.flatMap(([word, name, write]) => {
    const value = p[name];
    return value === undefined || value === usualOf(name, p) ? [] : [`${word} = ${write(value)}`];
  });
  const flags = [
    ...(p['final function takes arguments'] ? ['FINALFUNC_EXTRA'] : []),
    ...(p['moving final function takes arguments'] ? ['MFINALFUNC_EXTRA'] : []),
    ...(p.kind === 'hypothetical-set' ? ['HYPOTHETICAL'] : []),
  ];
  const name = `${qualified(one.identity.slice(0, 2))}(${String(p.arguments ?? '') || '*'})`;
  return line(
    `CREATE ${replace ? 'OR REPLACE ' : ''}AGGREGATE ${name} (\n    ${[...given, ...flags].join(',\n    ')}\n)`,
  );
}
