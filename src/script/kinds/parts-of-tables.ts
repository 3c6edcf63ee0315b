import type { SchemaObject, Value } from '../../catalog/snapshot.ts';
import { quoteLiteral } from '../../sql/quote.ts';
import { RANK, type Writer } from '../context.ts';
import { isPartition, tableOf } from '../inheritance.ts';
import { qualified, roleName, withoutArguments } from '../names.ts';
import { type Line, line } from '../step.ts';
import { dropByName } from './schemas.ts';

const nameOf = ({ identity }: SchemaObject) => qualified(identity.slice(-1));
const tableName = ({ identity }: SchemaObject) => qualified(identity.slice(0, -1));

const STATES: Readonly<Record<string, string>> = {
  disabled: 'DISABLE',
  replica: 'ENABLE REPLICA',
  always: 'ENABLE ALWAYS',
};

/** When a trigger or rule fires, if otherwise than usual. */
function state(one: SchemaObject, always = false): Line[] {
  const enabled = one.properties.enabled;
  if (enabled === undefined && !always) return [];
  const how = enabled === undefined ? 'ENABLE' : STATES[String(enabled)]!;
  return [line(`ALTER TABLE ${tableName(one)} ${how} ${one.type.toUpperCase()} ${nameOf(one)}`)];
}

export const TRIGGER: Writer = {
  rank: RANK.part,
  make: (one) => [line(String(one.properties.definition)), ...state(one)],
  // A copy on a partition fires as the trigger of its table did when it was made.
  carried: (one, { after }) =>
    isPartition(tableOf(one, after)) && one.properties.inherited ? state(one, true) : state(one),
  drop: dropByName,
  remakes: ({ changed }) => changed.has('definition'),
  alter: ({ after, changed }) => (changed.has('enabled') ? state(after, true) : []),
};

export const RULE: Writer = {
  rank: RANK.part,
  make: (one) => [line(String(one.properties.definition).replace(/;\s*$/, '')), ...state(one)],
  drop: dropByName,
  remakes: ({ changed }) => changed.has('definition'),
  alter: ({ after }) => state(after, true),
};

/** Roles come quoted. */
function rolesOf({ properties }: SchemaObject): string {
  return ((properties.roles ?? ['public']) as readonly string[])
    .map((role) => (role === 'public' ? roleName(role) : role))
    .join(', ');
}

export const POLICY: Writer = {
  rank: RANK.part,
  make: (one) => {
    const p = one.properties;
    return [
      line(
        [
          `CREATE POLICY ${nameOf(one)} ON ${tableName(one)}${p.restrictive ? ' AS RESTRICTIVE' : ''} FOR ${String(p.command).toUpperCase()} TO ${rolesOf(one)}`,
          ...(p.using === undefined ? [] : [`USING (${String(p.using)})`]),
          ...(p['with check'] === undefined ? [] : [`WITH CHECK (${String(p['with check'])})`]),
        ].join('\n'),
      ),
    ];
  },
  drop: dropByName,
  remakes: ({ changed, after }) =>
    ['command', 'restrictive'].some((name) => changed.has(name)) ||
    ['using', 'with check'].some((name) => changed.has(name) && after.properties[name] === undefined),
  alter: ({ after, changed }) => [
    line(
      [
        `ALTER POLICY ${nameOf(after)} ON ${tableName(after)}${changed.has('roles') ? ` TO ${rolesOf(after)}` : ''}`,
        ...(changed.has('using') ? [`USING (${String(after.properties.using)})`] : []),
        ...(changed.has('with check') ? [`WITH CHECK (${String(after.properties['with check'])})`] : []),
      ].join('\n'),
    ),
  ],
};

export const STATISTICS: Writer = {
  rank: RANK.part,
  make: (one) => [
    line(String(one.properties.definition)),
    ...(one.properties.target === undefined
      ? []
      : [line(`ALTER STATISTICS ${qualified(one.identity)} SET STATISTICS ${String(one.properties.target)}`)]),
  ],
  drop: dropByName,
  remakes: ({ changed }) => changed.has('definition'),
  alter: ({ after }) => [
    line(`ALTER STATISTICS ${qualified(after.identity)} SET STATISTICS ${String(after.properties.target ?? -1)}`),
  ],
};

export const EVENT_TRIGGER: Writer = {
  rank: RANK.eventTrigger,
  make: ({ identity, properties: p }) => {
    const tags = (p.tags ?? []) as readonly Value[];
    const when = tags.length === 0 ? '' : ` WHEN TAG IN (${tags.map((tag) => quoteLiteral(String(tag))).join(', ')})`;
    return [
      line(
        `CREATE EVENT TRIGGER ${qualified(identity)} ON ${String(p.event)}${when} EXECUTE FUNCTION ${withoutArguments(String(p.function))}()`,
      ),
      ...(p.enabled === undefined
        ? []
        : [line(`ALTER EVENT TRIGGER ${qualified(identity)} ${STATES[String(p.enabled)]}`)]),
    ];
  },
  drop: dropByName,
  remakes: ({ changed }) => ['event', 'tags', 'function'].some((name) => changed.has(name)),
  alter: ({ after: { identity, properties } }) => [
    line(
      `ALTER EVENT TRIGGER ${qualified(identity)} ${properties.enabled === undefined ? 'ENABLE' : STATES[String(properties.enabled)]}`,
    ),
  ],
};
