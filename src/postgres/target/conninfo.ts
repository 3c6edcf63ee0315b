import type { Complain } from './complaints.ts';
import { parseKeyValue } from './key-value.ts';
import { isUrl, parseUrl } from './url.ts';

/** Would psql read this text as a connection string where it expects a database name? */
export function isConninfo(text: string): boolean {
  return isUrl(text) || text.includes('=') || text.includes('://');
}

/** The parameters of a connection string, URL or keywords and values. `origin` says where it stands, for complaints. */
export function parseConninfo(text: string, origin: string, complain: Complain): Map<string, string> {
  if (isUrl(text)) return parseUrl(text, origin, complain);
  const scheme = /^\s*["']?([A-Za-z][A-Za-z0-9+.:-]*):\/\//.exec(text)?.[1];
  if (scheme !== undefined) {
    complain(`${origin}: it begins with ${scheme}://, not with postgresql://.`, { next: next(scheme) });
    return new Map();
  }
  if (text.includes('=')) return parseKeyValue(text, origin, complain);
  complain(`${origin}: it is neither a URL nor keywords with values.`, {
    expected: 'postgresql://user@host:5432/database, or host=... dbname=... user=...',
  });
  return new Map();
}

function next(scheme: string): string[] {
  return /^(jdbc|postgres|pgsql)/i.test(scheme)
    ? ['Write postgresql:// and the user before the host: postgresql://user@host:5432/database.']
    : ['This tool works on PostgreSQL only.'];
}
