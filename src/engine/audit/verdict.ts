import { Problem } from '../../problem/problem.ts';
import type { AnchorPoint, AnchorReport } from './anchor.ts';
import type { FirstBad, Head } from './chain-check.ts';
import type { VerifyHistoryReport } from './verify.ts';

/** What was found amiss, as one problem with exit status 3; undefined where nothing was. */
export function historyProblem(report: VerifyHistoryReport): Problem | undefined {
  const problems = [
    ...(report.firstBad ? [rowProblem(report.firstBad)] : []),
    ...(report.guards.length > 0 ? [guardProblem(report.guards)] : []),
    ...[report.anchor, report.expected].flatMap((anchor) => anchorProblems(anchor, report)),
  ];
  const [first, ...more] = problems;
  return more.length > 0 ? first?.with({ also: more }) : first;
}

const DID: Readonly<Record<FirstBad['kind'], string>> = {
  changed: 'was changed after it was written',
  removed: 'was removed',
  inserted: 'was inserted',
  reordered: 'was moved',
};

const KEEP =
  'Change nothing yet: keep the database and its WAL as evidence, and find out who could write to that table without its triggers.';

function rowProblem({ seq, kind, detail }: FirstBad): Problem {
  return new Problem('difference', `the audit trail is not whole: row ${seq} ${DID[kind]}`, {
    found: detail,
    expected: 'rows 1, 2, 3, ... each with the hash of the row before',
    state: `Rows 1 to ${Math.max(0, seq - 1)} are as they were written; what follows is not proven. Nothing was changed by this command.`,
    next: [
      KEEP,
      `Compare the rows from ${seq} on with a backup; docs/AUDIT.md shows how to recompute them with psql alone.`,
    ],
  });
}

function guardProblem(guards: readonly string[]): Problem {
  return new Problem('difference', 'what keeps the audit trail from being changed is not as the tool made it', {
    found: guards.join('; '),
    expected: 'the table, triggers and functions of schema_migration_events as taskflow-db init makes them',
    next: [
      'Find out who changed it, then let its owner make it anew: docs/AUDIT.md, "When a guard is not as it was made".',
    ],
  });
}

function anchorProblems(anchor: AnchorReport | null, { head }: VerifyHistoryReport): Problem[] {
  if (anchor?.point === null || anchor?.point === undefined) return [];
  if (anchor.state === 'behind') return [behindProblem(anchor, anchor.point, head)];
  return anchor.state === 'differs' ? [otherProblem(anchor, anchor.point)] : [];
}

function behindProblem(anchor: AnchorReport, point: AnchorPoint, head: Head | null): Problem {
  const end = head === null ? 'it has no rows' : `it ends at row ${head.seq} (${head.at})`;
  return new Problem('difference', `the audit trail ends before its anchor: rows up to ${point.seq} are missing`, {
    found: `${end}; ${anchor.source} has row ${point.seq}${timeOf(point)}${agreeing(anchor)}`,
    expected: `row ${point.seq} with hash ${point.hash}`,
    state: 'What is there is whole. Either an older backup was restored, or the last rows were cut off.',
    next: [
      'If a backup was restored on purpose: begin a new anchor file, and keep this one beside the restored database.',
      `If not: ${KEEP.charAt(0).toLowerCase()}${KEEP.slice(1)}`,
    ],
  });
}

function otherProblem(anchor: AnchorReport, point: AnchorPoint): Problem {
  return new Problem(
    'difference',
    `the audit trail is not the one that was anchored: row ${point.seq} has another hash`,
    {
      found: `${anchor.source} has another row ${point.seq}${timeOf(point)}${agreeing(anchor)}`,
      expected: `row ${point.seq} with hash ${point.hash}`,
      state:
        'Either an older backup was restored and the work went on from there, or the trail was written anew by somebody who can.',
      next: [
        'If a backup was restored on purpose: begin a new anchor file, and keep this one beside the restored database.',
        `If not: ${KEEP.charAt(0).toLowerCase()}${KEEP.slice(1)}`,
      ],
    },
  );
}

function agreeing({ lastAgreeing }: AnchorReport): string {
  return lastAgreeing === null ? '' : `; the last that agrees is row ${lastAgreeing.seq}${timeOf(lastAgreeing)}`;
}

function timeOf({ at }: AnchorPoint): string {
  return at === null ? '' : ` of ${at}`;
}
