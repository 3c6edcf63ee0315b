import type { PlannedAction } from '../approval/action.ts';
import { personText } from '../approval/person.ts';
import type { ApprovalRequest } from '../approval/requests.ts';
import { stateText } from '../approval/verdict.ts';
import { count } from '../problem/quantity.ts';
import type { Style } from './style.ts';
import { visibleLine } from './visible.ts';
import { wrap } from './width.ts';

/** A request as it is shown; `moved`: what keeps its plan from being what would be done now. */
export interface ShownRequest extends ApprovalRequest {
  readonly moved: readonly string[] | null;
}

interface Page {
  readonly width: number;
  readonly style: Style;
}

const INDENT = '    ';
const NAMED_MAX = 6;

/** `migrate of 3 migrations: 003_a, 004_b, 005_c` */
export function actionText({ action, migrations, background }: PlannedAction): string {
  const names = [...migrations, ...background].map(({ version }) => version);
  const more = names.length > NAMED_MAX ? ', ...' : '';
  return `${action} of ${count(names.length, 'migration')}: ${names.slice(0, NAMED_MAX).join(', ')}${more}`;
}

/** What `approval list` shows: of each request what it is, who has asked, and what has become of it. */
export function approvalLines(requests: readonly ShownRequest[], page: Page): string[] {
  if (requests.length === 0) return ['No approval was asked for.'];
  return requests.flatMap((request) => [
    wrap(
      `${page.style.strong(request.hash.slice(0, 12))}  ${visibleLine(actionText(request.plan))}`,
      page.width,
      INDENT,
    ),
    ...about(request, page),
  ]);
}

function about(request: ShownRequest, { width, style }: Page): string[] {
  const { by, at, comment, state, moved, approved } = request;
  const said = [
    `asked for by ${personText(by)}, ${at.slice(0, 16).replace('T', ' ')} UTC${comment === null ? '' : `: ${comment}`}`,
    ...(state === 'requested' ? [] : [stateText(request)]),
    ...(approved?.comment ? [`${approved.by.name}: ${approved.comment}`] : []),
  ].map(visibleLine);
  const isVoid = moved !== null && moved.length > 0;
  return [
    ...said.map((line) => INDENT + wrap(line, width - INDENT.length, INDENT)),
    ...(isVoid
      ? [INDENT + wrap(`${style.bad('void')}: ${visibleLine(moved.join('; '))}`, width - INDENT.length, INDENT)]
      : []),
  ];
}

/** What `approval show` shows: everything that the approval is bound to. */
export function approvalDetail(request: ShownRequest, page: Page): string[] {
  const { hash, plan } = request;
  const { target, manner } = plan;
  const cluster = target.systemIdentifier === null ? '' : `, cluster ${target.systemIdentifier}`;
  const how = [
    manner.singleTransaction && 'all of it in one transaction',
    !manner.keeps && 'data that it destroys is not kept',
    plan.action === 'rollback' && (manner.putsBack ? 'kept data is put back' : 'kept data is not put back'),
    manner.forced.length > 0 && `forced though in use: ${manner.forced.join(', ')}`,
  ].filter((one) => one !== false);
  return [
    page.style.strong(hash),
    ...about(request, page),
    `${plan.action} on ${visibleLine(target.database)} (OID ${target.databaseOid}${cluster})`,
    `on top of ${count(plan.applied.length, 'applied migration')}`,
    ...how,
    ...plan.migrations.map((one, i) => fileLine(one, `${i + 1}.`)),
    ...plan.background.map((one) => fileLine(one, 'in the background:')),
  ];
}

function fileLine({ version, file, checksum, stepsDone }: PlannedAction['migrations'][number], place: string): string {
  const from = stepsDone > 0 ? `, from step ${stepsDone + 1} on` : '';
  return visibleLine(`${place} ${version}${from}  ${file}  ${checksum}`);
}
