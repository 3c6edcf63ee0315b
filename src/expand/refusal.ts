import { gather, Problem } from '../problem/problem.ts';
import { displayIdentifier } from '../sql/quote.ts';
import type { ExpandColumn, ExpandRequest } from './column.ts';

/** Everything that stands against it, before anything is written: what would be lost on the way, or cannot be had at all. */
export function refuseExpand(model: ExpandColumn, request: ExpandRequest): void {
  const complaints = [...complaintsAbout(model, request)].map(
    ([message, next]) => new Problem('expand-refused', message, { state: NOTHING, next: [next] }),
  );
  if (complaints.length > 0) {
    throw gather(
      'expand-refused',
      `${shown(model)} cannot be changed by expand and contract as it is`,
      complaints,
    ).with({ state: NOTHING });
  }
}

const NOTHING = 'Nothing was written.';

function shown({ schema, table, name }: ExpandColumn): string {
  return [schema, table, name].map(displayIdentifier).join('.');
}

function* complaintsAbout(model: ExpandColumn, request: ExpandRequest): Generator<[string, string]> {
  const table = `${displayIdentifier(model.schema)}.${displayIdentifier(model.table)}`;
  if (model.oddTable !== null)
    yield [
      `${table} is ${model.oddTable}`,
      'Write the steps by hand: the triggers and indexes belong to each of its parts.',
    ];
  if (model.generated)
    yield [
      `${shown(model)} is a generated column`,
      'Add another generated column, and drop this one when nobody reads it.',
    ];
  for (const one of model.others) yield [`${one} uses it`, wayAround(one, model, request)];
  for (const one of model.assigning)
    yield [
      `the trigger ${displayIdentifier(one)} may give it a value before a row is stored, which the other column would not get`,
      'Let the function of that trigger leave the column alone.',
    ];
  if (request.kind === 'rename') yield* complaintsAboutName(model, request.to);
  else if (request.to === model.type)
    yield [`${shown(model)} has the type ${model.type} already`, 'Nothing is to be done.'];
}

/** What to do about something that uses the column: `the view public.open`. */
function wayAround(one: string, { name }: ExpandColumn, request: ExpandRequest): string {
  const [, kind, view = ''] = /^the ((?:materialized )?view) (.*)$/s.exec(one) ?? [];
  if (!kind) return `Drop ${one} in a migration before, and make it again behind the contract file.`;
  const drop = kind === 'view' ? 'DROP VIEW' : 'DROP MATERIALIZED VIEW';
  const steps = `In a migration before: ${drop} ${view}; then create these files; in a migration behind the contract file make it again, over the new column (its text now: SELECT pg_get_viewdef('${view.replaceAll("'", "''")}')). Whoever reads it in between fails.`;
  if (request.kind !== 'rename' || kind !== 'view') return steps;
  const renamed = `${displayIdentifier(name)} AS ${displayIdentifier(request.to)}`;
  return `${steps} Where only readers of the view are to see the new name, that is all it takes: DROP VIEW ${view}; CREATE VIEW ${view} AS SELECT ..., ${renamed} ... in one migration, and the column keeps its name.`;
}

function* complaintsAboutName({ name, taken }: ExpandColumn, to: string): Generator<[string, string]> {
  if (to === name) yield [`the column is called ${displayIdentifier(to)} already`, 'Nothing is to be done.'];
  else if (taken.columns.includes(to))
    yield [`the table has a column ${displayIdentifier(to)} already`, 'Choose another name.'];
}
