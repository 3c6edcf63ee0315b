/** What `lint` shows for people to write: see lint-fixes-bed.ts. */
import { describeShownFixes } from './lint-fixes-bed.ts';

describeShownFixes(17);
