/** A line of `pg_restore --list --verbose`, with what it depends on. */
export interface DumpEntry {
  readonly id: string;
  /** As pg_restore reads it back with --use-list. */
  readonly line: string;
  /** Kind, schema, name and owner with blanks between them, in which names may have blanks, too. */
  readonly text: string;
  readonly needs: readonly string[];
}

/** The entries of a dump, in its order. */
export function readDumpContents(list: string): DumpEntry[] {
  const entries: { id: string; line: string; text: string; needs: string[] }[] = [];
  for (const line of list.split('\n')) {
    const [, id, text] = /^(\d+); \d+ \d+ (.*)$/.exec(line) ?? [];
    if (id !== undefined && text !== undefined) entries.push({ id, line, text, needs: [] });
    const [, needs] = /^;\tdepends on: (.*)$/.exec(line) ?? [];
    if (needs !== undefined) entries.at(-1)?.needs.push(...needs.trim().split(/\s+/));
  }
  return entries;
}

export interface WantedTable {
  readonly schema: string;
  readonly name: string;
  /** It is there already, and only its rows are wanted. */
  readonly isThere: boolean;
}

export interface ChosenEntries {
  /** Definitions, then the rows of the tables in their order, then what stands behind rows. */
  readonly lines: readonly string[];
  /** Of the tables that the dump has no definition of. */
  readonly unknown: readonly WantedTable[];
  /** Foreign keys to tables that are not there, as the dump names them. */
  readonly leftOut: readonly string[];
}

/** What is made with a table, as pg_dump calls it. Values of sequences are set otherwise. */
const OF_TABLE =
  /^(?:TABLE ATTACH|SEQUENCE OWNED BY|SEQUENCE(?! SET)|DEFAULT|CHECK CONSTRAINT|FK CONSTRAINT|CONSTRAINT|INDEX ATTACH|INDEX|TRIGGER|POLICY|ROW SECURITY|RULE|STATISTICS|COMMENT|ACL|SECURITY LABEL) /;

/**
 * The entries that are needed for these tables: of those that are missing, their definitions with all that belongs to them.
 * `isThere`: whether a table that a foreign key refers to is in the database.
 */
export function chooseEntries(
  entries: readonly DumpEntry[],
  wanted: readonly WantedTable[],
  isThere: (table: { schema: string; name: string }) => boolean,
  all: readonly { readonly schema: string; readonly name: string }[],
): ChosenEntries {
  const ids = new Map(wanted.map((table) => [table, tableEntry(entries, table)?.id]));
  const chosen = new Set(wanted.flatMap((table) => (table.isThere ? [] : (ids.get(table) ?? []))));
  const present = new Set(all.filter(isThere).flatMap((table) => tableEntry(entries, table)?.id ?? []));
  const isTable = new Set(entries.filter(({ text }) => text.startsWith('TABLE ')).map(({ id }) => id));
  const dangling = ({ needs }: DumpEntry) => needs.some((id) => isTable.has(id) && !chosen.has(id) && !present.has(id));
  const leftOut: string[] = [];
  for (let before = -1; before !== chosen.size; ) {
    before = chosen.size;
    for (const entry of entries.filter(({ text, id }) => OF_TABLE.test(text) && !chosen.has(id))) {
      if (!entry.needs.some((id) => chosen.has(id))) continue;
      if (!entry.text.startsWith('FK CONSTRAINT ') || !dangling(entry)) chosen.add(entry.id);
    }
  }
  for (const entry of entries)
    if (entry.text.startsWith('FK CONSTRAINT ') && !chosen.has(entry.id) && entry.needs.some((id) => chosen.has(id)))
      leftOut.push(entry.text);
  const rows = wanted.flatMap((table) => dataEntry(entries, ids.get(table)) ?? []);
  const data = entries.findIndex(({ text }) => text.startsWith('TABLE DATA '));
  const picked = (some: readonly DumpEntry[]) => some.filter(({ id }) => chosen.has(id)).map(({ line }) => line);
  const border = data === -1 ? entries.length : data;
  return {
    lines: [...picked(entries.slice(0, border)), ...rows.map(({ line }) => line), ...picked(entries.slice(border))],
    unknown: wanted.filter((table) => ids.get(table) === undefined),
    leftOut,
  };
}

/** Of several whose text begins so, the one whose owner is the shortest: the others have longer names. */
function tableEntry(
  entries: readonly DumpEntry[],
  { schema, name }: { readonly schema: string; readonly name: string },
): DumpEntry | undefined {
  const start = `TABLE ${schema} ${name} `.replaceAll(/[\r\n]/g, ' ');
  const found = entries.filter(({ text }) => text.startsWith(start) && !/^TABLE (?:DATA|ATTACH) /.test(text));
  return found.sort((a, b) => a.text.length - b.text.length)[0];
}

function dataEntry(entries: readonly DumpEntry[], table: string | undefined): DumpEntry | undefined {
  return entries.find(
    ({ text, needs }) => text.startsWith('TABLE DATA ') && table !== undefined && needs.includes(table),
  );
}
