/** The edges between migrations given as SQL, in words. */
import { footprintsOf } from '../../src/engine/graph/footprints.ts';
import type { Footprint } from '../../src/graph/access.ts';
import { type InferredEdge, inferEdges } from '../../src/graph/inferred.ts';
import { SchemaLearner } from '../../src/known/learner.ts';
import { parseMigration } from '../../src/migration/parse.ts';
import { reasonText } from '../../src/plan/standing.ts';

/** One file after the other: 1, 2, ... */
export async function footprints(files: readonly string[]): Promise<Footprint[]> {
  const migrations = files.map((sql, i) => {
    const stem = String(i + 1);
    const text = `${sql.trim()}\n-- IRREVERSIBLE: test\n`;
    return parseMigration({ file: `${stem}.sql`, stem: `${stem}_x`, bytes: Buffer.from(text) });
  });
  return footprintsOf(migrations, new SchemaLearner());
}

/** `2 uses table t of 1`, one line a reason; weak ones in brackets. */
export async function edgesOf(...files: readonly string[]): Promise<string[]> {
  return inferEdges(await footprints(files)).flatMap(edgeLines);
}

function edgeLines({ from, to, reasons }: InferredEdge): string[] {
  return reasons.map((reason) => {
    const line = `${from.replace('_x', '')} ${reasonText(reason)} < ${to.replace('_x', '')}`;
    return reason.weak ? `(${line})` : line;
  });
}
