import { dropped } from '../help/drops.ts';
import { madeHere } from '../help/made-here.ts';
import { shown } from '../help/shown.ts';
import { listedFew } from '../help/shown-column.ts';
import type { Rule, Subject } from '../rule.ts';

export const rule: Rule = {
  id: 'ban-drop-schema',
  topic: 'compatibility',
  summary: 'A schema is dropped',
  severity: 'warning',
  weighed: false,
  on: ['DropStmt'],
  *statement(subject) {
    for (const name of dropped(subject, 'OBJECT_SCHEMA')) {
      if (madeHere(subject, name, ['schema'])) continue;
      yield {
        message: `the schema ${shown(name)} goes${inside(subject, name.name)}; sessions that have it in their search_path find its names elsewhere or not at all`,
        why: 'Without CASCADE PostgreSQL refuses it while anything is in it. Drop what is in it first, each by its name, when nothing uses it any more.',
      };
    }
  },
};

function inside({ known }: Subject, schema: string): string {
  const tables = [...known.tables()].filter((one) => one.name.schema === schema);
  return tables.length === 0 ? '' : ` with ${listedFew(tables.map((one) => shown(one.name)))}`;
}
