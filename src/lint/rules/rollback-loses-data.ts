import { relationName } from '../../syntax/names.ts';
import { all, as } from '../../syntax/tree.ts';
import { ChangesByTable } from '../help/changes-by-table.ts';
import { type DataChange, droppedData, filled, removedRows, updatedColumns } from '../help/data-changes.ts';
import { tableCommands } from '../help/drops.ts';
import { MadeByFile } from '../help/made-by-file.ts';
import { shown } from '../help/shown.ts';
import { shownColumn } from '../help/shown-column.ts';
import type { FileComplaint, FileSubject, Rule, Subject } from '../rule.ts';

/** Not meant: what was written to a new table or column since; every rollback of CREATE and ADD COLUMN loses that. */
export const rule: Rule = {
  id: 'rollback-loses-data',
  topic: 'rollback',
  summary: 'A ROLLBACK section that brings back tables and columns empty, or drops what was there before',
  severity: 'warning',
  weighed: false,
  *file(file) {
    if (file.migration.rollback.kind !== 'sql') return;
    const ways = new Ways(file);
    yield* comesBackEmpty(ways);
    yield* staysAway(ways);
    yield* staysOverwritten(ways);
    yield* dropsOlder(ways);
  },
};

/** What the body and the rollback do to data: each is read when it is first asked for, and once. */
class Ways {
  readonly file: FileSubject;
  #made: MadeByFile | undefined;
  #filledForth: ChangesByTable | undefined;
  #filledBack: ChangesByTable | undefined;
  #droppedBack: ChangesByTable | undefined;
  #madeBack: ChangesByTable | undefined;

  constructor(file: FileSubject) {
    this.file = file;
  }

