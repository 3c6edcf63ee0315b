import type { MigrationFile } from '../../plan/migration-file.ts';
import type { Check } from '../../verify/check.ts';
import type { LeftOut, LeftOutOfFile } from '../scratch/left-out.ts';

/**
 * What was tried without some of its statements is not proven: each check says so, with what the rest has shown. A replay
 * that failed has said enough.
 */
export function withLeftOut(checks: readonly Check[], files: readonly MigrationFile[], leftOut: LeftOut): Check[] {
  const found = new Map(files.flatMap(({ version, file }) => pairs(version, leftOut.of(file))));
  const replays = [...found].map(
    ([version, { statements }]): Check => ({
      name: 'replay',
      version,
      state: 'not-checked',
      detail: `left out: ${statements.join('; ')}`,
    }),
  );
  return [
    ...checks.map((check) => weakened(check, found.get(check.version ?? ''))),
    ...replays.filter((one) => !checks.some(({ name, version }) => name === 'replay' && version === one.version)),
  ];
}

function pairs(version: string, found: LeftOutOfFile | undefined): [string, LeftOutOfFile][] {
  return found ? [[version, found]] : [];
}

function weakened(check: Check, found: LeftOutOfFile | undefined): Check {
  const { name, version, detail } = check;
  if (!found || !isOfTrial(check, found)) return check;
  const rest =
    name === 'verify' ? 'its VERIFY may look for what is left out' : `of the rest: ${detail || PROVEN[name]}`;
  return { name, version, state: 'not-checked', detail: rest };
}

const PROVEN: Readonly<Partial<Record<Check['name'], string>>> = {
  rollback: 'exact',
  rerun: 'may run twice',
  killed: 'may be killed anywhere',
};

/** Not the words of the file itself: that it is irreversible, that it has no VERIFY. */
function isOfTrial({ name, state, detail }: Check, { hasVerify }: LeftOutOfFile): boolean {
  if (name === 'verify') return hasVerify;
  if (name === 'rollback') return state !== 'ok' || detail === '';
  return name === 'rerun' || name === 'killed';
}
