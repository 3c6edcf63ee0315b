import { keyOf, type SchemaObject, type Value } from '../../catalog/snapshot.ts';
import { type Altered, type Context, RANK, type Writer } from '../context.ts';
import { tableOf } from '../inheritance.ts';
import { qualified } from '../names.ts';
import { type Line, line } from '../step.ts';
import { isPartitionedIndex } from './partitioned-index.ts';

/** What an interrupted CONCURRENTLY leaves. */
const STATES = ['invalid', 'not ready', 'being dropped'];

const nameOf = ({ identity }: SchemaObject) => qualified([identity[0]!, identity.at(-1)!]);
const tableName = ({ identity }: SchemaObject) => qualified(identity.slice(0, -1));

const isOnNewTable = (one: SchemaObject, context: Context) => {
  const table = tableOf(one, context.after);
  return table !== undefined && context.isMade(keyOf(table));
};

/** Concurrently where the table is there: not that of a partitioned table, which takes over those of its partitions. */
function isConcurrent(one: SchemaObject, context: Context, what: 'make' | 'drop'): boolean {
  if (isPartitionedIndex(one)) return false;
  return what === 'drop' || !isOnNewTable(one, context);
}

export const INDEX: Writer = {
  rank: RANK.index,
  make: (one, context) => {
    const definition = String(one.properties.definition);
    const concurrently = isConcurrent(one, context, 'make');
    // The definition of a partitioned index says ONLY, and would leave the partitions without it.
    const sql = concurrently
      ? definition.replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ')
      : definition.replace(` ON ONLY ${tableName(one)} `, ` ON ${tableName(one)} `);
    const partitioned = isPartitionedIndex(one) && !isOnNewTable(one, context);
    return [
      line(sql, partitioned ? { note: `SHARE on ${tableName(one)}: builds what its partitions lack` } : {}),
      ...indexExtras(one, context),
    ];
  },
  carried: indexExtras,
  drop: (one, context) => [
    line(`DROP INDEX ${isConcurrent(one, context, 'drop') ? 'CONCURRENTLY ' : ''}${nameOf(one)}`),
  ],
  late: (one, context, what) => isConcurrent(one, context, what),
  remakes: ({ before, changed }) =>
    changed.has('definition') || changed.has('of a constraint') || STATES.some((state) => before.properties[state]),
  alter: alterIndex,
};

function indexExtras(one: SchemaObject, context: Context): Line[] {
  const p = one.properties;
  for (const state of STATES) if (p[state]) context.cannot(one, `it is ${state}, which no statement asks for`);
  return [
    ...(p.tablespace === undefined
      ? []
      : [line(`ALTER INDEX ${nameOf(one)} SET TABLESPACE ${qualified([p.tablespace])}`)]),
    ...statisticsTargets(one, undefined),
    ...(p.clustered ? [line(`ALTER TABLE ${tableName(one)} CLUSTER ON ${qualified(one.identity.slice(-1))}`)] : []),
    ...(p['replica identity'] ? [replicaIdentity(one)] : []),
  ];
}

function replicaIdentity(one: SchemaObject): Line {
  return line(`ALTER TABLE ${tableName(one)} REPLICA IDENTITY USING INDEX ${qualified(one.identity.slice(-1))}`);
}

function statisticsTargets(one: SchemaObject, before: Value | undefined): Line[] {
  const pairs = (value: Value | undefined) => (value ?? []) as unknown as readonly (readonly [number, number])[];
  const targets = new Map([
    ...pairs(before).map(([column]) => [column, -1] as const),
    ...pairs(one.properties['statistics targets']),
  ]);
  return [...targets].map(([column, target]) =>
    line(`ALTER INDEX ${nameOf(one)} ALTER COLUMN ${column} SET STATISTICS ${target}`),
  );
}

function alterIndex({ before, after, changed }: Altered, context: Context): Line[] {
  const p = after.properties;
  for (const state of STATES)
    if (p[state] && changed.has(state)) context.cannot(after, `it is ${state}, which no statement asks for`);
  const table = tableOf(after, context.after);
  return [
    ...(changed.has('tablespace')
      ? [line(`ALTER INDEX ${nameOf(after)} SET TABLESPACE ${qualified([p.tablespace ?? 'pg_default'])}`)]
      : []),
    ...(changed.has('statistics targets') ? statisticsTargets(after, before.properties['statistics targets']) : []),
    ...(changed.has('clustered')
      ? [
          line(
            `ALTER TABLE ${tableName(after)} ${p.clustered ? `CLUSTER ON ${qualified(after.identity.slice(-1))}` : 'SET WITHOUT CLUSTER'}`,
          ),
        ]
      : []),
    ...(changed.has('replica identity') && p['replica identity'] && table?.properties['replica identity'] === 'index'
      ? [replicaIdentity(after)]
      : []),
  ];
}
