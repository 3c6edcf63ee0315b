import type { Complain } from './complaints.ts';
import { parameterComplaint } from './parameters.ts';

/**
 * The parameters of one service in the text of a service file (manual, "The Connection Service File"), or undefined where
 * the file has no such section. As in libpq the first mention of a keyword counts.
 */
export function findService(
  text: string,
  service: string,
  file: string,
  complain: Complain,
): Map<string, string> | undefined {
  let found: Map<string, string> | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (found) return found;
      if (line.startsWith(`[${service}]`)) found = new Map();
    } else if (found) {
      const complaint = readLine(line, found);
      if (complaint) complain(complaint.message, { where: { file, line: index + 1 }, next: complaint.next });
    }
  }
  return found;
}

function readLine(line: string, into: Map<string, string>): { message: string; next: string[] } | undefined {
  if (line.startsWith('ldap')) {
    return {
      message: 'An LDAP lookup in the service file is not supported.',
      next: ['Write host, port, dbname and user into the service.'],
    };
  }
  const [, name, value] = /^([^=]*)=(.*)$/s.exec(line) ?? [];
  if (name === undefined || value === undefined) {
    return { message: 'A line of the service file is not keyword=value.', next: ['Begin a comment with #.'] };
  }
  if (name === 'service' || name === 'servicefile') {
    return { message: 'A service cannot name another service.', next: ['Take that line out.'] };
  }
  const unknown = parameterComplaint(name);
  if (unknown) return { message: `In the service file ${unknown.message}`, next: unknown.next };
  if (!into.has(name)) into.set(name, value);
  return undefined;
}
