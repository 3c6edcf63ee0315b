import type { ForwardNeed } from '../../graph/forward.ts';
import { describeObject } from '../../graph/object.ts';
import { objectPlace } from '../help/object-place.ts';
import type { FileComplaint, PastFile, Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'needs-later-migration',
  topic: 'transactions',
  summary: 'The file uses what only a later one makes: by its number or by a Depends header it runs first',
  severity: 'error',
  weighed: false,
  *hindsight(file) {
    for (const need of file.set.forward.get(file.migration.version) ?? []) yield complaint(file, need);
  },
};

function complaint(file: PastFile, need: ForwardNeed): FileComplaint {
  const { maker, object } = need;
  const contradicted = dependsOn(file, maker, file.migration.version);
  return {
    message: contradicted
      ? `${describeObject(object)} is made by ${maker}, which the Depends header there puts behind this file`
      : `${describeObject(object)} is only made by ${maker}, which runs behind this file`,
    why: contradicted
      ? 'What the headers say and what the SQL needs are opposites: on a new database this file fails. Turn the header round.'
      : `On a new database this file fails. The header -- Depends: ${maker} puts that one first.`,
    ...objectPlace(file.body, object, need),
  };
}

/** By headers, through others too. */
function dependsOn({ set: { graph } }: PastFile, version: string, needed: string): boolean {
  const seen = new Set([version]);
  for (const one of seen) for (const to of graph.nodes[graph.placeOf(one)]?.depends ?? []) seen.add(to);
  return seen.has(needed);
}
