import { objectKey, type StatementNames } from './statement-names.ts';
import type { MadeBeside, Present, WantedTable } from './wanted-table.ts';

/** A statement of the definitions of a backup by COPY. */
export interface Definition {
  readonly sql: string;
  readonly names: StatementNames;
  /** It stands behind the rows. */
  readonly behind: boolean;
}

export interface ChosenDefinitions extends MadeBeside {
  readonly before: readonly Definition[];
  readonly behind: readonly Definition[];
}

/** The definitions that are needed for these tables: of those that are missing, with all that belongs to them and that they stand on. */
export function chooseDefinitions(
  all: readonly Definition[],
  wanted: readonly WantedTable[],
  present: Present,
): ChosenDefinitions {
  const makers = new Map(
    all.flatMap((one) => (one.names.makes === undefined ? [] : [[one.names.makes, one] as const])),
  );
  const isKnown = (table: WantedTable) => makers.has(objectKey('relation', table));
  const made = wanted.filter((table) => !table.isThere && isKnown(table)).map((table) => objectKey('relation', table));
  const own = ownOf(all, made);
  const willBeThere = (key: string) => own.has(key) || present.has(key);
  const ofTables = all.filter(({ names }) => isChosen(names, own, willBeThere));
  const { beside, missing } = standOn(ofTables, makers, willBeThere);
  const chosen = all.filter((one) => ofTables.includes(one) || beside.has(one.names.subject ?? ''));
  return {
    before: chosen.filter((one) => !one.behind),
    behind: chosen.filter((one) => one.behind),
    unknown: wanted.filter((table) => !isKnown(table)),
    leftOut: all.flatMap(({ names }) => leftOutText(names, own, willBeThere) ?? []),
    beside: [...beside],
    missing,
  };
}

/** The tables, their sequences, indexes and the like. */
function ownOf(all: readonly Definition[], tables: readonly string[]): Set<string> {
  const own = new Set(tables);
  for (const { names } of all)
    if (names.ownedBy !== undefined && own.has(names.ownedBy) && names.subject !== undefined) own.add(names.subject);
  for (const { names } of all)
    if (names.subject !== undefined && names.makes !== undefined && own.has(names.subject)) own.add(names.makes);
  return own;
}

type IsThere = (key: string) => boolean;

/** What ties two tables together goes in where both are there then, and one of them is made. */
function isChosen({ subject, tie }: StatementNames, own: ReadonlySet<string>, willBeThere: IsThere): boolean {
  if (!tie) return subject !== undefined && own.has(subject);
  return [tie.of, tie.other].some((key) => own.has(key)) && willBeThere(tie.of) && willBeThere(tie.other);
}

function leftOutText({ tie }: StatementNames, own: ReadonlySet<string>, willBeThere: IsThere): string | undefined {
  if (!tie || !own.has(tie.of) || willBeThere(tie.other)) return undefined;
  const [one, other] = [tie.of, tie.other].map((key) => key.replace('relation ', ''));
  if (tie.key === undefined) return `${one} is no partition then: ${other} is not there`;
  return `the foreign key ${tie.key} of ${one}: ${other} is not there`;
}

/** What is not there and is made as well, with what that needs; and what no statement makes that may be taken along. */
function standOn(
  chosen: readonly Definition[],
  makers: ReadonlyMap<string, Definition>,
  willBeThere: IsThere,
): { beside: Set<string>; missing: string[] } {
  const beside = new Set<string>();
  const missing = new Set<string>();
  const waiting = [...chosen];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    for (const key of next.names.uses) {
      if (willBeThere(key) || beside.has(key)) continue;
      const maker = makers.get(key);
      if (maker && isMadeBeside(key, maker)) {
        beside.add(key);
        waiting.push(maker);
      } else missing.add(key.replace('relation ', 'table '));
    }
  }
  return { beside, missing: [...missing] };
}

/** Of relations, only sequences: they hold no rows of anybody. */
function isMadeBeside(key: string, { sql }: Definition): boolean {
  return !key.startsWith('relation ') || /^CREATE SEQUENCE /.test(sql);
}
