import { all, as } from '../../syntax/tree.ts';
import { type DataChange, droppedData, filled, removedRows, updatedColumns } from '../help/data-changes.ts';
import { tableCommands } from '../help/drops.ts';
import { addsColumn, createsTable, renamesColumnTo, renamesTo } from '../help/made-by-file.ts';
import { relationMade } from '../help/new-names.ts';
import { isSame } from '../help/same-name.ts';
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
    yield* comesBackEmpty(file);
    yield* staysAway(file);
    yield* staysOverwritten(file);
    yield* dropsOlder(file);
  },
};

const KEEP =
  'Rows are in backups alone then. Rename instead of dropping, and drop in a later migration that is -- IRREVERSIBLE:; or keep a copy and fill it in again in the rollback.';

/** The body drops it with what is in it, and the rollback makes it again. */
function* comesBackEmpty(file: FileSubject): Generator<FileComplaint> {
  for (const lost of file.body.flatMap(droppedData).filter((one) => wasInUse(file, one) && mayHoldData(one))) {
    const subject = file.rollback.find((one) => makesAgain(one, lost));
    if (!subject || isFilled(file.rollback, lost)) continue;
    const what = lost.column === undefined ? shown(lost.table) : shownColumn(lost.table, lost.column);
    const content = lost.column === undefined ? 'without its rows' : 'without its values';
    yield { subject, message: `The rollback brings ${what} back ${content}`, why: KEEP };
  }
}

/** The body removes rows of a table that stays, and the rollback puts none in. */
function* staysAway(file: FileSubject): Generator<FileComplaint> {
  for (const lost of file.body.flatMap(removedRows).filter((one) => wasInUse(file, one))) {
    if (isFilled(file.rollback, lost) || dropsTable(file.rollback, lost)) continue;
    yield {
      subject: lost.subject,
      message: `The rollback does not bring back the rows that this takes out of ${shown(lost.table)}`,
      why: 'After it the schema is as before and the rows are not. Move them to a table that the rollback reads, or say -- IRREVERSIBLE: and the reason.',
    };
  }
}

/** The body writes over values, and the rollback writes none back. */
function* staysOverwritten(file: FileSubject): Generator<FileComplaint> {
  for (const lost of file.body.flatMap(updatedColumns).filter((one) => wasInUse(file, one) && !fillsGaps(one))) {
    if (isFilled(file.rollback, lost)) continue;
    yield {
      subject: lost.subject,
      severity: 'note',
      message: `The rollback does not bring back the values of ${shownColumn(lost.table, lost.column ?? '')} that this writes over`,
      why: 'Keep the old values in another column until nobody needs the way back, or say -- IRREVERSIBLE: and the reason.',
    };
  }
}

/** The rollback drops or empties what the body has not made. */
function* dropsOlder(file: FileSubject): Generator<FileComplaint> {
  const emptied = file.rollback.filter(takesAllRows).flatMap(removedRows);
  for (const lost of [...file.rollback.flatMap(droppedData), ...emptied].filter((one) => isOlder(file, one))) {
    const what = lost.column === undefined ? shown(lost.table) : shownColumn(lost.table, lost.column);
    yield {
      subject: lost.subject,
      severity: isFilled(file.body, lost) ? 'warning' : 'error',
      message: `The rollback takes away what is in ${what}, which this migration has not made`,
      why: 'A rollback undoes what its own body has done, no more.',
    };
  }
}

/** It was there before the file, so that somebody's data are in it. */
function wasInUse(file: FileSubject, { subject, table, column }: DataChange): boolean {
  if (subject.isNew(subject.known.table(table)) || createsTable(file, table)) return false;
  return column === undefined || !addsColumn(file, table, column);
}

/** As far as the statistics tell. */
function mayHoldData({ subject, table, column }: DataChange): boolean {
  const known = subject.known.table(table);
  if (known?.size?.rows === 0) return false;
  const one = column === undefined ? undefined : known?.columns.get(column);
  return one?.nullFraction !== 1 && one?.generated === undefined;
}

function makesAgain(subject: Subject, { table, column }: DataChange): boolean {
  const { tree, known } = subject;
  if (!tree) return false;
  if (column === undefined)
    return as('CreateStmt', tree.node) !== undefined && isSame(known, relationMade(tree.node), table);
  return tableCommands(subject, 'AT_AddColumn').some(({ table: other, cmd }) => {
    const added = as('ColumnDef', cmd.def);
    return added?.colname === column && isSame(known, other, table) && !isComputed(added.constraints);
  });
}

function isComputed(constraints: Parameters<typeof all>[1]): boolean {
  return all('Constraint', constraints).some(({ contype }) => contype === 'CONSTR_GENERATED');
}

/** Rows are put into the table, or values into the column. */
function isFilled(subjects: readonly Subject[], lost: DataChange): boolean {
  return subjects
    .flatMap(filled)
    .some(
      (one) =>
        isSameTable(one, lost) && (one.column === undefined || lost.column === undefined || one.column === lost.column),
    );
}

function dropsTable(subjects: readonly Subject[], lost: DataChange): boolean {
  return subjects.flatMap(droppedData).some((one) => one.column === undefined && isSameTable(one, lost));
}

function isSameTable(a: DataChange, b: DataChange): boolean {
  return isSame(a.subject.known, a.table, b.table);
}

/** `WHERE region IS NULL`: there was no value before. */
function fillsGaps({ subject: { statement }, column = '' }: DataChange): boolean {
  return new RegExp(`\\b${column.replaceAll(/\W/g, '.')}\\s+is\\s+null\\b`, 'i').test(statement.sql);
}

function isOlder(file: FileSubject, { table, column }: DataChange): boolean {
  if (column !== undefined) {
    if (renamesColumnTo(file, table, column)) return true;
    return file.before.table(table)?.columns.has(column) === true && !addsColumn(file, table, column);
  }
  return (file.before.table(table) !== undefined || renamesTo(file, table)) && !createsTable(file, table);
}

/** TRUNCATE, and DELETE without WHERE. */
function takesAllRows({ tree }: Subject): boolean {
  const deleted = as('DeleteStmt', tree?.node);
  return as('TruncateStmt', tree?.node) !== undefined || (deleted !== undefined && !deleted.whereClause);
}
