import type { AnchorReport } from '../engine/audit/anchor.ts';
import { readExpectation } from '../engine/audit/anchor.ts';
import { historyProblem } from '../engine/audit/verdict.ts';
import { type VerifyHistoryReport, verifyHistory } from '../engine/audit/verify.ts';
import { EXIT, type ExitStatus } from '../problem/codes.ts';
import { Problem } from '../problem/problem.ts';
import { count } from '../problem/quantity.ts';
import { problemJson } from '../report/problem-json.ts';
import { visibleLine } from '../report/visible.ts';
import type { CommandContext } from './context.ts';
import { withEngine } from './open.ts';

/** `history --verify`: recomputes the chain, compares it with anchors, prints the head; exit status 3 on a difference. */
export async function runVerify(context: CommandContext): Promise<ExitStatus> {
  const options = { anchorFile: context.args.value('anchor'), expected: expectation(context) };
  const report = await withEngine(context, {}, (engine) => verifyHistory(engine, options));
  const problem = historyProblem(report);
  if (context.wantsJson) context.json({ ...report, problem: problem ? problemJson(problem) : null });
  else for (const line of linesOf(report)) context.stdout.line(visibleLine(line));
  if (problem && !context.wantsJson) throw problem;
  return problem ? EXIT.different : EXIT.done;
}

function expectation({ args }: CommandContext) {
  const text = args.value('expect');
  if (text === undefined) return undefined;
  const point = readExpectation(text);
  if (point) return point;
  throw new Problem('usage', '--expect needs the head as history --verify prints it', {
    found: JSON.stringify(text),
    expected: 'SEQ:HASH, such as 42:9f86d081... with all 64 digits',
  });
}

function linesOf(report: VerifyHistoryReport): string[] {
  const { database, events, head } = report;
  if (head === null) return [`audit trail of ${database}: no events yet`, ...anchorLines(report)];
  return [
    `audit trail of ${database}: ${count(events, 'event')}, every hash computed anew`,
    `head ${head.seq}:${head.hash} (${head.at})`,
    ...(report.ok ? ['whole: no row was changed, removed, inserted or moved'] : []),
    ...anchorLines(report),
  ];
}

function anchorLines({ anchor, expected }: VerifyHistoryReport): string[] {
  return [anchor, expected].flatMap((one) => (one === null ? [] : aboutAnchor(one)));
}

function aboutAnchor(anchor: AnchorReport): string[] {
  const { source, state, point, written, unreadableLines, copyOf } = anchor;
  const lines: string[] = [];
  if (state === 'agrees') lines.push(`${source}: agrees at row ${point?.seq}${written ? '; the head was added' : ''}`);
  if (state === 'none') {
    const added = written ? 'the head is its first anchor' : 'nothing was added';
    lines.push(`${source}: had nothing about this trail to compare with; ${added}`);
  }
  if (copyOf)
    lines.push(`${source}: this is a copy of ${copyOf.database} (${copyOf.schema}) of system ${copyOf.system}`);
  if (unreadableLines.length > 0)
    lines.push(`${source}: passed over what is no whole line: ${unreadableLines.slice(0, 10).join(', ')}`);
  return lines;
}
