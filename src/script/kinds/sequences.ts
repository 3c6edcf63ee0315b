import type { Properties, SchemaObject } from '../../catalog/snapshot.ts';
import { type Context, RANK, type Writer } from '../context.ts';
import { qualified } from '../names.ts';
import { nodeKey } from '../side.ts';
import { line } from '../step.ts';
import { dropByName } from './schemas.ts';

/** `[INCREMENT BY 1 ...]`: all of them, as what is usual depends on type and direction. */
function sequenceOptions(p: Properties): string {
  return [
    `START WITH ${String(p.start)}`,
    `INCREMENT BY ${String(p.increment)}`,
    `MINVALUE ${String(p.minimum)}`,
    `MAXVALUE ${String(p.maximum)}`,
    `CACHE ${String(p.cache)}`,
    ...(p.cycle ? ['CYCLE'] : []),
  ].join(' ');
}

/** Without those that are what a sequence of its type has that counts up. */
function unusualOptions(p: Properties): string {
  const top = { smallint: '32767', integer: '2147483647', bigint: '9223372036854775807' }[String(p.type)];
  return [
    ...(p.start === '1' ? [] : [`START WITH ${String(p.start)}`]),
    ...(p.increment === '1' ? [] : [`INCREMENT BY ${String(p.increment)}`]),
    ...(p.minimum === '1' ? [] : [`MINVALUE ${String(p.minimum)}`]),
    ...(p.maximum === top ? [] : [`MAXVALUE ${String(p.maximum)}`]),
    ...(p.cache === '1' ? [] : [`CACHE ${String(p.cache)}`]),
    ...(p.cycle ? ['CYCLE'] : []),
  ].join(' ');
}

/** Where it counts in the other direction, the counter is beyond its end. */
function turns(before: Properties, after: Properties): boolean {
  return String(before.increment).startsWith('-') !== String(after.increment).startsWith('-');
}

export const SEQUENCE: Writer = {
  rank: RANK.sequence,
  make: ({ identity, properties: p }) => {
    const options = unusualOptions(p);
    const type = p.type === 'bigint' ? '' : ` AS ${String(p.type)}`;
    const unlogged = p.unlogged ? 'UNLOGGED ' : '';
    return [line(`CREATE ${unlogged}SEQUENCE ${qualified(identity)}${type}${options === '' ? '' : ` ${options}`}`)];
  },
  // Of an identity column: it is made with the column, logged as the table is.
  carried: ({ identity, properties: p }, { after, major }) => {
    const table = after.nodes.get(nodeKey('table', (p['owned by'] as string[]).slice(0, -1)))?.one;
    if (major < 15 || (p.unlogged ?? false) === (table?.properties.unlogged ?? false)) return [];
    return [line(`ALTER SEQUENCE ${qualified(identity)} SET ${p.unlogged ? 'UNLOGGED' : 'LOGGED'}`)];
  },
  drop: (one, context) => [{ ...dropByName(one, context)[0]!, loses: 'where the counter stands' }],
  remakes: ({ changed }) => changed.has('of an identity column'),
  alter: ({ before, after, changed }) => {
    const { identity, properties: p } = after;
    const name = `ALTER SEQUENCE ${qualified(identity)}`;
    const values = ['type', 'start', 'increment', 'minimum', 'maximum', 'cache', 'cycle'].some((one) =>
      changed.has(one),
    );
    return [
      ...(values
        ? [
            line(
              `${name} AS ${String(p.type)} ${sequenceOptions(p)}${p.cycle ? '' : ' NO CYCLE'}${turns(before.properties, p) ? ' RESTART' : ''}`,
            ),
          ]
        : []),
      ...(changed.has('unlogged') ? [line(`${name} SET ${p.unlogged ? 'UNLOGGED' : 'LOGGED'}`)] : []),
    ];
  },
};

/** OWNED BY. */
export const OWNERSHIP: Writer = {
  rank: RANK.column,
  make: (one) => [line(ownedBy(one, qualified(one.properties['owned by'] as string[])))],
  drop: (one) => [line(ownedBy(one, 'NONE'))],
  alter: ({ after }) => [line(ownedBy(after, qualified(after.properties['owned by'] as string[])))],
};

function ownedBy({ identity }: SchemaObject, what: string): string {
  return `ALTER SEQUENCE ${qualified(identity)} OWNED BY ${what}`;
}

/** The sequence behind an identity column. */
function identitySequence(column: SchemaObject, context: Context): SchemaObject | undefined {
  for (const { from } of context.after.neededBy(JSON.stringify(['column', ...column.identity]))) {
    const one = context.after.nodes.get(from)?.one;
    if (one?.type === 'sequence' && one.properties['of an identity column']) return one;
  }
  return undefined;
}

/** `GENERATED ... AS IDENTITY (...)`; nothing for a partition's column, which has it from its table. */
export function identityClause(column: SchemaObject, context: Context): string {
  const sequence = identitySequence(column, context);
  if (column.properties.identity === undefined || !sequence) return '';
  const usual = `${column.identity.at(-2)}_${column.identity.at(-1)}_seq`;
  const named = sequence.identity[0] === column.identity[0] && sequence.identity[1] === usual;
  const options = [named ? '' : `SEQUENCE NAME ${qualified(sequence.identity)}`, unusualOptions(sequence.properties)]
    .filter((text) => text !== '')
    .join(' ');
  return `GENERATED ${String(column.properties.identity).toUpperCase()} AS IDENTITY${options && ` (${options})`}`;
}
