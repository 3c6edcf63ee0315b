import { displayIdentifier } from '../sql/quote.ts';
import type { DumpEntry } from './dump-contents.ts';
import { MADE_WITH, type MadeBeside, type Present, shownTable, type WantedTable } from './wanted-table.ts';

export interface ChosenEntries extends MadeBeside {
  /** Definitions, then the rows of the tables in their order, then what stands behind rows. */
  readonly lines: readonly string[];
}

/** What is made with a table, as pg_dump calls it. Values of sequences are set otherwise. */
const OF_TABLE =
  /^(?:TABLE ATTACH|SEQUENCE OWNED BY|SEQUENCE(?! SET)|DEFAULT|CHECK CONSTRAINT|FK CONSTRAINT|CONSTRAINT|INDEX ATTACH|INDEX|TRIGGER|POLICY|ROW SECURITY|RULE|STATISTICS|COMMENT|ACL|SECURITY LABEL) /;

/** What comes with anything else that is made. */
const OF_OTHERS = /^(?:COMMENT|ACL|SECURITY LABEL|SEQUENCE SET) /;

/** What tables stand on that is not made for them. */
const ASKED_FOR = /^(?:EXTENSION|TABLE|VIEW|MATERIALIZED VIEW|FOREIGN TABLE) /;

/**
 * The entries of a dump that are needed for these tables: of those that are missing, their definitions with all that belongs to
 * them and all that they stand on. `all`: tables by name, for what is said of them.
 */
export function chooseEntries(
  entries: readonly DumpEntry[],
  wanted: readonly WantedTable[],
  present: Present,
  all: readonly { readonly schema: string; readonly name: string }[],
): ChosenEntries {
  const choice = new Choice(entries, present, all);
  const ids = new Map(wanted.map((table) => [table, tableEntry(entries, table)?.id]));
  choice.take(wanted.flatMap((table) => (table.isThere ? [] : (ids.get(table) ?? []))));
  const rows = wanted.flatMap((table) => dataEntry(entries, ids.get(table)) ?? []);
  return {
    ...choice.result(rows),
    unknown: wanted.filter((table) => ids.get(table) === undefined),
  };
}

class Choice {
  readonly #entries: readonly DumpEntry[];
  readonly #byId: ReadonlyMap<string, DumpEntry>;
  readonly #present: Present;
  readonly #all: readonly { readonly schema: string; readonly name: string }[];
  /** The tables that are made, and what belongs to them. */
  readonly #own = new Set<string>();
  /** What they stand on, and is made as well. */
  readonly #beside = new Set<string>();
  readonly #leftOut = new Map<string, string>();
  readonly #missing = new Set<string>();

  constructor(
    entries: readonly DumpEntry[],
    present: Present,
    all: readonly { readonly schema: string; readonly name: string }[],
  ) {
    this.#entries = entries;
    this.#byId = new Map(entries.map((one) => [one.id, one]));
    this.#present = present;
    this.#all = all;
  }

