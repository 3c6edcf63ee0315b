import type { Properties, SchemaObject, Value } from '../../catalog/snapshot.ts';
import { RANK, type Writer } from '../context.ts';
import { qualified } from '../names.ts';
import { line } from '../step.ts';
import { dropByName } from './schemas.ts';

type Published = readonly [schema: string, table: string, ...more: (string | readonly string[])[]];

/** Columns are a list, the condition on rows is a text. */
function published([schema, table, ...more]: Published): string {
  const columns = more.find((one) => Array.isArray(one)) as readonly string[] | undefined;
  const filter = more.find((one) => typeof one === 'string');
  const list = columns ? ` (${columns.map((name) => qualified([name])).join(', ')})` : '';
  return `ONLY ${qualified([schema, table])}${list}${filter === undefined ? '' : ` WHERE (${String(filter)})`}`;
}

function contents(p: Properties, shown = published): string[] {
  const tables = (p.tables ?? []) as unknown as readonly Published[];
  const schemas = (p.schemas ?? []) as readonly string[];
  const list = tables.map(shown).join(', ');
  return [...(list === '' ? [] : [`TABLE ${list}`]), ...schemas.map((name) => `TABLES IN SCHEMA ${qualified([name])}`)];
}

function parameters(p: Properties, major: number): string {
  const actions: [string, Value | undefined][] = [
    ['insert', p.inserts],
    ['update', p.updates],
    ['delete', p.deletes],
    ['truncate', p.truncates],
  ];
  const publish = actions.filter(([, on]) => on).map(([word]) => word);
  return [
    `publish = '${publish.join(', ')}'`,
    ...(major >= 13 ? [`publish_via_partition_root = ${p['via partition root'] ? 'true' : 'false'}`] : []),
    ...(major >= 18 ? [`publish_generated_columns = ${String(p['generated columns'] ?? 'none')}`] : []),
  ].join(', ');
}

export const PUBLICATION: Writer = {
  rank: RANK.publication,
  make: ({ identity, properties: p }, { major }) => {
    const list = contents(p);
    const what = p['all tables'] ? ' FOR ALL TABLES' : list.length > 0 ? ` FOR ${list.join(', ')}` : '';
    return [line(`CREATE PUBLICATION ${qualified(identity)}${what} WITH (${parameters(p, major)})`)];
  },
  drop: dropByName,
  remakes: ({ changed }) => changed.has('all tables'),
  alter: ({ before, after, changed }, { major }) => {
    const alter = `ALTER PUBLICATION ${qualified(after.identity)}`;
    const moved = changed.has('tables') || changed.has('schemas');
    const settings = [...changed].some((name) => name !== 'tables' && name !== 'schemas');
    return [
      ...(moved ? [line(content(alter, before, after))] : []),
      ...(settings ? [line(`${alter} SET (${parameters(after.properties, major)})`)] : []),
    ];
  },
};

/** SET takes at least one: a publication is made empty by taking out, by name, what was in it. */
function content(alter: string, before: SchemaObject, after: SchemaObject): string {
  const list = contents(after.properties);
  if (list.length > 0) return `${alter} SET ${list.join(', ')}`;
  return `${alter} DROP ${contents(before.properties, ([schema, table]) => `ONLY ${qualified([schema, table])}`).join(', ')}`;
}
