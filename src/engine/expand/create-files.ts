import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { ExpandArguments } from '../../expand/argument.ts';
import { backfillFile, contractFile, expandFile, fileNames, statementsText, titles } from '../../expand/files.ts';
import { type ExpandPlan, expandPlan } from '../../expand/plan.ts';
import { refuseExpand } from '../../expand/refusal.ts';
import { readFolders } from '../../files/folders.ts';
import { newFileName, writtenMigrationText } from '../../migration/template.ts';
import type { Session } from '../../postgres/session.ts';
import { withControl } from '../control.ts';
import type { CreateOptions } from '../create.ts';
import type { Engine } from '../engine.ts';
import { writeMigrations } from '../manifest/keep-manifests.ts';
import { searchPathInForce } from '../search-path.ts';
import { readColumn } from './read-column.ts';
import { readValues, typeAsWritten } from './read-values.ts';
import { tryTwins } from './try-twins.ts';

export interface ExpandCreated {
  readonly files: readonly { readonly version: string; readonly file: string }[];
}

/**
 * Writes the three files of a rename or a change of type that stops nobody, from what the database has now. It is read in a
 * transaction that is rolled back. Problem `expand-refused`, before anything is written.
 */
export async function createExpandContract(
  engine: Engine,
  options: Omit<CreateOptions, 'name' | 'description'>,
  wanted: ExpandArguments,
): Promise<ExpandCreated> {
  const plan = await withControl(engine, async (control) => {
    const path = await searchPathInForce(engine.settings, control);
    const { session, server } = control;
    await session.query('BEGIN');
    try {
      return await planned(session, server.versionNum, wanted, path);
    } finally {
      await session.query('ROLLBACK');
    }
  });
  return written(plan, options);
}

async function planned(
  session: Session,
  versionNum: number,
  wanted: ExpandArguments,
  path: string,
): Promise<ExpandPlan> {
  const model = await readColumn(session, versionNum, wanted, path);
  const request =
    wanted.request.kind === 'rename'
      ? wanted.request
      : { ...wanted.request, to: await typeAsWritten(session, wanted.request.to, path) };
  refuseExpand(model, request);
  const plan = expandPlan(model, request, await readValues(session, model, request));
  await tryTwins(session, plan);
  return plan;
}

function written(plan: ExpandPlan, options: Omit<CreateOptions, 'name' | 'description'>): ExpandCreated {
  const existing = readFolders(
    options.folders.filter((folder) => existsSync(folder)),
    options.cwd,
  ).files;
  const taken: { version: string; number: bigint }[] = [...existing];
  const versions = fileNames(plan).map((name) => {
    const file = newFileName(taken, name);
    const version = file.replace(/\.sql$/, '');
    taken.push({ version, number: BigInt(/^\d+/.exec(version)?.[0] ?? '0') });
    return version;
  });
  const texts = textsOf(plan, versions, options);
  const files = versions.map((version, i) => {
    const path = join(options.folder, `${version}.sql`);
    return { path, version, shown: relative(options.cwd, path), content: texts[i] ?? '' };
  });
  writeMigrations(
    files.map(({ path, shown, content }) => ({ kind: 'create' as const, path, shown, content })),
    options.cwd,
  );
  return { files: files.map(({ version, shown }) => ({ version, file: shown })) };
}

function textsOf(
  plan: ExpandPlan,
  versions: readonly string[],
  options: Pick<CreateOptions, 'author' | 'date'>,
): string[] {
  const [expandVersion = '', backfillVersion = '', contractVersion = ''] = versions;
  const [expandTitle, backfillTitle, contractTitle] = titles(plan);
  const header = (version: string, description: string, headers: readonly string[]) => ({
    version,
    description,
    headers,
    ...options,
  });
  const expand = expandFile(plan);
  const backfill = backfillFile(plan);
  const contract = contractFile(plan);
  return [
    writtenMigrationText(
      header(expandVersion, expandTitle, []),
      statementsText(expand.there),
      statementsText(expand.back),
    ),
    writtenMigrationText(
      header(backfillVersion, backfillTitle, [`Depends: ${expandVersion}`, 'Kind: data', ...backfill.headers]),
      statementsText(backfill.there),
      statementsText(backfill.back),
      `${backfill.verify};`,
    ),
    writtenMigrationText(
      header(contractVersion, contractTitle, [`Contracts: ${backfillVersion}`, ...contract.headers]),
      statementsText(contract.there),
      statementsText(contract.back),
    ),
  ];
}
