import { nearest } from '../../report/nearest.ts';
import { FOREIGN_PARAMETERS, KEYWORDS } from './keywords.ts';

/** What to say of a parameter that libpq does not know; undefined for one that it knows. */
export function parameterComplaint(name: string): { message: string; next: string[] } | undefined {
  if (Object.hasOwn(KEYWORDS, name)) return undefined;
  const meant = nearest(name, Object.keys(KEYWORDS));
  const foreign = Object.hasOwn(FOREIGN_PARAMETERS, name) ? FOREIGN_PARAMETERS[name] : undefined;
  const advice =
    foreign ??
    (meant ? `Did you mean ${meant}?` : 'The parameters are those of libpq: host, port, dbname, user, sslmode, ...');
  return { message: `there is no connection parameter "${name}".`, next: [advice] };
}
