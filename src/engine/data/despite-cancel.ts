import { isDatabaseError } from '../failure.ts';

/**
 * Does something on the worker's session, and once more where it is cancelled: the request that was sent for a statement
 * comes on a connection of its own, and may arrive when that is over. Throws what else the action throws.
 */
export async function despiteCancel<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!isDatabaseError(error) || error.code !== QUERY_CANCELED) throw error;
    return action();
  }
}

const QUERY_CANCELED = '57014';
