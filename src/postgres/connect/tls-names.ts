import { isIP } from 'node:net';

/** The names in a certificate: dNSName and iPAddress of its subjectAltName, and the subject's common name. */
export interface CertificateNames {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  readonly commonName?: string;
}

/**
 * Is the certificate made out to this host, by libpq's rule for verify-full (manual, "Client Verification of Server
 * Certificates")? A name in subjectAltName counts before the common name; `*.` stands for exactly one label; an IP address
 * is looked for among the addresses and, literally, the names.
 */
export function certificateIsFor(host: string, { dns, ip, commonName }: CertificateNames): boolean {
  if (dns.some((name) => matchesName(name, host)) || ip.some((address) => sameAddress(address, host))) return true;
  const decided = isIP(host) === 0 ? dns.length > 0 : ip.length > 0;
  return !decided && commonName !== undefined && matchesName(commonName, host);
}

function matchesName(pattern: string, host: string): boolean {
  const [name, wanted] = [pattern.toLowerCase(), host.toLowerCase()];
  if (name === wanted) return true;
  if (!/^\*\../.test(name)) return false;
  const label = wanted.slice(0, wanted.length - name.length + 1);
  return wanted.endsWith(name.slice(1)) && label !== '' && !label.includes('.');
}

/** Node writes IPv6 addresses of certificates in full, people do not; the URL parser knows the one short form. */
function sameAddress(address: string, host: string): boolean {
  return isIP(host) !== 0 && shortest(address) === shortest(host);
}

function shortest(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address.replace(/%.*/, '')}]`).hostname : address;
}

/** The names out of Node's text form of a subjectAltName: `DNS:a.example, IP Address:10.0.0.1, DNS:"odd, name"`. */
export function readNames(subjectAltName: string | undefined, commonName: string | undefined): CertificateNames {
  const entries = (subjectAltName ?? '').match(/[^,\s"][^,"]*(?:"(?:[^"\\]|\\.)*")?/g) ?? [];
  const those = (kind: string) =>
    entries.filter((entry) => entry.startsWith(kind)).map((entry) => unquoted(entry.slice(kind.length).trim()));
  return { dns: those('DNS:'), ip: those('IP Address:'), ...(commonName === undefined ? {} : { commonName }) };
}

/** Node quotes names with unusual characters as JSON, so that none can pass for two. */
function unquoted(text: string): string {
  return text.startsWith('"') ? String(JSON.parse(text)) : text;
}
