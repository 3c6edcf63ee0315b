import type { ObjectType } from '@pgsql/types';
import { displayIdentifier } from '../sql/quote.ts';
import { type QualifiedName, TokenReader } from '../sql/token-reader.ts';
import { nameOf, relationName } from '../syntax/names.ts';
import { as, type Fields, type Node, typeOf } from '../syntax/tree.ts';

/** What a statement of a schema has to do with, each as objectKey writes it. */
export interface StatementNames {
  /** What it makes, changes, or says something of. */
  readonly subject: string | undefined;
  /** What there is by it: its subject, or something that belongs to it, such as an index. */
  readonly makes: string | undefined;
  /** What it cannot do without, but for tables that it ties together. */
  readonly uses: ReadonlySet<string>;
  /** The tables that a foreign key or the attaching of a partition ties together. */
  readonly tie: { readonly of: string; readonly other: string; readonly key: string | undefined } | undefined;
  /** Of a sequence that goes with a column: its table. */
  readonly ownedBy: string | undefined;
}

export type NamedKind = 'relation' | 'type' | 'function' | 'schema' | 'statistics';

/** `relation public.users`, `schema billing`: a key, and what a message says. */
export function objectKey(kind: NamedKind, { schema, name }: QualifiedName): string {
  return `${kind} ${schema === undefined ? '' : `${displayIdentifier(schema)}.`}${displayIdentifier(name)}`;
}

/** Reads a statement as the tool writes schemas: every name has its schema. */
export function namesOfStatement(node: Node): StatementNames {
  const { subject, makes, ownedBy } = subjectOf(node);
  const tie = tieOf(node);
  const uses = new Set<string>();
  gather(node, uses);
  if (makes?.schema !== undefined) uses.add(objectKey('schema', { name: makes.schema }));
  const key = (one: Subject['subject']) => one && objectKey(one.kind, one);
  for (const one of [key(subject), key(makes), ownedBy, tie?.of, tie?.other]) if (one !== undefined) uses.delete(one);
  return { subject: key(subject), makes: key(makes), uses, tie, ownedBy };
}

interface Subject {
  readonly subject?: (QualifiedName & { readonly kind: NamedKind }) | undefined;
  readonly makes?: (QualifiedName & { readonly kind: NamedKind }) | undefined;
  readonly ownedBy?: string | undefined;
}

type Named = Subject['subject'];

const of = (kind: NamedKind, name: QualifiedName | undefined): Named => name && { ...name, kind };
const itself = (made: Named): Subject => ({ subject: made, makes: made });
const listed = (kind: NamedKind, nodes: readonly Node[] | undefined): Named => of(kind, nameOf(nodes));
const relation = (named: Parameters<typeof relationName>[0]): Named => of('relation', relationName(named));

type Readers = { readonly [Type in Parameters<typeof as>[0]]?: (fields: Fields<Type>) => Subject };

/** What a statement is about, by its type. Others are about nothing that belongs to a table. */
const READERS: Readers = {
  CreateStmt: (made) => itself(relation(made.relation)),
  CreateSchemaStmt: ({ schemaname }) =>
    itself(schemaname === undefined ? undefined : { kind: 'schema', name: schemaname }),
  CreateEnumStmt: ({ typeName }) => itself(listed('type', typeName)),
  CreateRangeStmt: ({ typeName }) => itself(listed('type', typeName)),
  CreateDomainStmt: ({ domainname }) => itself(listed('type', domainname)),
  CompositeTypeStmt: ({ typevar }) => itself(of('type', relationName(typevar))),
  CreateFunctionStmt: ({ funcname }) => itself(listed('function', funcname)),
  DefineStmt: ({ kind, defnames }) => itself(listed(KINDS[kind ?? 'OBJECT_TYPE'] ?? 'type', defnames)),
  CreateSeqStmt: ({ sequence }) => itself(relation(sequence)),
  AlterSeqStmt: ({ sequence, options }) => ({ subject: relation(sequence), ownedBy: ownerOf(options) }),
  AlterTableStmt: (altered) => ({ subject: relation(altered.relation) }),
  IndexStmt: ({ relation: table, idxname }) => ({
    subject: relation(table),
    makes: relation({ ...table, ...(idxname === undefined ? {} : { relname: idxname }) }),
  }),
  CreateTrigStmt: (made) => ({ subject: relation(made.relation) }),
  CreatePolicyStmt: ({ table }) => ({ subject: relation(table) }),
  RuleStmt: (made) => ({ subject: relation(made.relation) }),
  CreateStatsStmt: ({ relations, defnames }) => ({
    subject: relation(as('RangeVar', relations?.[0])),
    makes: listed('statistics', defnames),
  }),
  CommentStmt: ({ objtype, object }) => ({ subject: ofObject(objtype, object) }),
  AlterOwnerStmt: ({ objectType, object }) => ({ subject: ofObject(objectType, object) }),
  AlterStatsStmt: ({ defnames }) => ({ subject: listed('statistics', defnames) }),
  GrantStmt: ({ objtype, objects }) => ({ subject: ofObject(objtype, objects?.[0]) }),
};

