import { endCapture } from '../../backup/capture-sql.ts';
import { BACKUP_SCHEMA } from '../../backup/kept.ts';
import { storeName } from '../../backup/kept-sql.ts';
import type { Store } from '../../backup/stored.ts';
import { count, formatBytes } from '../../problem/quantity.ts';
import { displayIdentifier } from '../../sql/quote.ts';
import { readStores, shownStore } from '../backup/stores.ts';
import type { Control } from '../control.ts';
import type { Finding } from '../finding.ts';
import { abandonedCaptures } from '../keep/capture.ts';

/** What migrations have kept in the database, and what killed runs have left of that. */
export async function keptData(control: Control): Promise<Finding[]> {
  const name = 'kept data';
  const [there] = await control.session.query('SELECT pg_catalog.to_regnamespace($1) AS found', [BACKUP_SCHEMA]);
  if (there?.found == null) return [];
  const stores = await readStores(control);
  const stray = stores.filter(({ state }) => state === 'unknown').map((one) => shownStore(one.name));
  const bytes = stores.reduce((sum, one) => sum + one.bytes, 0);
  const captures = [...toBeMoved(stores), ...(await leftCaptures(control))];
  const found = `${count(stores.length, 'table')}, ${formatBytes(bytes)}`;
  if (stray.length === 0) return [{ name, level: 'ok', found }, ...captures];
  const some = stray.length > SHOWN_MAX ? [...stray.slice(0, SHOWN_MAX), `${stray.length - SHOWN_MAX} more`] : stray;
  const advice = `Where nobody needs it: taskflow-db backup prune ${stray.slice(0, SHOWN_MAX).map(shellQuoted).join(' ')}`;
  return [{ name, level: 'note', found: `${found}; nothing refers to ${some.join(', ')}`, advice }, ...captures];
}

const SHOWN_MAX = 3;

/** A run that was killed, or could not write, has left in the database what is to be in files. */
function toBeMoved(stores: readonly Store[]): Finding[] {
  const waiting = stores.filter(({ toFile }) => toFile);
  if (waiting.length === 0) return [];
  const bytes = formatBytes(waiting.reduce((sum, one) => sum + one.bytes, 0));
  const found = `${count(waiting.length, 'table')} (${bytes}) of kept data not in files yet: ${shownStore(waiting[0]!.name)}${waiting.length > 1 ? ', ...' : ''}`;
  return [{ name: 'kept data', level: 'note', found, advice: 'Moved by: taskflow-db migrate --backup-to file' }];
}

/** While a run is at work they are its own. */
async function leftCaptures({ session, runner }: Control): Promise<Finding[]> {
  if (runner) return [];
  return (await abandonedCaptures(session)).map((kept) => {
    const table = `${displayIdentifier(kept.schema)}.${displayIdentifier(kept.table)}`;
    const sql = [...endCapture(kept), `DROP TABLE IF EXISTS ${storeName(kept)}`].map((one) => `${one};`).join(' ');
    return {
      name: 'abandoned copy',
      level: 'note',
      found: `a killed run was copying ${table}: its trigger still writes down the key of each row that changes`,
      advice: `The next migration that destroys something removes it. By hand: ${sql}`,
    } as const;
  });
}

function shellQuoted(word: string): string {
  return /^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
