import type { Verified, VerifiedCheck } from '../../backup/verified.ts';
import { chooseBackup } from '../../engine/backup/open-backup.ts';
import { verifyBackup } from '../../engine/backup/verify-backup.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { createStyle, type Style } from '../../report/style.ts';
import type { CommandContext } from '../context.ts';
import { exclusive, withoutEngine, withScratchServer } from '../open.ts';
import { VERSION } from '../version.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { args } = context;
  exclusive(context, ['digests-only', 'scratch']);
  const settings = context.settings();
  const jobs = args.integer('jobs', 1) ?? settings.backup.jobs;
  const { chosen, verified } = await withoutEngine(context, async ({ database, emit }) => {
    const around = { settings, cwd: context.cwd, signal: context.signal, emit };
    const backup = chooseBackup(around, database, args.positionals[0]);
    const options = { jobs, toolVersion: VERSION };
    const result = args.has('digests-only')
      ? await verifyBackup(around, backup, { ...options, openScratch: undefined })
      : await withScratchServer(context, (openScratch) => verifyBackup(around, backup, { ...options, openScratch }));
    return { chosen: backup, verified: result };
  });
  const { manifest, folder } = chosen;
  if (context.wantsJson) context.json({ id: manifest.id, database: manifest.source.database, folder, ...verified });
  else show(context, manifest.id, verified);
  return verified.ok ? EXIT.done : EXIT.different;
}

function show({ stdout }: CommandContext, id: string, { ok, checks, server }: Verified): void {
  const style = createStyle(stdout.color);
  for (const check of checks) stdout.line(line(check, style));
  const how = server === null ? 'its files are whole' : 'it can be restored';
  stdout.line(ok ? `${id}: ${how}.` : `${id}: what was restored from it is not what it was made of.`);
}

function line({ name, ok, detail }: VerifiedCheck, style: Style): string {
  const mark = ok === null ? style.faint('-') : ok ? style.good('ok') : style.bad('failed');
  return `  ${name.padEnd(8)} ${mark}  ${detail}`;
}
