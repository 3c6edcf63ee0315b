import type { BackupManifest } from '../../backup/manifest.ts';
import type { Verified, VerifiedCheck } from '../../backup/verified.ts';
import { chooseBackup } from '../../engine/backup/open-backup.ts';
import { type Proof, verifyBackup } from '../../engine/backup/verify-backup.ts';
import { EXIT, type ExitStatus } from '../../problem/codes.ts';
import { differenceLines } from '../../report/difference-text.ts';
import { createStyle, type Style } from '../../report/style.ts';
import { widthOf, wrap } from '../../report/width.ts';
import type { CommandContext } from '../context.ts';
import { exclusive, withoutEngine, withScratchServer } from '../open.ts';
import { VERSION } from '../version.ts';

export async function run(context: CommandContext): Promise<ExitStatus> {
  const { args } = context;
  exclusive(context, ['digests-only', 'scratch']);
  const settings = context.settings();
  const jobs = args.integer('jobs', 1) ?? settings.backup.jobs;
  const { chosen, proof } = await withoutEngine(context, async ({ database, emit }) => {
    const around = { settings, cwd: context.cwd, signal: context.signal, emit };
    const backup = chooseBackup(around, database, args.positionals[0]);
    const options = { jobs, toolVersion: VERSION };
    const result = args.has('digests-only')
      ? await verifyBackup(around, backup, { ...options, openScratch: undefined })
      : await withScratchServer(context, (openScratch) => verifyBackup(around, backup, { ...options, openScratch }));
    return { chosen: backup, proof: result };
  });
  const { manifest, folder } = chosen;
  const { verified, difference } = proof;
  if (context.wantsJson) {
    const changes = difference === undefined ? {} : { changes: difference.changes };
    context.json({ id: manifest.id, database: manifest.source.database, folder, ...verified, ...changes });
  } else await show(context, manifest, proof);
  return verified.ok ? EXIT.done : EXIT.different;
}

async function show(
  { stdout }: CommandContext,
  manifest: BackupManifest,
  { verified, difference }: Proof,
): Promise<void> {
  const { width } = stdout;
  const style = createStyle(stdout.color);
  for (const check of verified.checks) stdout.line(line(check, style, width));
  if (difference && !difference.equal) {
    const sides = { before: `${manifest.source.database} when it was backed up`, after: 'restored from the backup' };
    for (const one of ['', ...(await differenceLines(difference, sides, { width, style })), '']) stdout.line(one);
  }
  stdout.line(wrap(conclusion(manifest, verified), width));
}

function conclusion({ id, source }: BackupManifest, { ok, checks, server }: Verified): string {
  if (!ok) return `${id}: what was restored from it is not what it was made of.`;
  if (server === null) return `${id}: its files are whole. Whether it can be restored was not tried.`;
  const open = checks.filter((one) => one.ok === null);
  if (open.length === 0) return `${id}: it can be restored.`;
  const major = Math.trunc(source.serverVersionNum / 10_000);
  const other = server.startsWith(`PostgreSQL ${major}.`) ? '' : `; a server of PostgreSQL ${major} can: --scratch URL`;
  return `${id}: it can be loaded, but not everything could be compared${other}.`;
}

function line({ name, ok, detail }: VerifiedCheck, style: Style, width: number): string {
  const mark = ok === null ? style.faint('-') : ok ? style.good('ok') : style.bad('failed');
  const start = `  ${name.padEnd(8)} ${mark}  `;
  return `${start}${wrap(detail, width, ' '.repeat(widthOf(start)))}`;
}
