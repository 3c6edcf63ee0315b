/** A kind of object as the PostgreSQL manual names it. */
export interface ObjectKind {
  /** Heading of a group of them. */
  readonly title: string;
  /** It belongs to another object, whose identity is its own without the last part. */
  readonly within?: 'relation' | 'domain' | 'composite type';
}

/**
 * Every kind of object in a snapshot, in the order in which people read a difference: what others are built on first, what
 * belongs to a table behind its table.
 */
export const OBJECT_KINDS = {
  'database setting': { title: 'Settings of the database' },
  schema: { title: 'Schemas' },
  extension: { title: 'Extensions' },
  language: { title: 'Languages' },
  'access method': { title: 'Access methods' },
  collation: { title: 'Collations' },
  conversion: { title: 'Conversions' },
  enum: { title: 'Types' },
  domain: { title: 'Types' },
  'domain constraint': { title: 'Types', within: 'domain' },
  'composite type': { title: 'Types' },
  attribute: { title: 'Types', within: 'composite type' },
  range: { title: 'Types' },
  'base type': { title: 'Types' },
  sequence: { title: 'Sequences' },
  table: { title: 'Tables' },
  'foreign table': { title: 'Foreign tables' },
  view: { title: 'Views' },
  'materialized view': { title: 'Materialized views' },
  column: { title: 'Columns', within: 'relation' },
  constraint: { title: 'Constraints', within: 'relation' },
  index: { title: 'Indexes', within: 'relation' },
  trigger: { title: 'Triggers', within: 'relation' },
  rule: { title: 'Rules', within: 'relation' },
  policy: { title: 'Policies', within: 'relation' },
  'statistics object': { title: 'Statistics objects' },
  function: { title: 'Functions' },
  procedure: { title: 'Procedures' },
  aggregate: { title: 'Aggregates' },
  operator: { title: 'Operators' },
  'operator family': { title: 'Operator families' },
  'operator class': { title: 'Operator classes' },
  cast: { title: 'Casts' },
  transform: { title: 'Transforms' },
  'text search parser': { title: 'Text search' },
  'text search template': { title: 'Text search' },
  'text search dictionary': { title: 'Text search' },
  'text search configuration': { title: 'Text search' },
  'foreign-data wrapper': { title: 'Foreign data' },
  server: { title: 'Foreign data' },
  'user mapping': { title: 'Foreign data' },
  'event trigger': { title: 'Event triggers' },
  publication: { title: 'Publications' },
  subscription: { title: 'Subscriptions' },
  'default privileges': { title: 'Default privileges' },
  'security label': { title: 'Security labels' },
} as const satisfies Record<string, ObjectKind>;

export type ObjectType = keyof typeof OBJECT_KINDS;

export const OBJECT_TYPES = Object.keys(OBJECT_KINDS) as readonly ObjectType[];

const RANKS: ReadonlyMap<string, number> = new Map(OBJECT_TYPES.map((type, rank) => [type, rank]));

/** The place of a kind in that order. */
export function rankOf(type: ObjectType): number {
  return RANKS.get(type) ?? OBJECT_TYPES.length;
}

export function isObjectType(text: unknown): text is ObjectType {
  return typeof text === 'string' && RANKS.has(text);
}

/** Kinds that share the names of pg_class and can have columns, constraints, indexes, triggers, rules and policies. */
export const RELATIONS: readonly ObjectType[] = ['table', 'foreign table', 'view', 'materialized view'];

/** What the kind belongs to; undefined for what stands by itself. */
export function parentTypes(type: ObjectType): readonly ObjectType[] | undefined {
  const { within }: ObjectKind = OBJECT_KINDS[type];
  return within === 'relation' ? RELATIONS : within && [within];
}

/** Kinds of objects whose names do not begin with a schema; of a schema itself it is the whole name. */
export const WITHOUT_SCHEMA: ReadonlySet<string> = new Set<ObjectType>([
  'extension',
  'language',
  'access method',
  'cast',
  'transform',
  'foreign-data wrapper',
  'server',
  'user mapping',
  'event trigger',
  'publication',
  'subscription',
  'default privileges',
  'security label',
  'database setting',
]);
