import { EXIT } from '../problem/codes.ts';

/**
 * The signal that a command watches: aborted by the first SIGINT, SIGTERM or SIGHUP, whose name is the reason. A second
 * one ends the process at once: who presses Ctrl-C twice does not want to wait for the server's answer.
 */
export function watchSignals(onFirst: (name: string) => void): AbortSignal {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(name);
    onFirst(name);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return controller.signal;
}
