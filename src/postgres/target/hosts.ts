import { isIP } from 'node:net';
import type { Complain } from './complaints.ts';
import type { Settings } from './settings.ts';
import { isSocket } from './target.ts';

/** One host of the list, before its password is looked up. */
export interface HostAddress {
  readonly host: string;
  readonly hostaddr?: string;
  readonly port: number;
}

export const DEFAULT_PORT = 5432;

/**
 * The hosts to try in order, from `host`, `hostaddr` and `port` as comma-separated lists: as many hosts as addresses; one
 * port for all, or one for each; an empty element means its default (manual, "Specifying Multiple Hosts").
 */
export function buildHosts(
  settings: Settings,
  defaultHost: (port: number) => string,
  complain: Complain,
): HostAddress[] {
  const names = list(settings, 'host');
  const addresses = list(settings, 'hostaddr');
  const count = addresses.length || names.length || 1;
  if (addresses.length > 0 && names.length > 0 && names.length !== addresses.length) {
    complain(`host names ${names.length} ${plural(names.length, 'host')}, hostaddr ${addresses.length}.`, {
      found: `${where(settings, 'host')}, ${where(settings, 'hostaddr')}`,
      expected: 'as many addresses as hosts',
    });
  }
  const ports = portsFor(count, settings, complain);
  return Array.from({ length: count }, (_, i) => {
    const port = ports.length === 1 ? ports[0]! : (ports[i] ?? DEFAULT_PORT);
    const hostaddr = addresses[i] ?? '';
    if (hostaddr !== '' && isIP(hostaddr) === 0) {
      complain(`${where(settings, 'hostaddr')}: "${hostaddr}" is not an IP address.`, {
        next: ['Put a name in host.'],
      });
    }
    const host = names[i] || (hostaddr === '' ? defaultHost(port) : '');
    checkSocketPath(host, port, complain);
    return { host, port, ...(hostaddr === '' ? {} : { hostaddr }) };
  });
}

function portsFor(count: number, settings: Settings, complain: Complain): number[] {
  const texts = list(settings, 'port');
  if (texts.length > 1 && texts.length !== count) {
    complain(`port names ${texts.length} ports for ${count} ${plural(count, 'host')}.`, {
      found: where(settings, 'port'),
      expected: 'one port for all hosts, or one for each',
    });
  }
  return texts.length === 0 ? [DEFAULT_PORT] : texts.map((text) => readPort(text.trim(), settings, complain));
}

function readPort(text: string, settings: Settings, complain: Complain): number {
  if (text === '') return DEFAULT_PORT;
  const port = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) {
    complain(`${where(settings, 'port')}: "${text}" is not a port.`, { expected: 'a whole number from 1 to 65535' });
  }
  return port;
}

/** sun_path holds 108 bytes on Linux, the last one a NUL; a little less elsewhere (104 on macOS and BSD). */
function checkSocketPath(host: string, port: number, complain: Complain): void {
  const path = isSocket(host) ? socketPath(host, port) : '';
  if (Buffer.byteLength(path) > 107) {
    complain(`The path of the unix socket is longer than 107 bytes.`, {
      found: path,
      next: ['Use a shorter directory, or TCP.'],
    });
  }
}

/** The socket file in a directory; an abstract name begins with `@`, as libpq writes it. */
export function socketPath(directory: string, port: number): string {
  return `${directory}/.s.PGSQL.${port}`;
}

function list(settings: Settings, name: string): string[] {
  const value = settings.get(name)?.value ?? '';
  return value === '' ? [] : value.split(',');
}

function where(settings: Settings, name: string): string {
  return settings.get(name)?.origin ?? name;
}

function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`;
}
