import { displayIdentifier } from '../sql/quote.ts';
import type { ObjectType } from './object-types.ts';
import type { SchemaObject } from './snapshot.ts';

const display = (parts: readonly string[]) => parts.map(displayIdentifier).join('.');

/** What does not name itself by schema and name alone. */
const SPECIAL: Partial<Record<ObjectType, (identity: readonly string[]) => string>> = {
  index: ([schema, , name]) => display([schema!, name!]),
  constraint: onRelation,
  trigger: onRelation,
  rule: onRelation,
  policy: onRelation,
  'domain constraint': onRelation,
  function: routine,
  procedure: routine,
  aggregate: routine,
  operator: ([schema, name, left, right]) => `${display([schema!])}.${name} (${left || 'NONE'}, ${right || 'NONE'})`,
  'operator family': usingMethod,
  'operator class': usingMethod,
  cast: ([from, to]) => `${from} AS ${to}`,
  transform: ([type, language]) => `${type} for ${displayIdentifier(language!)}`,
  'user mapping': ([server, user]) => `${displayIdentifier(user!)} on ${displayIdentifier(server!)}`,
  'database setting': ([role, name]) => (role ? `${name} of ${displayIdentifier(role)}` : name!),
  'default privileges': ([role, schema, kind]) =>
    `${kind} of ${displayIdentifier(role!)}${schema ? ` in ${displayIdentifier(schema)}` : ''}`,
  'security label': ([provider, type, ...names]) => `${provider} on ${type} ${display(names)}`,
};

/** The object's name as people write it in SQL, without its kind. */
export function objectName({ type, identity }: Pick<SchemaObject, 'type' | 'identity'>): string {
  return (SPECIAL[type] ?? display)(identity);
}

function onRelation(identity: readonly string[]): string {
  return `${displayIdentifier(identity.at(-1)!)} on ${display(identity.slice(0, -1))}`;
}

/** Argument types are SQL already. */
function routine([schema, name, ...types]: readonly string[]): string {
  return `${display([schema!, name!])}(${types.join(', ')})`;
}

function usingMethod([schema, name, method]: readonly string[]): string {
  return `${display([schema!, name!])} using ${displayIdentifier(method!)}`;
}
