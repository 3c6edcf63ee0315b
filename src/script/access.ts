import { objectName } from '../catalog/object-name.ts';
import type { ObjectType } from '../catalog/object-types.ts';
import { keyOf, type SchemaObject, type Value } from '../catalog/snapshot.ts';
import { quoteLiteral } from '../sql/quote.ts';
import type { Context } from './context.ts';
import { grouped } from './group.ts';
import { addressOf, qualified, roleName } from './names.ts';
import type { NodeType } from './side.ts';
import { type Line, line } from './step.ts';

/** Properties that every kind may have, and that are set by statements of their own. */
const ACCESS: ReadonlySet<string> = new Set(['comment', 'owner', 'privileges', 'revoked privileges']);

/** Of default privileges they are what such an object is. */
export function isAccess(property: string, type: NodeType): boolean {
  return type !== 'default privileges' && ACCESS.has(property);
}

/** What has no owner of its own to be set: that of an extension cannot be changed. */
const WITHOUT_OWNER: ReadonlySet<ObjectType> = new Set<ObjectType>(['extension']);

/** Owner, comment and grants of an object that was just made: what is not to be compared stays as it was. */
export function accessOf(one: SchemaObject, context: Context): Line[] {
  const before = context.before.nodes.get(keyOf(one))?.one;
  const owner = isOwnedWith(one) ? undefined : (context.included.owners ? one : before)?.properties.owner;
  const access = context.included.privileges ? one : before;
  if (before) sayWhatIsLost(one, context);
  return [
    ...(owner === undefined || WITHOUT_OWNER.has(one.type) ? [] : [ownerLine(one, String(owner))]),
    ...(one.properties.comment === undefined ? [] : [commentLine(one)]),
    ...(access && GRANTED_AS[one.type]
      ? grantLines({ ...one, properties: { ...access.properties, ...(owner === undefined ? {} : { owner }) } }, context)
      : []),
  ];
}

/** A sequence that a column owns belongs to whom the table belongs to. */
function isOwnedWith({ type, properties }: SchemaObject): boolean {
  return type === 'sequence' && properties['owned by'] !== undefined;
}

function sayWhatIsLost(one: SchemaObject, { before, included, cannot }: Context): void {
  const lost = [
    ...(included.owners || before.snapshot.owners ? [] : ['owner']),
    ...(included.privileges || before.snapshot.privileges ? [] : ['grants']),
  ];
  if (lost.length === 0 || !GRANTED_AS[one.type] || one.type === 'column') return;
  cannot(one, `it is made anew, and loses ${lost.join(' and ')}: the first schema was read without`);
}

/** What it takes to change owner, comment and grants. */
export function accessChanges(before: SchemaObject, after: SchemaObject, context: Context): Line[] {
  const lines: Line[] = [];
  const { owners, privileges } = context.included;
  const owner = after.properties.owner;
  if (owners && owner !== undefined && owner !== before.properties.owner && !isOwnedWith(after)) {
    if (WITHOUT_OWNER.has(after.type)) context.cannot(after, 'the owner cannot be changed');
    else lines.push(ownerLine(after, String(owner)));
  }
  if (before.properties.comment !== after.properties.comment) lines.push(commentLine(after));
  return privileges && GRANTED_AS[after.type] ? [...lines, ...grantChanges(before, after)] : lines;
}

function ownerLine(one: SchemaObject, owner: string): Line {
  return line(`ALTER ${addressOf(one)} OWNER TO ${qualified([owner])}`);
}

function commentLine(one: SchemaObject): Line {
  const { comment } = one.properties;
  return line(`COMMENT ON ${addressOf(one)} IS ${comment === undefined ? 'NULL' : quoteLiteral(String(comment))}`);
}

/** As GRANT names the kinds. */
const GRANTED_AS: Partial<Record<ObjectType, string>> = {
  table: 'TABLE',
  view: 'TABLE',
  'materialized view': 'TABLE',
  'foreign table': 'TABLE',
  column: 'TABLE',
  sequence: 'SEQUENCE',
  function: 'FUNCTION',
  aggregate: 'FUNCTION',
  procedure: 'PROCEDURE',
  schema: 'SCHEMA',
  language: 'LANGUAGE',
  enum: 'TYPE',
  domain: 'DOMAIN',
  range: 'TYPE',
  'composite type': 'TYPE',
  'base type': 'TYPE',
  'foreign-data wrapper': 'FOREIGN DATA WRAPPER',
  server: 'FOREIGN SERVER',
};

