import type { FullBackup } from '../../engine/backup/full.ts';
import { takeFullBackup } from '../../engine/backup/full.ts';
import { recordApart } from '../../engine/backup/record.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { count, formatBytes, formatDuration } from '../../problem/quantity.ts';
import { wrap } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { withEngine } from '../open.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { args } = context;
  const backup = await withEngine(context, {}, async (engine) => {
    const taken = await takeFullBackup(engine, {
      format: args.value('format') as 'custom' | 'directory' | undefined,
      compression: args.value('compression'),
      jobs: args.integer('jobs', 1),
      method: args.value('method') as 'pg_dump' | 'copy' | undefined,
      withoutCount: args.has('no-count'),
      dumpOptions: args.rest,
    });
    await recordApart(engine, taken);
    return taken;
  });
  if (context.wantsJson) {
    const { path, manifest, manifestSha256, bytes, ms } = backup;
    context.json({ ok: true, path, manifestSha256, bytes, ms, manifest });
  } else {
    context.stdout.line(wrap(sentence(backup), context.stdout.width));
    context.stdout.line(backup.path);
  }
  return EXIT.done;
}

function sentence({ manifest, bytes, ms }: FullBackup): string {
  const { method, tables, compression, source, writtenBy } = manifest;
  const by = method === 'pg_dump' ? (writtenBy[1] ?? method).replace(' (PostgreSQL)', '') : 'COPY';
  const counted = tables.every(({ rows }) => rows !== null);
  const rows = tables.reduce((sum, one) => sum + (one.rows ?? 0), 0);
  const what = `${count(tables.length, 'table')}${counted ? `, ${count(rows, 'row')}` : ''}`;
  return `${source.database} is backed up by ${by}: ${what}, ${formatBytes(bytes)} (${compression}) in ${formatDuration(ms)}.`;
}
