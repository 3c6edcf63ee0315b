import type { Drift } from '../engine/schema/drift.ts';
import type { ExtensionObjects } from '../engine/schema/extension-objects.ts';
import { acceptedLines } from '../report/accepted-text.ts';
import { effectLines } from '../report/effect-text.ts';

/** What was not compared or does not count, by name, and what is worth knowing. */
export function driftRemarks({ difference, accepted, notReplayed, leftOut, notes }: Drift): string[] {
  return [
    ...acceptedLines(accepted),
    ...effectLines(difference),
    ...notReplayed.map(({ version, reason }) => `not checked: ${version}: ${reason}`),
    ...leftOutLines(leftOut),
    ...notes,
  ];
}

/** What the scratch server cannot make, in words. */
export function leftOutLines(leftOut: readonly ExtensionObjects[]): string[] {
  return leftOut.map(({ extension, names }) => {
    const built = names.length === 0 ? '' : `, and with it ${names.join(', ')}`;
    return `left out on both sides: extension ${extension}, which the scratch server does not offer${built}`;
  });
}

/** The same for programs. */
export function leftOutJson(leftOut: readonly ExtensionObjects[]) {
  return leftOut.map(({ extension, objects }) => ({ extension, objects }));
}
