import type { ObjectPath } from '../graph/object.ts';
import type { Known } from '../known/known.ts';
import type { KnownTable, RelationKind } from '../known/table.ts';
import { quoteIdentifier, quoteQualified } from '../sql/quote.ts';
import { all, as, type Node, type NodeType, typeOf } from '../syntax/tree.ts';

/** Whether a statement takes along what depends on what it drops. */
export function cascades(node: Node): boolean {
  const dropped = as('DropStmt', node) ?? as('AlterDomainStmt', node);
  if (dropped) return dropped.behavior === CASCADE;
  return all('AlterTableCmd', as('AlterTableStmt', node)?.cmds).some(({ behavior }) => behavior === CASCADE);
}

const CASCADE = 'DROP_CASCADE';

/** What they make depends as a whole on what they read; of a table its columns, defaults and constraints do, each on its own. */
const WHOLE: ReadonlySet<NodeType> = new Set<NodeType>([
  'ViewStmt',
  'IndexStmt',
  'CreateTrigStmt',
  'CreatePolicyStmt',
  'RuleStmt',
  'CreateFunctionStmt',
  'CreateRangeStmt',
  'CreateCastStmt',
  'DefineStmt',
  'CreateOpClassStmt',
  'CreateStatsStmt',
  'CreateExtensionStmt',
  'CreateEventTrigStmt',
  'CreateForeignServerStmt',
]);

export function makesWhole(node: Node): boolean {
  return WHOLE.has(typeOf(node)) || as('CreateTableAsStmt', node)?.objtype === 'OBJECT_MATVIEW';
}

/** What CASCADE does to an object, as a statement; undefined: none says it, or it is known to be gone already. */
export function dropText(known: Known, path: ObjectPath): string | undefined {
  const [outer, object, ...rest] = path;
  if (outer?.space === 'extension') return `DROP EXTENSION ${quoteIdentifier(outer.name)} CASCADE`;
  if (outer?.space !== 'schema' || !object) return undefined;
  const own = DROPS[object.space];
  return own?.(known, { schema: outer.name, name: object.name }, rest);
}

interface Name {
  readonly schema: string;
  readonly name: string;
}

type DropText = (known: Known, name: Name, rest: ObjectPath) => string | undefined;

const quoted = ({ schema, name }: Name) => quoteQualified(schema, name);

const DROPS: Readonly<Record<string, DropText>> = {
  relation: (known, name, rest) => {
    const table = known.table(name);
    if (!table) return undefined;
    return rest.length === 0 ? `DROP ${WORDS[table.kind]} ${quoted(name)} CASCADE` : memberDrop(table, rest);
  },
  type: (known, name, [group, member]) => {
    if (!known.userType(name)) return undefined;
    if (!group) return `DROP TYPE ${quoted(name)} CASCADE`;
    const constraint = group.space === 'constraints' && known.domain(name)?.constraints.has(member?.name ?? '');
    return constraint
      ? `ALTER DOMAIN ${quoted(name)} DROP CONSTRAINT ${quoteIdentifier(member?.name ?? '')} CASCADE`
      : undefined;
  },
  function: (_, name, [signature]) =>
    signature && `DROP ROUTINE ${quoted(name)}(${argumentsOf(signature.name)}) CASCADE`,
};

const WORDS: Readonly<Record<RelationKind, string>> = {
  table: 'TABLE',
  'partitioned table': 'TABLE',
  view: 'VIEW',
  'materialized view': 'MATERIALIZED VIEW',
  sequence: 'SEQUENCE',
  'foreign table': 'FOREIGN TABLE',
  'composite type': 'TYPE',
};

function memberDrop(table: KnownTable, [group, member, , setting]: ObjectPath): string | undefined {
  const [owner, name] = [quoted(table.name), quoteIdentifier(member?.name ?? '')];
  const isThere = (map: ReadonlyMap<string, unknown>) => map.has(member?.name ?? '');
  switch (group?.space) {
    case 'columns':
      if (!isThere(table.columns)) return undefined;
      if (setting) return `ALTER TABLE ${owner} ALTER COLUMN ${name} DROP DEFAULT`;
      return table.kind === 'composite type'
        ? `ALTER TYPE ${owner} DROP ATTRIBUTE ${name} CASCADE`
        : `ALTER TABLE ${owner} DROP COLUMN ${name} CASCADE`;
    case 'constraints':
      return isThere(table.constraints) ? `ALTER TABLE ${owner} DROP CONSTRAINT ${name} CASCADE` : undefined;
    case 'indexes':
      return isThere(table.indexes) ? `DROP INDEX ${quoteIdentifier(table.name.schema)}.${name} CASCADE` : undefined;
    case 'triggers':
      return `DROP TRIGGER ${name} ON ${owner} CASCADE`;
    case 'policies':
      return `DROP POLICY ${name} ON ${owner} CASCADE`;
    case 'rules':
      return `DROP RULE ${name} ON ${owner} CASCADE`;
    default:
      return undefined;
  }
}

/** `(int4,app.mood[])` */
function argumentsOf(signature: string): string {
  const types = signature.slice(1, -1);
  if (types === '') return '';
  const written = (type: string) =>
    type.replace(/^(?:(.*?)\.)?(.*?)((?:\[\])?)$/, (_, schema: string | undefined, name: string, array: string) =>
      [schema === undefined ? quoteIdentifier(name) : quoteQualified(schema, name), array].join(''),
    );
  return types.split(',').map(written).join(', ');
}
