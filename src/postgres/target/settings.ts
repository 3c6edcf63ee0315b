/** One parameter and where it was given: `--host`, `DATABASE_URL`, `PGHOST`, `service "x" of /path`. */
export interface Setting {
  readonly value: string;
  readonly origin: string;
}

/** Parameters by libpq's keyword. An empty value was given as empty and mostly means the default. */
export type Settings = ReadonlyMap<string, Setting>;

export function settingsOf(parameters: Iterable<readonly [string, string]>, origin: string): Map<string, Setting> {
  return new Map([...parameters].map(([name, value]) => [name, { value, origin }]));
}

/** The first settings, with what only later ones give. */
export function fill(...layers: readonly Settings[]): Map<string, Setting> {
  const filled = new Map<string, Setting>();
  for (const layer of layers) {
    for (const [name, setting] of layer) if (!filled.has(name)) filled.set(name, setting);
  }
  return filled;
}
