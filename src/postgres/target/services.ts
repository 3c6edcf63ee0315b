import { posix, win32 } from 'node:path';
import type { Complain } from './complaints.ts';
import { userFile } from './defaults.ts';
import type { TargetInputs } from './inputs.ts';
import { findService } from './service-file.ts';
import { type Settings, settingsOf } from './settings.ts';

/** Where libpq was built to look for the system's service file: Debian's, Fedora's, and the common install prefixes. */
const SYSTEM_FOLDERS = [
  '/etc/postgresql-common',
  '/etc/sysconfig/pgsql',
  '/usr/local/pgsql/etc',
  '/usr/local/etc',
  '/etc',
];

/** The parameters of the service that the settings name; none if they name none. */
export function readService(settings: Settings, inputs: TargetInputs, complain: Complain): Settings {
  const service = settings.get('service');
  if (!service?.value) return new Map();
  const files = serviceFiles(settings, inputs);
  for (const file of files) {
    const text = inputs.files.read(file);
    const found = text === undefined ? undefined : findService(text, service.value, file, complain);
    if (found) return settingsOf(found, `service "${service.value}" of ${file}`);
  }
  complain(`${service.origin}: there is no service "${service.value}".`, {
    found: `looked in ${files.join(', ')}`,
    next: [`Add a section [${service.value}] to one of these files.`],
  });
  return new Map();
}

/** The user's file, or the one that is named in its place, then the system's. */
function serviceFiles(settings: Settings, inputs: TargetInputs): string[] {
  const named = settings.get('servicefile')?.value || inputs.env.PGSERVICEFILE;
  const own = named || userFile(inputs, '.pg_service.conf');
  const join = inputs.platform === 'win32' ? win32.join : posix.join;
  const folder = inputs.env.PGSYSCONFDIR;
  const folders = folder ? [folder] : inputs.platform === 'win32' ? [] : SYSTEM_FOLDERS;
  return [own, ...folders.map((each) => join(each, 'pg_service.conf'))];
}
