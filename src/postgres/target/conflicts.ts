import type { Complain } from './complaints.ts';
import { DEFAULT_PORT } from './hosts.ts';
import type { Settings } from './settings.ts';
import type { Source } from './sources.ts';

const COMPARED = { host: 'host', hostaddr: 'address', port: 'port', dbname: 'database', user: 'user' } as const;

/**
 * A complaint for everything by which a flag or variable names another host, address, port, database or user than the
 * environment of `--env`: somebody who set it would be surprised where the migrations went. What the environment leaves
 * to a default is compared with that default; what agrees is no conflict.
 */
export function findConflicts(source: Source, environment: Source, defaults: Settings, complain: Complain): void {
  for (const [name, word] of Object.entries(COMPARED)) {
    const given = source.settings.get(name);
    if (!given?.value) continue;
    const meant = environment.settings.get(name)?.value || defaults.get(name)?.value;
    if (meant === given.value || (name === 'hostaddr' && environment.settings.get('host')?.value === given.value))
      continue;
    complain(
      `${given.origin} names ${word} "${given.value}", ${environment.name} names ${meant ? `"${meant}"` : 'none'}.`,
      {
        next: [`Take ${given.origin} away, or leave out --env.`],
      },
    );
  }
}

/** What an environment means where it says nothing. */
export function environmentDefaults(environment: Source, osUser: string, host: string): Settings {
  const user = environment.settings.get('user')?.value || osUser;
  const values = { host, port: String(DEFAULT_PORT), user, dbname: user };
  return new Map(Object.entries(values).map(([name, value]) => [name, { value, origin: 'default' }]));
}
