// What a tab of the console's page does without its pictures: the page's own code that follows the stream, decides when to ask, and
// asks. Bundled by console-tabs.mjs and run once for each tab, with the browser's parts that it uses handed in.
import { beginActions } from '../../src/web/app/data/actions.ts';
import { AT_REST, EACH_CHANGE, keepAsking, OF_DATA, STILL } from '../../src/web/app/data/keep-asking.ts';
import { follow } from '../../src/web/app/data/live.ts';
import { ofRun } from '../../src/web/app/data/told-run.ts';

const REASONS = { AT_REST, EACH_CHANGE, OF_DATA, STILL, ofRun: ofRun('') };

/** `asks`: what the screen asks for, each with the reason to ask anew. */
export function open(target, asks) {
  void beginActions(target);
  follow(target);
  for (const [part, reason] of Object.entries(asks))
    keepAsking(`/api/targets/${encodeURIComponent(target)}/${part}`, REASONS[reason], () => {});
}
