import { displayIdentifier } from '../../sql/quote.ts';
import { all, as, type Fields, type SyntaxTree } from '../../syntax/tree.ts';
import type { AlterCommand } from './alter-table.ts';

/** A clause of a column's definition: a constraint, a default, NOT NULL, with what qualifies it. */
export interface ColumnClause {
  readonly constraint: Fields<'Constraint'>;
  readonly text: string;
}

/** ADD COLUMN taken apart. */
export interface AddColumn {
  readonly column: string;
  /** `ADD COLUMN IF NOT EXISTS price numeric(10, 2)`, with a COLLATE that it has. */
  readonly plain: string;
  readonly clauses: readonly ColumnClause[];
}

const ATTRIBUTES = /^CONSTR_ATTR_/;

/** The definition of the column that a command adds, with its clauses as written. */
export function addColumnOf(part: AlterCommand | undefined, tree: SyntaxTree | undefined): AddColumn | undefined {
  const definition = as('ColumnDef', part?.command.def);
  if (!part || !tree || !definition?.colname || part.command.subtype !== 'AT_AddColumn') return undefined;
  const place = (location: number | undefined) => tree.offsetOf(location) - part.start;
  const constraints = all('Constraint', definition.constraints);
  const collation = definition.collClause && place(definition.collClause.location);
  const starts = [
    ...constraints.map(({ location }) => place(location)),
    ...(collation === undefined ? [] : [collation]),
  ];
  const ends = [...starts, part.text.length].sort((one, other) => one - other);
  const textFrom = (start: number) =>
    part.text
      .slice(
        start,
        ends.find((end) => end > start),
      )
      .trim();
  const head = part.text.slice(0, ends[0]).trim();
  return {
    column: definition.colname,
    plain: collation === undefined ? head : `${head} ${textFrom(collation)}`,
    clauses: clausesOf(constraints, (location) => textFrom(place(location))),
  };
}

/** DEFERRABLE and its like stand in the tree beside the constraint that they belong to. */
function clausesOf(
  constraints: readonly Fields<'Constraint'>[],
  textAt: (location: number | undefined) => string,
): ColumnClause[] {
  const clauses: ColumnClause[] = [];
  for (const constraint of constraints) {
    const last = clauses.at(-1);
    if (!ATTRIBUTES.test(constraint.contype ?? '')) clauses.push({ constraint, text: textAt(constraint.location) });
    else if (last) clauses.splice(-1, 1, qualified(last, constraint, textAt(constraint.location)));
  }
  return clauses;
}

function qualified({ constraint, text }: ColumnClause, { contype }: Fields<'Constraint'>, more: string): ColumnClause {
  const deferrable = contype === 'CONSTR_ATTR_DEFERRABLE' || contype === 'CONSTR_ATTR_DEFERRED';
  const initdeferred = contype === 'CONSTR_ATTR_DEFERRED';
  return {
    constraint: { ...constraint, ...(deferrable ? { deferrable } : {}), ...(initdeferred ? { initdeferred } : {}) },
    text: `${text} ${more}`,
  };
}

/** The clauses of one kind. */
export function clausesOfType(
  { clauses }: AddColumn,
  ...types: readonly NonNullable<Fields<'Constraint'>['contype']>[]
): ColumnClause[] {
  return clauses.filter(({ constraint }) => constraint.contype !== undefined && types.includes(constraint.contype));
}

/** A clause without the CONSTRAINT name before it. */
export function withoutName({ constraint, text }: ColumnClause): string {
  const named = constraint.conname !== undefined;
  return named ? text.replace(/^CONSTRAINT\s+("(?:[^"]|"")+"|\S+)\s+/i, '') : text;
}

/** A column's REFERENCES as the constraint of a table. */
export function foreignKeyDefinition(column: string, clause: ColumnClause): string {
  return `FOREIGN KEY (${displayIdentifier(column)}) ${withoutName(clause)}`;
}