  take(tables: readonly string[]): void {
    for (const id of tables) this.#own.add(id);
    const belonging = this.#entries.filter(({ text }) => OF_TABLE.test(text));
    for (let before = -1; before !== this.#own.size; ) {
      before = this.#own.size;
      for (const entry of belonging) if (!this.#own.has(entry.id) && this.#belongs(entry)) this.#own.add(entry.id);
    }
    for (const id of [...this.#own]) this.#standsOn(this.#byId.get(id)!);
    for (const entry of this.#entries.filter(({ text }) => OF_OTHERS.test(text)))
      if (entry.needs.some((id) => this.#beside.has(id)) && !this.#own.has(entry.id)) this.#beside.add(entry.id);
  }

  /** To a table that is made; what lies between two tables, only where both are there then. */
  #belongs(entry: DumpEntry): boolean {
    if (!entry.needs.some((id) => this.#own.has(id))) return false;
    if (entry.text.startsWith('INDEX ATTACH ')) return entry.needs.every((id) => this.#own.has(id));
    const [between] = /^(?:FK CONSTRAINT|TABLE ATTACH) /.exec(entry.text) ?? [];
    if (between === undefined) return true;
    const tables = entry.needs.flatMap((id) => this.#byId.get(id) ?? []).filter(isTable);
    const owner = this.#ownerOf(entry, tables);
    // Of a table that is nowhere: nobody asked for it.
    if (owner && !this.#willBeThere(owner)) return false;
    const absent = tables.find((table) => !this.#willBeThere(table));
    if (absent) this.#leftOut.set(entry.id, this.#leftOutText(entry, owner, absent));
    else this.#leftOut.delete(entry.id);
    return absent === undefined;
  }

  /** The table whose name stands in the entry itself, not the other one that it has to do with. */
  #ownerOf({ text }: DumpEntry, tables: readonly DumpEntry[]): DumpEntry | undefined {
    const named = text.replace(/^(?:FK CONSTRAINT|TABLE ATTACH) /, '');
    const fit = (table: DumpEntry) => commonWords(named, table.text.slice('TABLE '.length));
    return [...tables].sort((a, b) => fit(b) - fit(a))[0];
  }

  #willBeThere(table: DumpEntry): boolean {
    return this.#own.has(table.id) || isPresent(table.text, this.#present);
  }

  #leftOutText({ text }: DumpEntry, owner: DumpEntry | undefined, absent: DumpEntry): string {
    const of = this.#nameOf(owner);
    if (text.startsWith('TABLE ATTACH ')) return `${of} is no partition then: ${this.#nameOf(absent)} is not there`;
    return `the foreign key ${this.#keyName(text, owner)} of ${of}: ${this.#nameOf(absent)} is not there`;
  }

  /** Between the name of the table and the owner, which is that of the table. */
  #keyName(text: string, owner: DumpEntry | undefined): string {
    const table = this.#all.find((one) => owner !== undefined && isOf(owner.text, one));
    if (!owner || !table) return text;
    const role = owner.text.slice(`TABLE ${plain(table)}`.length);
    const rest = text.slice(`FK CONSTRAINT ${plain(table)} `.length);
    return displayIdentifier(rest.endsWith(role) ? rest.slice(0, -role.length) : rest);
  }

  #nameOf(entry: DumpEntry | undefined): string {
    return entry ? this.#shown(entry).replace('table ', '') : '';
  }

  #standsOn(entry: DumpEntry): void {
    for (const id of entry.needs) {
      const other = this.#byId.get(id);
      if (!other || this.#own.has(id) || this.#beside.has(id) || isPresent(other.text, this.#present)) continue;
      if (MADE_WITH.test(other.text)) {
        this.#beside.add(id);
        this.#standsOn(other);
      } else if (ASKED_FOR.test(other.text) && !this.#isParent(entry, other)) this.#missing.add(this.#shown(other));
    }
  }

  /** A partition is a table of its own until it is attached. */
  #isParent(partition: DumpEntry, table: DumpEntry): boolean {
    return this.#entries.some(
      ({ text, needs }) => text.startsWith('TABLE ATTACH ') && needs.includes(partition.id) && needs.includes(table.id),
    );
  }

  #shown(entry: DumpEntry): string {
    const table = this.#all.find((one) => isOf(entry.text, one));
    if (table) return `table ${shownTable(table)}`;
    // The owner is the last word: most have names of one word.
    const [, kind = '', schema = '', name = ''] = /^([A-Z ]+) (\S+) (.*) \S*$/.exec(entry.text) ?? [];
    return `${kind.toLowerCase()} ${schema === '-' ? '' : `${schema}.`}${name}`;
  }

  result(rows: readonly DumpEntry[]): Omit<ChosenEntries, 'unknown'> {
    const chosen = this.#entries.filter(({ id }) => this.#own.has(id) || this.#beside.has(id));
    // A table that is there attaches to its indexes those that its new partition has by then.
    const isLate = ({ text, needs }: DumpEntry) =>
      text.startsWith('TABLE ATTACH ') && needs.some((id) => !this.#own.has(id));
    const border = this.#entries.findIndex(({ text }) => text.startsWith('TABLE DATA '));
    const early = new Set(this.#entries.slice(0, border === -1 ? this.#entries.length : border));
    const before = chosen.filter((one) => early.has(one) && !isLate(one));
    const behind = chosen.filter((one) => !early.has(one));
    const lines = [...before, ...rows, ...behind, ...chosen.filter(isLate)].map(({ line }) => line);
    const beside = this.#entries.filter(({ id, text }) => this.#beside.has(id) && MADE_WITH.test(text));
    return {
      lines,
      leftOut: [...this.#leftOut.values()],
      beside: beside.filter(({ text }) => !text.startsWith('SEQUENCE SET ')).map((one) => this.#shown(one)),
      missing: [...this.#missing],
    };
  }
}

function isTable({ text }: DumpEntry): boolean {
  return /^TABLE (?!DATA |ATTACH )/.test(text);
}

/** Whether it is one of these, whatever words its owner has. */
function isPresent(text: string, present: Present): boolean {
  for (let end = text.length; end > 0; end = text.lastIndexOf(' ', end - 1))
    if (present.has(text.slice(0, end))) return true;
  return false;
}

/** How many words two texts begin with together. */
function commonWords(a: string, b: string): number {
  const [left, right] = [a.split(' '), b.split(' ')];
  const other = left.findIndex((word, i) => word !== right[i]);
  return other === -1 ? left.length : other;
}

/** In the list of a dump a line break is a blank. */
function plain({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema} ${name}`.replaceAll(/[\r\n]/g, ' ');
}

function isOf(text: string, table: { readonly schema: string; readonly name: string }): boolean {
  return text.startsWith(`TABLE ${plain(table)} `);
}

/** Of several whose text begins so, the one whose owner is the shortest: the others have longer names. */
function tableEntry(
  entries: readonly DumpEntry[],
  table: { readonly schema: string; readonly name: string },
): DumpEntry | undefined {
  const found = entries.filter((one) => isTable(one) && isOf(one.text, table));
  return found.sort((a, b) => a.text.length - b.text.length)[0];
}

function dataEntry(entries: readonly DumpEntry[], table: string | undefined): DumpEntry | undefined {
  return entries.find(
    ({ text, needs }) => text.startsWith('TABLE DATA ') && table !== undefined && needs.includes(table),
  );
}
