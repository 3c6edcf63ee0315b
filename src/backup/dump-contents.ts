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
