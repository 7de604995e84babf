import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { whyUnreachable } from '../../system/http/why-unreachable.ts';

/** The certificate that a server showed, trusted or not. */
export interface ShownCertificate {
  subject: string;
  issuer: string;
  /** Names and addresses that it is for. */
  names: string;
  from: Date;
  to: Date;
}

/** What is known of this host when its server could not be asked. */
export interface Surroundings {
  now: Date;
  /** Network devices, and those of them that have an address of more than the link. */
  devices: readonly string[];
  addressed: readonly string[];
  certificate: ShownCertificate | null;
}

/**
 * Turns the failure of a call to the server into the one that a person can put right, by the codes along its causes and by
 * what is known of the host. A failure that none of this explains stays as it is.
 */
export function explainFailure(error: InterlockError, server: string, around: Surroundings): InterlockError {
  const address = new URL(server).host;
  const options = { cause: error };
  if (error.code === 'unauthorized') return new InterlockError('token_refused', { address }, options);
  if (isClosed(error)) return new InterlockError('enrolment_closed', {}, options);
  if (error.code !== 'unreachable') return error;
  const found = whyUnreachable(error);
  if (!found) return error;
  const { why, cause } = found;
  const { certificate } = around;
  const { hostname: host } = new URL(server);
  switch (why) {
    case 'tls_untrusted': {
      const details = { address, certificate: describe(certificate), problem: cause.problem };
      return new InterlockError(why, details, options);
    }
    case 'tls_time_wrong':
      return new InterlockError(why, timesOf(address, around), options);
    case 'tls_name_wrong':
      return new InterlockError(why, { address, names: certificate?.names || cause.problem }, options);
    case 'tls_missing':
    case 'connection_refused':
      return new InterlockError(why, { address }, options);
    default:
  }
  if (around.devices.length === 0) return new InterlockError('device_missing', {}, options);
  if (around.addressed.length === 0) {
    return new InterlockError('address_missing', { devices: around.devices.join(', ') }, options);
  }
  if (why === 'name_unknown') return new InterlockError(why, { host, problem: cause.code }, options);
  if (why === 'route_missing') return new InterlockError(why, { address, problem: cause.code }, options);
  return new InterlockError('response_missing', { address }, options);
}

/** Whether a certificate is what stands between the host and its server: only then is it worth a look. */
export function isAboutCertificate(error: InterlockError): boolean {
  const why = whyUnreachable(error)?.why;
  return why === 'tls_untrusted' || why === 'tls_time_wrong' || why === 'tls_name_wrong';
}

function isClosed({ code, details }: InterlockError): boolean {
  return (
    code === 'answer_invalid' && details.status === 403 && /^enrolment_closed\b/.test(`${details.problem}`)
  );
}

function describe(certificate: ShownCertificate | null): string {
  return certificate ? ` (${certificate.subject}, issued by ${certificate.issuer})` : '';
}

function timesOf(address: string, { now, certificate }: Surroundings) {
  const period = certificate
    ? `from ${certificate.from.toISOString()} to ${certificate.to.toISOString()}`
    : 'at another time';
  return { address, now: now.toISOString(), period };
}
