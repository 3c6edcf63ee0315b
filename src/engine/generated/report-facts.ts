import { relative, resolve } from 'node:path';
import { readFolders, refuseComplaints } from '../../files/folders.ts';
import type { AuditFacts } from '../../verify/audit-facts.ts';
import type { Scratch } from '../scratch/scratch.ts';
import { type VerifyOptions, verify } from '../verify/verify.ts';
import type { GeneratedFile } from './generated-file.ts';

/** Verifies everything on the scratch server, without a look at any other database. */
export async function reportFacts(
  scratch: Scratch,
  options: Omit<VerifyOptions, 'since' | 'only' | 'target'>,
  { path }: GeneratedFile,
): Promise<AuditFacts> {
  const { settings, cwd } = options;
  const { checks } = await verify(scratch, options);
  const files = refuseComplaints(readFolders(settings.directories, cwd));
  const migrations = files.map((file) => {
    const { version, description, headers } = file.load();
    const requires = headers.requires.map(({ extension }) => extension);
    return { version, description, author: headers.author, date: headers.date, requires };
  });
  const shownFile = (file: string) => relative(resolve(path, '..'), resolve(cwd, file)).replaceAll('\\', '/');
  return { migrations, checks, major: Math.trunc(scratch.server.versionNum / 10_000), shownFile };
}
