/** The ways back of what `lint --fix` may write: see lint-fixes-bed.ts. */
import { describeWaysBack } from './lint-fixes-bed.ts';

describeWaysBack(18);
