import { keyOf, type SchemaObject, type Value } from '../../catalog/snapshot.ts';
import { type Altered, type Context, RANK, type Writer } from '../context.ts';
import { isInheritedOnly, isPartition, parentsOf } from '../inheritance.ts';
import { optionList, parameterList, qualified } from '../names.ts';
import { nodeKey, type Side } from '../side.ts';
import { type Line, line, type Step } from '../step.ts';
import { columnDefinition, foreignOptions, optionLines } from './columns.ts';
import { constraintClause, isInline } from './constraints.ts';
import { dropByName } from './schemas.ts';

const LOSES = { loses: 'its rows' };

export const TABLE: Writer = {
  rank: RANK.table,
  make: (one, context) => [
    line(createTable(one, context)),
    ...defaultsOfInherited(one, context),
    ...replicaIdentity(one),
    ...rowSecurity(one, new Set(['row security', 'row security forced'].filter((name) => one.properties[name]))),
  ],
  drop: (one, context) => [
    { ...dropByName(one, context)[0]!, ...(one.properties['partition by'] === undefined ? LOSES : {}) },
  ],
  remakes: (change, context) => otherParents(change, context) || losesShape(change, context),
  alter: (change, context) => alterTable(change, context),
};

function losesShape({ changed, before, after }: Altered, { major }: Context): boolean {
  const kindChanges = before.properties['partition by'] !== after.properties['partition by'];
  return changed.has('partition by') || (changed.has('access method') && (major < 15 || kindChanges));
}

/** A table cannot be made to have columns only from another parent, nor lose those of the parent it leaves along with it. */
function otherParents({ before, after, changed }: Altered, context: Context): boolean {
  if (!changed.has('inherits')) return false;
  const columns = (side: Side) => side.within('column', after.identity);
  const [a, b] = [columns(context.before), columns(context.after)];
  const names = (list: readonly SchemaObject[]) => JSON.stringify(list.map(({ identity }) => identity.at(-1)).sort());
  const kept = new Set(parentsOf(before).map((parent) => qualified(parent)));
  const newParents = parentsOf(after).filter((parent) => !kept.has(qualified(parent)));
  const only = b
    .filter(isInheritedOnly)
    .some(({ identity }) =>
      newParents.some((parent) =>
        context.after.nodes.has(keyOf({ type: 'column', identity: [...parent, identity.at(-1)!] })),
      ),
    );
  return only || names(a) !== names(b);
}

/** Those that the statement names: what a table has from its parents alone comes with them, but for a partition, which is attached later. */
function columnsOf({ type, identity, properties }: SchemaObject, { after }: Context): SchemaObject[] {
  const columns = after.within('column', identity);
  const own = properties['partition of'] !== undefined || type === 'view';
  return columns.filter((column) => own || !isInheritedOnly(column));
}

function inlineConstraints({ identity }: SchemaObject, context: Context): SchemaObject[] {
  return context.after.within('constraint', identity).filter((constraint) => isInline(constraint, context));
}

function createTable(one: SchemaObject, context: Context): string {
  const { identity, properties: p, type } = one;
  const typed = p['of type'] !== undefined;
  const columns = columnsOf(one, context)
    .map((column) => columnDefinition(column, context, typed))
    .filter((text) => !typed || !text.endsWith('WITH OPTIONS'));
  const lines = [...columns, ...inlineConstraints(one, context).map(constraintClause)].map((text) => `    ${text}`);
  const inherits = isPartition(one) ? [] : parentsOf(one);
  const body = lines.length === 0 ? (typed ? '' : ' ()') : ` (\n${lines.join(',\n')}\n)`;
  const kind = type === 'foreign table' ? 'FOREIGN TABLE' : p.unlogged ? 'UNLOGGED TABLE' : 'TABLE';
  return [
    `CREATE ${kind} ${qualified(identity)}${typed ? ` OF ${qualified(p['of type'] as readonly Value[])}` : ''}${body}`,
    ...(inherits.length === 0 ? [] : [`INHERITS (${inherits.map(qualified).join(', ')})`]),
    ...(p['partition by'] === undefined ? [] : [`PARTITION BY ${String(p['partition by'])}`]),
    ...(p['access method'] === undefined ? [] : [`USING ${qualified([p['access method']])}`]),
    ...(p.options === undefined ? [] : [`WITH (${parameterList(p.options)})`]),
    ...(p.tablespace === undefined ? [] : [`TABLESPACE ${qualified([p.tablespace])}`]),
    ...(p.server === undefined ? [] : [`SERVER ${qualified([p.server])}`]),
    ...(p['foreign options'] === undefined ? [] : [`OPTIONS (${optionList(p['foreign options'])})`]),
  ].join('\n');
}

/** A default, or NOT NULL, that a child has not from its parent. */
function defaultsOfInherited(one: SchemaObject, context: Context): Line[] {
  if (isPartition(one)) return [];
  return context.after
    .within('column', one.identity)
    .filter(isInheritedOnly)
    .flatMap((column) => {
      const alter = `ALTER TABLE ONLY ${qualified(one.identity)} ALTER COLUMN ${qualified(column.identity.slice(-1))}`;
      const p = column.properties;
      const comes = comesFromParents(column, one, context);
      const isDefaultApart = comes('default') || context.isLoose(nodeKey('default', column.identity));
      return [
        ...(isDefaultApart
          ? []
          : [line(p.default === undefined ? `${alter} DROP DEFAULT` : `${alter} SET DEFAULT ${String(p.default)}`)]),
        ...(p['not null'] && !comes('not null') ? [line(`${alter} SET NOT NULL`)] : []),
      ];
    });
}

