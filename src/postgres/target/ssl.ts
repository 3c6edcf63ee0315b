import type { Complain } from './complaints.ts';
import { userFile } from './defaults.ts';
import type { TargetInputs } from './inputs.ts';
import { Secret } from './secret.ts';
import type { Settings } from './settings.ts';
import { type SslMode, type SslSettings, TLS_VERSIONS, type TlsVersion } from './target.ts';

const WEAK: readonly string[] = ['disable', 'allow', 'prefer'];

/**
 * TLS as libpq's parameters say it (manual, "SSL Support"): files default to those in ~/.postgresql, sslmode to prefer, or
 * to verify-full with the system's roots.
 */
export function buildSsl(settings: Settings, inputs: TargetInputs, complain: Complain): SslSettings {
  const text = (name: string) => settings.get(name)?.value || undefined;
  const system = text('sslrootcert') === 'system';
  const sslmode = (text('sslmode') as SslMode | undefined) ?? (system ? 'verify-full' : 'prefer');
  const sslnegotiation = text('sslnegotiation') === 'direct' ? 'direct' : 'postgres';
  if (system && sslmode !== 'verify-full') tooWeak(sslmode, 'sslrootcert=system', 'verify-full', complain);
  if (sslnegotiation === 'direct' && WEAK.includes(sslmode)) {
    tooWeak(sslmode, 'sslnegotiation=direct', 'require, verify-ca or verify-full', complain);
  }
  const [minVersion, maxVersion] = versions(settings, complain);
  const password = settings.get('sslpassword');
  const sslkey = text('sslkey') ?? userFile(inputs, '.postgresql/postgresql.key');
  if (inputs.platform !== 'win32' && sslkey.includes(':') && !sslkey.includes('/')) {
    complain('sslkey names a key of an OpenSSL engine, which Node does not offer.', { next: ['Name a file.'] });
  }
  const useCertificate = text('sslcertmode') !== 'disable';
  return {
    sslmode,
    sslnegotiation,
    sslrootcert: text('sslrootcert') ?? userFile(inputs, '.postgresql/root.crt'),
    ...(useCertificate ? { sslcert: text('sslcert') ?? userFile(inputs, '.postgresql/postgresql.crt'), sslkey } : {}),
    ...(password?.value ? { sslpassword: new Secret(password.value, password.origin) } : {}),
    ...crlFiles(text('sslcrl'), text('sslcrldir'), inputs),
    sslsni: text('sslsni') !== '0',
    ...(minVersion ? { minVersion } : {}),
    ...(maxVersion ? { maxVersion } : {}),
  };
}

function tooWeak(sslmode: string, with_: string, expected: string, complain: Complain): void {
  complain(`sslmode=${sslmode} is too weak for ${with_}.`, { expected });
}

/** The default list is looked for only where neither a list nor a folder of lists is named. */
function crlFiles(sslcrl: string | undefined, sslcrldir: string | undefined, inputs: TargetInputs) {
  if (sslcrl === undefined && sslcrldir === undefined) return { sslcrl: userFile(inputs, '.postgresql/root.crl') };
  return { ...(sslcrl === undefined ? {} : { sslcrl }), ...(sslcrldir === undefined ? {} : { sslcrldir }) };
}

/** libpq's default lower bound is TLS 1.2; an upper bound is only what is asked for. */
function versions(settings: Settings, complain: Complain): [TlsVersion | undefined, TlsVersion | undefined] {
  const read = (name: string) => {
    const value = settings.get(name)?.value?.toLowerCase();
    return TLS_VERSIONS.find((version) => version.toLowerCase() === value);
  };
  const min = settings.has('ssl_min_protocol_version') ? read('ssl_min_protocol_version') : 'TLSv1.2';
  const max = read('ssl_max_protocol_version');
  if (min && max && TLS_VERSIONS.indexOf(min) > TLS_VERSIONS.indexOf(max)) {
    complain(`The lowest TLS version, ${min}, is above the highest, ${max}.`, {
      next: ['Check ssl_min_protocol_version and ssl_max_protocol_version.'],
    });
  }
  return [min, max];
}
