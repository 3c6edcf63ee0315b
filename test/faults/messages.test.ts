/** A seeded sample of the sweep (docs/TESTING.md, "Faults"): connections and processes that end at a message of the protocol. */
import { sweepTest } from './sweep-test.ts';

sweepTest(['message', 'process', 'backend']);