/** Whether a parent table gives the column what it has of that name, when the table is made. */
function comesFromParents({ identity, properties }: SchemaObject, table: SchemaObject, context: Context) {
  const parents = parentsOf(table).map((parent) => [...parent, identity.at(-1)!]);
  return (name: string): boolean =>
    parents.some((parent) => {
      const one = context.after.nodes.get(keyOf({ type: 'column', identity: parent }))?.one;
      const given = context.isLoose(nodeKey(name === 'default' ? 'default' : 'column', parent))
        ? undefined
        : one?.properties[name];
      return given === properties[name];
    });
}

/** That by an index is said with the index. */
function replicaIdentity({ identity, properties }: SchemaObject, always = false): Line[] {
  const how = properties['replica identity'];
  if (how === 'index' || (how === undefined && !always)) return [];
  return [
    line(
      `ALTER TABLE ${qualified(identity)} REPLICA IDENTITY ${how === undefined ? 'DEFAULT' : String(how).toUpperCase()}`,
    ),
  ];
}

function rowSecurity({ identity, properties }: SchemaObject, changed: ReadonlySet<string>): Line[] {
  const alter = `ALTER TABLE ${qualified(identity)}`;
  return [
    ...(changed.has('row security')
      ? [line(`${alter} ${properties['row security'] ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`)]
      : []),
    ...(changed.has('row security forced')
      ? [line(`${alter} ${properties['row security forced'] ? '' : 'NO '}FORCE ROW LEVEL SECURITY`)]
      : []),
  ];
}

/**
 * Row security comes on behind the policies and goes off before them: where each statement commits by itself, rows that a
 * policy shows would be hidden from everybody in between.
 */
export function rowSecuritySteps({ after, changed }: Altered): Step[] {
  const lines = after.type === 'table' ? rowSecurity(after, changed) : [];
  if (lines.length === 0) return [];
  const comesOn = after.properties['row security'] === true;
  const name = `${nodeKey('table', after.identity)} row security`;
  const rank = comesOn ? RANK.publication : -RANK.privileges;
  return [{ lines, drops: new Set(), makes: new Set(), rank, name, late: false }];
}

function alterTable({ before, after, changed }: Altered, context: Context): Line[] {
  if (changed.has('detach pending')) context.cannot(after, 'it is being detached: see ALTER TABLE ... FINALIZE');
  const alter = `ALTER TABLE ${qualified(after.identity)}`;
  const p = after.properties;
  const rewrite = { note: `ACCESS EXCLUSIVE on ${qualified(after.identity)}: writes the table anew` };
  const move = { note: `ACCESS EXCLUSIVE on ${qualified(after.identity)}: copies the table` };
  return [
    ...inheritanceLines(alter, before, after, changed),
    ...(changed.has('unlogged') ? [line(`${alter} SET ${p.unlogged ? 'UNLOGGED' : 'LOGGED'}`, rewrite)] : []),
    ...(changed.has('access method')
      ? [line(`${alter} SET ACCESS METHOD ${qualified([p['access method'] ?? 'heap'])}`, rewrite)]
      : []),
    ...(changed.has('tablespace')
      ? [line(`${alter} SET TABLESPACE ${qualified([p.tablespace ?? 'pg_default'])}`, move)]
      : []),
    ...(changed.has('options') ? optionLines(alter, before.properties.options, p.options) : []),
    ...(changed.has('of type')
      ? [
          line(
            p['of type'] === undefined
              ? `${alter} NOT OF`
              : `${alter} OF ${qualified(p['of type'] as readonly Value[])}`,
          ),
        ]
      : []),
    ...(changed.has('replica identity') ? replicaIdentity(after, true) : []),
  ];
}

function inheritanceLines(
  alter: string,
  before: SchemaObject,
  after: SchemaObject,
  changed: ReadonlySet<string>,
): Line[] {
  if (!changed.has('inherits')) return [];
  const names = (one: SchemaObject) => (isPartition(one) ? [] : parentsOf(one).map(qualified));
  const [a, b] = [names(before), names(after)];
  const kept = a.filter((name, i) => b[i] === name);
  return [
    ...a.filter((name) => !kept.includes(name)).map((name) => line(`${alter} NO INHERIT ${name}`)),
    ...b.filter((name) => !kept.includes(name)).map((name) => line(`${alter} INHERIT ${name}`)),
  ];
}

export const FOREIGN_TABLE: Writer = {
  rank: RANK.table,
  make: (one, context) => [line(createTable(one, context))],
  drop: dropByName,
  remakes: ({ changed }) => changed.has('server'),
  alter: ({ before, after, changed }) => {
    const alter = `ALTER FOREIGN TABLE ${qualified(after.identity)}`;
    const options = foreignOptions(before.properties['foreign options'], after.properties['foreign options']);
    return [
      ...(changed.has('foreign options') ? [line(`${alter} ${options}`)] : []),
      ...inheritanceLines(alter, before, after, changed),
    ];
  },
};

/** A table as a partition of another. */
export const ATTACHMENT: Writer = {
  rank: RANK.attachment,
  make: (one) => [
    line(
      `ALTER TABLE ${qualified(one.properties['partition of'] as readonly Value[])} ATTACH PARTITION ${qualified(one.identity)} ${String(one.properties.bound)}`,
    ),
  ],
  drop: (one) => [
    line(
      `ALTER TABLE ${qualified(one.properties['partition of'] as readonly Value[])} DETACH PARTITION ${qualified(one.identity)}`,
      {
        note: `ACCESS EXCLUSIVE on ${qualified(one.properties['partition of'] as readonly Value[])}`,
      },
    ),
  ],
};
