/** The part of scripts/fault-sweep.mjs that runs cases: one of the processes that it starts. */
import { KINDS } from './kinds.ts';
import { sweep } from './sweep.ts';

const [seed = '', index = '0', of = '1', only = '', named = '', known = '', sample = ''] = process.argv.slice(2);
const choice = {
  seed,
  kinds: KINDS.filter(({ name }) => only === '' || name === only),
  all: sample === '',
  part: { index: Number(index), of: Number(of) },
  ...(named ? { named } : {}),
  known: known !== '',
};
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
const outcome = await sweep(choice, (name, ms, verdict) => say({ name, ms: Math.round(ms), verdict }));
say(outcome);
