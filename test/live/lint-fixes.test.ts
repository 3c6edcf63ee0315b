/** What `lint --fix` may write, on the newest server: see lint-fixes-bed.ts. */
import { describeFixes } from './lint-fixes-bed.ts';

describeFixes(18);
