import { type StatusReport, status } from '../../engine/status.ts';
import { WRONG_OR_PENDING } from '../../plan/state.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { problemJson } from '../../report/problem-json.ts';
import { renderProblem } from '../../report/problem-text.ts';
import { statusLines, summaryText } from '../../report/status-text.ts';
import { createStyle } from '../../report/style.ts';
import { visibleLine } from '../../report/visible.ts';
import { widthOf } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const report = await withEngine(context, {}, status);
  if (context.wantsJson) context.json({ ...report, complaints: report.complaints.map(problemJson) });
  else show(context, report);
  return context.args.has('check') && !isClean(report) ? EXIT.different : EXIT.done;
}

function show(context: CommandContext, report: StatusReport): void {
  const { stdout, stderr } = context;
  const style = createStyle(stdout.color);
  if (!context.quiet) {
    for (const line of statusLines(report.migrations, { width: stdout.width, style, verbose: context.verbose }))
      stdout.line(line);
    stdout.line();
  }
  const server = `PostgreSQL ${report.serverVersion}${report.production ? ', production' : ''}`;
  const summary = visibleLine(`${report.database} (${server}): ${summaryText(report.summary)}`);
  const remark = layoutRemark(report);
  const fits = remark === '' || widthOf(`${summary}; ${remark}`) <= stdout.width;
  stdout.line(fits ? [summary, remark].filter((part) => part !== '').join('; ') : `${summary};\n  ${remark}`);
  for (const problem of report.complaints) stderr.write(`${renderProblem(problem, stderr)}\n`);
}

function layoutRemark(report: StatusReport): string {
  if (report.layout === null) return 'nothing is tracked yet: taskflow-db init';
  return report.layout === 0 ? 'tracked by an older table: taskflow-db init adopts it' : '';
}

/** What failed or was undone and has no file any more is nothing that could still be applied. */
function isWrongOrPending({ state, file }: StatusReport['migrations'][number]): boolean {
  const over = file === null && (state === 'failed' || state === 'rolled_back');
  return WRONG_OR_PENDING.has(state) && !over;
}

function isClean(report: StatusReport): boolean {
  return report.complaints.length === 0 && !report.migrations.some(isWrongOrPending);
}
