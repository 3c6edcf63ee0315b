/** A seeded sample of the sweep (docs/TESTING.md, "Faults"): connections that end at a message of the protocol. */
import { sweepTest } from './sweep-test.ts';

sweepTest(['message']);
