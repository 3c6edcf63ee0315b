import { quoteIdentifier, quoteQualified } from '../../../sql/quote.ts';
import type { QualifiedName } from '../../../sql/token-reader.ts';
import { done, halfDone, notDone, type Probe } from './probe.ts';

/** DROP INDEX CONCURRENTLY: one that was cut off leaves the index INVALID, and can be dropped again. */
export function dropIndexProbe({ schema, name }: QualifiedName): Probe {
  const index = schema === undefined ? quoteIdentifier(name) : quoteQualified(schema, name);
  return {
    before: async () => ({}),
    outcome: async (ask) => {
      const [row] = await ask(
        'SELECT i.indisvalid AS valid FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass($1)::oid',
        [index],
      );
      if (!row) return done(`the index ${index} is gone`);
      return row.valid === 't' ? notDone(`the index ${index} is there`) : halfDone(`the index ${index} is INVALID`);
    },
  };
}
