import { doctor } from '../../engine/doctor.ts';
import type { Finding } from '../../engine/finding.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { createStyle, type Style } from '../../report/style.ts';
import { visibleLine } from '../../report/visible.ts';
import { wrap } from '../../report/width.ts';
import type { CommandContext, Writer } from '../context.ts';
import { withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const stats = context.args.value('stats');
  const findings = await withEngine(context, {}, (engine) => doctor(engine, stats));
  const ok = findings.every((finding) => finding.level !== 'wrong');
  if (context.wantsJson) context.json({ ok, findings });
  else for (const finding of findings) show(context.stdout, finding);
  return ok ? EXIT.done : EXIT.failed;
}

function show(stdout: Writer, { name, level, found, advice }: Finding): void {
  const style = createStyle(stdout.color);
  stdout.line(wrap(`${mark(level, style)} ${style.strong(name)}: ${visibleLine(found)}`, stdout.width, '      '));
  if (advice !== undefined) stdout.line(wrap(`      ${visibleLine(advice)}`, stdout.width));
}

function mark(level: Finding['level'], style: Style): string {
  if (level === 'ok') return style.good('ok   ');
  return level === 'note' ? style.warn('note ') : style.bad('WRONG');
}
