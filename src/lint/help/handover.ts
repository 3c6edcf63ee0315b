import type { FixStep } from '../finding.ts';
import type { AlterTable } from './alter-table.ts';

/** What a column gives over to the one that takes its place. */
export interface Handover {
  /** Before the names are exchanged, each in a file of its own. */
  readonly steps: readonly FixStep[];
  /** In the transaction that exchanges them, and in the one that takes that back. */
  readonly there: Around;
  readonly back: Around;
  /** Gives things their names, once the old column is gone with its own. */
  readonly rename: readonly string[];
}

/** Statements around the exchange of the names. */
interface Around {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const NOTHING: Around = { before: [], after: [] };

export function handover(given: Partial<Handover>): Handover {
  return { steps: [], there: NOTHING, back: NOTHING, rename: [], ...given };
}

/** One after the other; what is taken back is so from the last to the first. */
export function inTurn(all: readonly Handover[]): Handover {
  const reversed = [...all].reverse();
  return {
    steps: all.flatMap(({ steps }) => steps),
    there: { before: reversed.flatMap(({ there }) => there.before), after: all.flatMap(({ there }) => there.after) },
    back: { before: reversed.flatMap(({ back }) => back.before), after: all.flatMap(({ back }) => back.after) },
    rename: all.flatMap(({ rename }) => rename),
  };
}

/** `ALTER TABLE orders ADD CONSTRAINT ...` for each of the commands. */
export function each({ head }: Pick<AlterTable, 'head'>, ...commands: readonly string[]): string[] {
  return commands.map((command) => `${head} ${command}`);
}
