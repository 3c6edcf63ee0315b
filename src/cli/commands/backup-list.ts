import { listBackups } from '../../engine/backup/list-backups.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { backupLines } from '../../report/backup-text.ts';
import { storeLines } from '../../report/stores-text.ts';
import { createStyle } from '../../report/style.ts';
import type { CommandContext } from '../context.ts';
import { withStores } from '../kept-stores.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const settings = context.settings();
  const backups = listBackups(settings, context.args.value('database'));
  const kept = await withStores(
    context,
    async (found) => found && { database: found.control.server.database, stores: found.stores },
  );
  if (context.wantsJson) {
    context.json({ folder: settings.backup.folder, backups, stores: kept?.stores ?? null });
    return EXIT.done;
  }
  const { stdout } = context;
  const style = createStyle(stdout.color);
  const look = { width: stdout.width, style };
  const stores = kept ? storeLines(kept.stores, { ...look, database: kept.database, now: new Date() }) : [];
  const between = stores.length > 0 ? [''] : [];
  for (const line of [...backupLines(backups, settings.backup.folder, look), ...between, ...stores]) stdout.line(line);
  return EXIT.done;
}