/** As default privileges name them. */
const DEFAULTS_OF: Partial<Record<string, string>> = {
  TABLE: 'tables',
  SEQUENCE: 'sequences',
  FUNCTION: 'functions',
  PROCEDURE: 'functions',
  TYPE: 'types',
  DOMAIN: 'types',
  SCHEMA: 'schemas',
};

/** What everybody may do with a new object. */
const USUAL: Partial<Record<string, string>> = {
  FUNCTION: 'EXECUTE',
  PROCEDURE: 'EXECUTE',
  TYPE: 'USAGE',
  DOMAIN: 'USAGE',
  LANGUAGE: 'USAGE',
};

type Grant = readonly [grantee: string, privilege: string, option?: string];

const grantsIn = (value: Value | undefined) => (value ?? []) as unknown as readonly Grant[];

function grantLines(one: SchemaObject, context: Context): Line[] {
  const granted = grantsIn(one.properties.privileges);
  const revoked = grantsIn(one.properties['revoked privileges']);
  const kind = GRANTED_AS[one.type]!;
  const cleared = clearedGrantees(one, kind, context);
  const again: Grant[] = [];
  const usual = USUAL[kind];
  if (usual && cleared.includes('public') && !revoked.some(([grantee]) => grantee === 'public'))
    again.push(['public', usual]);
  return [
    ...cleared.map((grantee) => line(`REVOKE ALL ON ${kind} ${objectName(one)} FROM ${granteeName(grantee, one)}`)),
    ...grantsOf(
      'REVOKE',
      one,
      revoked.filter(([grantee]) => !cleared.includes(grantee)),
    ),
    ...grantsOf('GRANT', one, [...again, ...granted]),
  ];
}

/** Whom default privileges give something on a new object of this kind, or take it. */
function clearedGrantees(one: SchemaObject, kind: string, context: Context): string[] {
  const defaults = DEFAULTS_OF[kind];
  if (defaults === undefined || one.type === 'column') return [];
  const holding = context.before.snapshot.objects.filter(
    ({ type, identity }) =>
      type === 'default privileges' && identity[2] === defaults && ['', one.identity[0]].includes(identity[1]),
  );
  const named = holding.flatMap(({ identity, properties }) => [
    ...grantsIn(properties.privileges).map(([grantee]) => grantee),
    ...(identity[1] === '' ? ['public'] : []),
  ]);
  return [...new Set(named)].filter((grantee) => grantee !== '(owner)').sort();
}

function grantChanges(before: SchemaObject, after: SchemaObject): Line[] {
  const minus = (these: Value | undefined, those: Value | undefined) => {
    const there = new Set(grantsIn(those).map((grant) => JSON.stringify(grant)));
    return grantsIn(these).filter((grant) => !there.has(JSON.stringify(grant)));
  };
  const [a, b] = [before.properties, after.properties];
  return [
    ...grantsOf('REVOKE', after, [
      ...minus(a.privileges, b.privileges),
      ...minus(b['revoked privileges'], a['revoked privileges']),
    ]),
    ...grantsOf('GRANT', after, [
      ...minus(b.privileges, a.privileges),
      ...minus(a['revoked privileges'], b['revoked privileges']),
    ]),
  ];
}

/** One statement for all that one role gets, or loses, in the same way. */
function grantsOf(verb: 'GRANT' | 'REVOKE', one: SchemaObject, grants: readonly Grant[]): Line[] {
  const groups = grouped(grants, ([grantee, , option]) =>
    JSON.stringify([grantee, verb === 'GRANT' ? option : undefined]),
  );
  return [...groups.values()].map((group) => {
    const [grantee, , option] = group[0]!;
    const column = one.type === 'column' ? ` (${qualified(one.identity.slice(-1))})` : '';
    const words = [...new Set(group.map(([, privilege]) => `${privilege}${column}`))].join(', ');
    const name = one.type === 'column' ? qualified(one.identity.slice(0, -1)) : objectName(one);
    const suffix = verb === 'GRANT' && option !== undefined ? ' WITH GRANT OPTION' : '';
    const direction = verb === 'GRANT' ? 'TO' : 'FROM';
    return line(
      `${verb} ${words} ON ${GRANTED_AS[one.type]} ${name} ${direction} ${granteeName(grantee, one)}${suffix}`,
    );
  });
}

/** Roles come quoted. Who owns an object is the role that makes it, where the schema was read without owners. */
function granteeName(grantee: string, one: SchemaObject): string {
  if (grantee === 'public') return roleName(grantee);
  if (grantee !== '(owner)') return grantee;
  return one.properties.owner === undefined ? 'CURRENT_USER' : qualified([String(one.properties.owner)]);
}
