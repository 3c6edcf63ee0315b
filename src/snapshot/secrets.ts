import { scryptSync } from 'node:crypto';
import type { RawValue } from '../catalog/canonical.ts';

/** What a property is, that may hold secrets: a list of `name=value`, one such entry, or a secret as a whole. */
export type Masked = 'foreign options' | 'user mapping' | 'settings' | 'setting' | 'secret';

/** Options of foreign objects that are no secret in any wrapper; every other is taken for one. */
const OPEN_OPTIONS = new Set(
  `async_capable batch_size column_name dbname delimiter encoding escape extensions fdw_startup_cost fdw_tuple_cost fetch_size
filename force_not_null force_null format header host hostaddr keep_connections null parallel_abort parallel_commit port
quote schema schema_name service sslmode table table_name truncatable updatable use_remote_estimate user username`.split(
    /\s+/,
  ),
);
const SECRET_SETTING = /pass|secret|token|key|credential|private|conninfo/i;

/**
 * A stand-in for a secret that is the same for the same secret, so that a change shows. It ends up in files that people keep,
 * so it is made by a slow function: a list of likely passwords takes long to try.
 */
function standIn(secret: string, salt: string): string {
  const known = `${salt}\0${secret}`;
  const found =
    STAND_INS.get(known) ?? `secret ${scryptSync(secret, `taskflow-db snapshot ${salt}`, 12).toString('hex')}`;
  STAND_INS.set(known, found);
  return found;
}

/** Made once a process: each takes some 50 ms. */
const STAND_INS = new Map<string, string>();

/** The property without its secrets; entries become `[name, value]`. */
export function maskSecrets(kind: Masked, value: RawValue): RawValue {
  if (value === null) return null;
  if (kind === 'secret') return standIn(String(value), 'connection');
  if (kind === 'setting') return entry(kind, String(value))[1]!;
  return (value as readonly string[]).map((one) => entry(kind, one));
}

function entry(kind: Masked, text: string): [string, string] {
  const at = text.indexOf('=');
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  return [name, isSecret(kind, name) ? standIn(value, name) : value];
}

function isSecret(kind: Masked, name: string): boolean {
  if (kind === 'settings' || kind === 'setting') return SECRET_SETTING.test(name);
  return kind === 'user mapping' ? !/^user(name)?$/.test(name) : !OPEN_OPTIONS.has(name);
}
