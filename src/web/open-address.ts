import { Problem } from '../problem/problem.ts';
import { isLoopback, type ListenAt } from './listen.ts';

/** Refuses an address that other machines reach without TLS, or under no name that a browser could be held to. */
export function refuseOpenAddress({ host }: ListenAt, isTls: boolean, publicUrl: URL | undefined): void {
  if (isLoopback(host)) return;
  if (!isTls)
    throw new Problem('usage', `the console is not opened to other machines (${host}) without TLS`, {
      expected: '--tls-cert FILE and --tls-key FILE, or an address of this machine alone, such as localhost:7433',
      state: 'Nothing was started.',
      next: [
        'From another machine, through SSH: ssh -L 7433:localhost:7433 HOST',
        'Or behind a proxy on this machine that speaks TLS: --public-url https://NAME --trust-proxy 127.0.0.1',
      ],
    });
  if (!publicUrl && (host === '0.0.0.0' || host === '::'))
    throw new Problem('usage', `${host} is every address of this machine: by which name do people reach the console?`, {
      expected: '--public-url https://NAME:PORT, which is then the only one that is answered',
      state: 'Nothing was started.',
    });
}
