/** Writes a squash and is killed behind the step that is named: `squash-killed.ts FILES.json STEP`. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type SquashFiles, type Steps, writeSquash } from '../../src/files/squash-files.ts';

const [, , file = '', last = '0'] = process.argv;
const files = JSON.parse(readFileSync(file, 'utf8')) as SquashFiles & { folded: { path: string; bytes: string }[] };
let step = 0;
const counted =
  <A extends readonly unknown[]>(act: (...given: A) => void) =>
  (...given: A) => {
    act(...given);
    step += 1;
    if (step === Number(last)) process.kill(process.pid, 'SIGKILL');
  };
const steps: Steps = { write: counted(writeFileSync), remove: counted(rmSync), rename: counted(renameSync) };
writeSquash({ ...files, folded: files.folded.map(({ path, bytes }) => ({ path, bytes: Buffer.from(bytes) })) }, steps);
process.stdout.write(`${step} steps\n`);
