import { TokenReader } from '../sql/token-reader.ts';

/** A foreign key as its definition says it. */
export interface ForeignKey {
  readonly columns: readonly string[];
  /** Table that it refers to: schema and name. */
  readonly table: readonly [schema: string, name: string];
  readonly referred: readonly string[];
}

/** What a constraint's definition says where it is a foreign key (`FOREIGN KEY (a) REFERENCES s.t(b)`, names qualified). */
export function foreignKeyIn(definition: string): ForeignKey | undefined {
  const reader = new TokenReader(definition);
  if (!reader.accept('FOREIGN', 'KEY')) return undefined;
  const columns = namesIn(reader);
  if (!reader.accept('REFERENCES')) return undefined;
  const { schema, name } = reader.qualifiedName() ?? {};
  return schema === undefined || name === undefined
    ? undefined
    : { columns, table: [schema, name], referred: namesIn(reader) };
}

/** The columns of a primary key; none where the definition is that of another constraint. */
export function primaryKeyIn(definition: string): readonly string[] {
  const reader = new TokenReader(definition);
  return reader.accept('PRIMARY', 'KEY') ? namesIn(reader) : [];
}

/** `(a, PERIOD b)`, `(a, b WITHOUT OVERLAPS)`: the names alone. PostgreSQL quotes a column that has the name of a keyword. */
function namesIn(reader: TokenReader): string[] {
  const names: string[] = [];
  if (!reader.accept('(')) return names;
  while (!reader.atEnd && !reader.accept(')')) {
    const isPeriod = reader.isAt('PERIOD');
    const name = reader.name();
    const next = isPeriod && !reader.isAt(',', ')') ? reader.name() : undefined;
    const found = next ?? name;
    if (found !== undefined) names.push(found);
    while (!reader.atEnd && !reader.isAt(')') && !reader.accept(',')) reader.next();
  }
  return names;
}