  get made(): MadeByFile {
    return (this.#made ??= new MadeByFile(this.file));
  }

  /** Whether the body gives anything another name. */
  get renames(): boolean {
    return this.file.body.some(({ tree }) => as('RenameStmt', tree?.node));
  }

  get filledForth(): ChangesByTable {
    return (this.#filledForth ??= new ChangesByTable(this.file.body.flatMap(filled)));
  }

  get filledBack(): ChangesByTable {
    return (this.#filledBack ??= new ChangesByTable(this.file.rollback.flatMap(filled)));
  }

  get droppedBack(): ChangesByTable {
    return (this.#droppedBack ??= new ChangesByTable(this.file.rollback.flatMap(droppedData)));
  }

  get madeBack(): ChangesByTable {
    return (this.#madeBack ??= new ChangesByTable(this.file.rollback.flatMap(makesEmpty)));
  }
}

const KEEP =
  'Rows are in backups alone then. Rename instead of dropping, and drop in a later migration that is -- IRREVERSIBLE:; or keep a copy and fill it in again in the rollback.';

/** The body drops it with what is in it, and the rollback makes it again. */
function* comesBackEmpty(ways: Ways): Generator<FileComplaint> {
  for (const lost of ways.file.body.flatMap(droppedData).filter((one) => wasInUse(ways, one) && mayHoldData(one))) {
    const again = ways.madeBack.of(lost).find((one) => one.column === lost.column);
    if (!again || ways.filledBack.has(lost)) continue;
    const content = lost.column === undefined ? 'without its rows' : 'without its values';
    yield { subject: again.subject, message: `the rollback brings ${nameOf(lost)} back ${content}`, why: KEEP };
  }
}

/** The body removes rows of a table that stays, and the rollback puts none in. */
function* staysAway(ways: Ways): Generator<FileComplaint> {
  for (const lost of ways.file.body.flatMap(removedRows).filter((one) => wasInUse(ways, one))) {
    const isDropped = ways.droppedBack.of(lost).some((one) => one.column === undefined);
    if (isDropped || ways.filledBack.has(lost)) continue;
    yield {
      subject: lost.subject,
      message: `the rollback does not bring back the rows that this takes out of ${shown(lost.table)}`,
      why: 'After it the schema is as before and the rows are not. Move them to a table that the rollback reads, or say -- IRREVERSIBLE: and the reason.',
    };
  }
}

/** The body writes over values, and the rollback writes none back. */
function* staysOverwritten(ways: Ways): Generator<FileComplaint> {
  for (const lost of ways.file.body.flatMap(updatedColumns).filter((one) => wasInUse(ways, one) && !fillsGaps(one))) {
    if (ways.filledBack.has(lost)) continue;
    yield {
      subject: lost.subject,
      severity: 'note',
      message: `the rollback does not bring back the values of ${nameOf(lost)} that this writes over`,
      why: 'Keep the old values in another column until nobody needs the way back, or say -- IRREVERSIBLE: and the reason.',
    };
  }
}

/** The rollback drops or empties what the body has not made. */
function* dropsOlder(ways: Ways): Generator<FileComplaint> {
  const { rollback } = ways.file;
  const taken = [...rollback.flatMap(droppedData), ...rollback.filter(takesAllRows).flatMap(removedRows)];
  for (const lost of taken.filter((one) => isOlder(ways, one))) {
    yield {
      subject: lost.subject,
      severity: ways.filledForth.has(lost) ? 'warning' : 'error',
      message: `the rollback takes away what is in ${nameOf(lost)}, which this migration has not made`,
      why: 'A rollback undoes what its own body has done, no more.',
    };
  }
}

function nameOf({ table, column }: DataChange): string {
  return column === undefined ? shown(table) : shownColumn(table, column);
}

/** It was there before the file, so that somebody's data are in it. */
function wasInUse(ways: Ways, { subject, table, column }: DataChange): boolean {
  if (subject.isNew(subject.known.table(table)) || ways.made.hasTable(subject, table)) return false;
  return column === undefined || !ways.made.hasColumn(subject, table, column);
}

/** As far as the statistics tell. */
function mayHoldData({ subject, table, column }: DataChange): boolean {
  const known = subject.known.table(table);
  if (known?.size?.rows === 0) return false;
  const one = column === undefined ? undefined : known?.columns.get(column);
  return one?.nullFraction !== 1 && one?.generated === undefined;
}

/** Tables and columns that a statement makes, with nothing in them. */
function makesEmpty(subject: Subject): DataChange[] {
  const table = relationName(as('CreateStmt', subject.tree?.node)?.relation);
  const columns = tableCommands(subject, 'AT_AddColumn').flatMap(({ table: of, cmd }) => {
    const added = as('ColumnDef', cmd.def);
    return added?.colname && !isComputed(added.constraints) ? { subject, table: of, column: added.colname } : [];
  });
  return [...(table ? [{ subject, table }] : []), ...columns];
}

function isComputed(constraints: Parameters<typeof all>[1]): boolean {
  return all('Constraint', constraints).some(({ contype }) => contype === 'CONSTR_GENERATED');
}

/** `WHERE region IS NULL`: there was no value before. */
function fillsGaps({ subject: { statement }, column = '' }: DataChange): boolean {
  return new RegExp(`\\b${column.replaceAll(/\W/g, '.')}\\s+is\\s+null\\b`, 'i').test(statement.sql);
}

function isOlder(ways: Ways, { subject, table, column }: DataChange): boolean {
  const before = ways.file.before.table(table);
  const wasThere = column === undefined ? before !== undefined : before?.columns.has(column) === true;
  if (!wasThere && !ways.renames) return false;
  const { made } = ways;
  const isMade = column === undefined ? made.hasTable(subject, table) : made.hasColumn(subject, table, column);
  return !isMade && (wasThere || made.renames(subject, table, column));
}

/** TRUNCATE, and DELETE without WHERE. */
function takesAllRows({ tree }: Subject): boolean {
  const deleted = as('DeleteStmt', tree?.node);
  return as('TruncateStmt', tree?.node) !== undefined || (deleted !== undefined && !deleted.whereClause);
}