function subjectOf(node: Node): Subject {
  const type = typeOf(node);
  const read = READERS[type] as ((fields: unknown) => Subject) | undefined;
  return read?.(as(type, node)) ?? {};
}

const KINDS: Partial<Readonly<Record<ObjectType, NamedKind>>> = {
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'type',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'function',
  OBJECT_ROUTINE: 'function',
  OBJECT_AGGREGATE: 'function',
  OBJECT_SCHEMA: 'schema',
  OBJECT_STATISTIC_EXT: 'statistics',
  OBJECT_TABLE: 'relation',
  OBJECT_SEQUENCE: 'relation',
  OBJECT_INDEX: 'relation',
};

/** Named with the table before, and the table is what counts. */
const OF_TABLE: ReadonlySet<string> = new Set([
  'OBJECT_COLUMN',
  'OBJECT_TABCONSTRAINT',
  'OBJECT_TRIGGER',
  'OBJECT_POLICY',
  'OBJECT_RULE',
]);

function ofObject(type: ObjectType | undefined, object: Node | undefined): Named {
  const list = as('List', object)?.items ?? as('TypeName', object)?.names ?? as('ObjectWithArgs', object)?.objname;
  if (type !== undefined && OF_TABLE.has(type)) return listed('relation', list?.slice(0, -1));
  const kind = KINDS[type ?? 'OBJECT_TYPE'];
  if (kind === undefined) return undefined;
  const single = as('String', object)?.sval;
  if (single !== undefined) return { kind, name: single };
  return list ? listed(kind, list) : of(kind, relationName(as('RangeVar', object)));
}

/** OWNED BY of a sequence, which names a column. */
function ownerOf(options: readonly Node[] | undefined): string | undefined {
  const option = options?.map((one) => as('DefElem', one)).find((one) => one?.defname === 'owned_by');
  const table = nameOf(as('List', option?.arg)?.items?.slice(0, -1));
  return table && objectKey('relation', table);
}

function tieOf(node: Node): StatementNames['tie'] {
  const altered = as('AlterTableStmt', node);
  const command = as('AlterTableCmd', altered?.cmds?.[0]);
  const table = relationName(altered?.relation);
  const key = as('Constraint', command?.def);
  const partition = as('PartitionCmd', command?.def);
  // The partition is the one that changes: whoever asks for it gets it attached.
  const [one, two] = partition ? [relationName(partition.name), table] : [table, relationName(key?.pktable)];
  if (!one || !two) return undefined;
  return { of: objectKey('relation', one), other: objectKey('relation', two), key: key?.conname };
}

/** Every name in it that has a schema of its own, by the fields that hold names. */
function gather(value: unknown, uses: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) gather(item, uses);
  else if (value !== null && typeof value === 'object') {
    const fields = value as Readonly<Record<string, unknown>>;
    addNames(fields, uses);
    for (const inner of Object.values(fields)) gather(inner, uses);
  }
}

function addNames(fields: Readonly<Record<string, unknown>>, uses: Set<string>): void {
  const add = (kind: NamedKind, name: QualifiedName | undefined) => {
    if (name?.schema !== undefined && name.schema !== 'pg_catalog') uses.add(objectKey(kind, name));
  };
  const list = (name: string) => (Array.isArray(fields[name]) ? (fields[name] as Node[]) : undefined);
  if ('typemod' in fields) add('type', nameOf(list('names')));
  add('function', nameOf(list('funcname')));
  add('type', nameOf(list('collname')));
  if (typeof fields.relname === 'string') add('relation', relationName(fields as Parameters<typeof relationName>[0]));
  const cast = fields.TypeCast as Fields<'TypeCast'> | undefined;
  const text = as('A_Const', cast?.arg)?.sval?.sval;
  if (text !== undefined && nameOf(cast?.typeName?.names)?.name === 'regclass') add('relation', nameInText(text));
}

/** The name in `'public.orders_id_seq'::regclass`. */
function nameInText(text: string): QualifiedName | undefined {
  return new TokenReader(text).qualifiedName();
}
