/** The part of scripts/fault-sweep.mjs that runs cases: one of the processes that it starts. */
import { KINDS } from './kinds.ts';
import { type Choice, sweep } from './sweep.ts';

const given = JSON.parse(process.argv[2] ?? '{}') as Omit<Choice, 'kinds'> & { readonly only?: string };
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
const kinds = KINDS.filter(({ name }) => given.only === undefined || name === given.only);
say(await sweep({ ...given, kinds }, (name, ms, ok) => say({ name, ms: Math.round(ms), ok })));
// A run that a case has given up may still be waiting for something.
process.stdout.write('', () => process.exit());
