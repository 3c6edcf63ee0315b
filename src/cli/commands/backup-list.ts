import { listBackups } from '../../engine/backup/list-backups.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { backupLines } from '../../report/backup-text.ts';
import { createStyle } from '../../report/style.ts';
import type { CommandContext } from '../context.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const settings = context.settings();
  const backups = listBackups(settings, context.args.value('database'));
  if (context.wantsJson) {
    context.json({ folder: settings.backup.folder, backups });
    return EXIT.done;
  }
  const { stdout } = context;
  const style = createStyle(stdout.color);
  for (const line of backupLines(backups, settings.backup.folder, { width: stdout.width, style })) stdout.line(line);
  return EXIT.done;
}
