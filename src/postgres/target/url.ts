import type { Complain } from './complaints.ts';
import { parameterComplaint } from './parameters.ts';

const ENCODE = 'In a URL, write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25.';

/** Does libpq read this text as a URL? (manual, "Connection URIs") */
export function isUrl(text: string): boolean {
  return text.startsWith('postgresql://') || text.startsWith('postgres://');
}

/**
 * The parameters of a connection URL, as libpq reads it: `postgresql://user:password@host:port,host:port/dbname?name=value`,
 * every part optional and percent-encoded. Complaints never show a part that could belong to a password.
 */
export function parseUrl(text: string, origin: string, complain: Complain): Map<string, string> {
  const parameters = new Map<string, string>();
  const say = (message: string, next = ENCODE) => complain(`${origin}: ${message}`, { next: [next] });
  const store = (name: string, part: string, what: string) => {
    const value = part === '' ? undefined : decode(part, what, say);
    if (value !== undefined) parameters.set(name, value);
  };

  const { user, password, rest } = splitUser(text.slice(text.indexOf('://') + 3));
  const hostsEnd = rest.search(/[/?]/);
  const hosts = hostsEnd < 0 ? rest : rest.slice(0, hostsEnd);
  const tail = hostsEnd < 0 ? '' : rest.slice(hostsEnd);
  const question = tail.indexOf('?');
  const path = question < 0 ? tail : tail.slice(0, question);
  if (hosts.includes('@') || path.includes('@')) {
    say('an @ stands after the host begins, so the user name or password holds a character that must be encoded.');
    return parameters;
  }
  store('user', user, 'user name');
  store('password', password, 'password');
  storeHosts(hosts, store, say);
  store('dbname', path.slice(1), 'database name');
  if (question >= 0) readQuery(tail.slice(question + 1), origin, parameters, complain);
  return parameters;
}

type Say = (message: string, next?: string) => void;
type Store = (name: string, part: string, what: string) => void;

/** Who connects stands before the first @, provided that no / comes earlier. */
function splitUser(text: string): { user: string; password: string; rest: string } {
  const at = text.search(/[@/]/);
  if (at < 0 || text[at] !== '@') return { user: '', password: '', rest: text };
  const who = text.slice(0, at);
  const colon = who.indexOf(':');
  const user = colon < 0 ? who : who.slice(0, colon);
  return { user, password: colon < 0 ? '' : who.slice(colon + 1), rest: text.slice(at + 1) };
}

function storeHosts(text: string, store: Store, say: Say): void {
  const hosts: string[] = [];
  const ports: string[] = [];
  for (const part of text.split(',')) {
    const split = splitHost(part, say);
    if (!split) return;
    hosts.push(split.host);
    ports.push(split.port);
  }
  store('host', hosts.join(','), 'host');
  // "," alone would be a list of two default ports.
  store('port', ports.some((port) => port !== '') ? ports.join(',') : '', 'port');
}

function splitHost(part: string, say: Say): { host: string; port: string } | undefined {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(part);
  const plain = /^([^:]*)(?::(.*))?$/s.exec(part);
  if (part.startsWith('[') ? !bracketed?.[1] : !plain) {
    say('an IPv6 address stands in brackets, as in [::1]:5432, and is not empty.');
    return undefined;
  }
  const [, host = '', port = ''] = (bracketed ?? plain)!;
  // Not shown: after a colon, what is no port is usually a password whose / was not encoded.
  if (!/^(\d|%[0-9A-Fa-f]{2})*$/.test(port)) {
    say('what follows the colon after the host is not a port number.');
    return undefined;
  }
  return { host, port };
}

function readQuery(query: string, origin: string, parameters: Map<string, string>, complain: Complain): void {
  const say: Say = (message, next = ENCODE) => complain(`${origin}: ${message}`, { next: [next] });
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const [rawName = '', rawValue, ...more] = pair.split('=');
    const name = decode(rawName, 'parameter name', say);
    if (name === undefined) continue;
    if (rawValue === undefined || more.length > 0) {
      say(`a parameter is written name=value, with one =; "${name}" is not.`, 'Write a further = as %3D, & as %26.');
      continue;
    }
    const value = decode(rawValue, `value of ${name}`, say);
    if (value !== undefined) setParameter(name, value, origin, parameters, complain);
  }
}

function setParameter(
  name: string,
  value: string,
  origin: string,
  into: Map<string, string>,
  complain: Complain,
): void {
  // JDBC's spelling, which libpq accepts in URLs alone.
  if (name === 'ssl' && value === 'true') {
    into.set('sslmode', 'require');
    return;
  }
  const complaint = parameterComplaint(name);
  if (complaint) complain(`${origin}: ${complaint.message}`, { next: complaint.next });
  else into.set(name, value);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(part: string, what: string, say: Say): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(part)) {
    say(`the ${what} holds a % that two hexadecimal digits do not follow.`, 'Write % itself as %25.');
    return undefined;
  }
  if (part.includes('%00')) {
    say(`the ${what} holds %00, which PostgreSQL has no place for.`);
    return undefined;
  }
  try {
    return part.replace(/(%[0-9A-Fa-f]{2})+/g, (run) => utf8.decode(Buffer.from(run.replaceAll('%', ''), 'hex')));
  } catch {
    say(`the ${what} is not UTF-8 after decoding.`);
    return undefined;
  }
}
