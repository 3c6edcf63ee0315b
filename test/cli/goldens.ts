import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Compares with test/cli/NAME.golden; UPDATE_GOLDENS=1 writes it. */
export function assertGolden(name: string, text: string): void {
  const file = new URL(`${name}.golden`, import.meta.url);
  if (process.env.UPDATE_GOLDENS) writeFileSync(file, text);
  assert(existsSync(file), `${name}.golden is missing; run with UPDATE_GOLDENS=1`);
  assert.equal(text, readFileSync(file, 'utf8'), `${name}.golden differs; run with UPDATE_GOLDENS=1 if that is right`);
}
