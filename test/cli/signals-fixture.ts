import { watchSignals } from '../../src/cli/signals.ts';

/** Tells which signal came first, then goes on for ever: only a second one ends it. Run by signals.test.ts. */
watchSignals((name) => console.log(`stopping after ${name}`));
console.log('ready');
setInterval(() => {}, 1000);
