import { DURATION_EXPECTED, parseDuration } from '../problem/duration.ts';
import { Problem } from '../problem/problem.ts';
import type { ServeOptions } from '../web/serve.ts';
import { ownName } from './own-name.ts';

const NOTHING = { state: 'Nothing was started.' };
const PORT_DEFAULT = 7433;

/** `localhost:7433`, `[::1]:7433`, `7433`: Problem `usage` for what is none of these. */
export function listenAddress(text: string | undefined): ServeOptions['listen'] {
  if (text === undefined) return { host: 'localhost', port: PORT_DEFAULT, isDefault: true };
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]:|([^:[\]/]+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port !== undefined && Number(port) < 65536)
    return { host: bracketed ?? plain ?? 'localhost', port: Number(port), isDefault: false };
  throw new Problem('usage', '--listen needs a host and a port', {
    found: JSON.stringify(text),
    expected: 'HOST:PORT, such as localhost:7433 or [::1]:7433; port 0 takes any that is free',
    ...NOTHING,
  });
}

/** `ada:viewer`; without a role an operator where something may be changed, else a viewer. */
export function consoleUsers(given: readonly string[], mayWrite: boolean): ServeOptions['users'] {
  const usual: Role = mayWrite ? 'operator' : 'viewer';
  if (given.length === 0) return [{ name: ownName() ?? 'owner', role: usual }];
  const users = given.map((text) => userOf(text, usual));
  const twice = users.find(({ name }, i) => users.findIndex((other) => other.name === name) < i);
  if (twice) throw new Problem('usage', `--person names ${JSON.stringify(twice.name)} twice`, NOTHING);
  return users;
}

type Role = ServeOptions['users'][number]['role'];
const ROLES: readonly Role[] = ['viewer', 'operator', 'approver'];

function userOf(text: string, usual: Role): ServeOptions['users'][number] {
  const [, name, said] = /^([^:\s\p{Cc}]{1,63})(?::(\w+))?$/u.exec(text) ?? [];
  const role = said === undefined ? usual : ROLES.find((one) => one === said);
  if (name !== undefined && role) return { name, role };
  throw new Problem('usage', '--person needs a name and a role', {
    found: JSON.stringify(text),
    expected: `NAME:ROLE, such as ada:operator; the roles are ${ROLES.join(', ')}`,
    ...NOTHING,
  });
}

const IDLE_DEFAULT = '30min';

export function idleMs(text = IDLE_DEFAULT): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 1000) return ms;
  throw new Problem('usage', '--idle needs a duration of a second or more', {
    found: JSON.stringify(text),
    expected: DURATION_EXPECTED,
    ...NOTHING,
  });
}

export function publicUrl(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  if (url && isPlain && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  throw new Problem('usage', '--public-url needs an address without a path', {
    found: JSON.stringify(text),
    expected: 'such as https://db.example.com or https://db.example.com:8443',
    ...NOTHING,
  });
}
