import type { Row } from '../../../postgres/row.ts';
import { quoteIdentifier, quoteQualified } from '../../../sql/quote.ts';
import type { QualifiedName } from '../../../sql/token-reader.ts';
import { type Ask, done, halfDone, notDone, type Probe } from './probe.ts';

/**
 * DROP INDEX CONCURRENTLY: one that was cut off leaves the index INVALID, and can be dropped again. One that was never
 * there is not dropped: the statement itself says so, or with IF EXISTS that it does not matter.
 */
export function dropIndexProbe({ schema, name }: QualifiedName): Probe {
  const index = schema === undefined ? quoteIdentifier(name) : quoteQualified(schema, name);
  return {
    before: async (ask) => ({ there: (await look(ask, index)) !== undefined }),
    outcome: async (ask, before) => {
      const row = await look(ask, index);
      if (!row)
        return before.there === false ? notDone(`there was no index ${index}`) : done(`the index ${index} is gone`);
      return row.valid === 't' ? notDone(`the index ${index} is there`) : halfDone(`the index ${index} is INVALID`);
    },
  };
}

async function look(ask: Ask, index: string): Promise<Row | undefined> {
  const [row] = await ask(
    'SELECT i.indisvalid AS valid FROM pg_catalog.pg_index AS i WHERE i.indexrelid = pg_catalog.to_regclass($1)::oid',
    [index],
  );
  return row;
}
