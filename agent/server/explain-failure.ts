import { InterlockError } from '../../protocol/errors/interlock-error.ts';

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

const unknownName = /^(ENOTFOUND|EAI_[A-Z]+)$/;
const noRoute = /^(ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL)$/;
const untrusted =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_[A-Z_]+|CERT_(UNTRUSTED|REJECTED|SIGNATURE_FAILURE)|INVALID_CA)$/;
const wrongName = /^ERR_TLS_CERT_ALTNAME_INVALID$/;
const wrongTime = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/;
const notTls = /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST))$/;

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
  const causes = causesOf(error);
  const found = (pattern: RegExp) => causes.find(({ code }) => pattern.test(code));

  const tls = found(untrusted);
  if (tls) {
    const certificate = describe(around.certificate);
    return new InterlockError('tls_untrusted', { address, certificate, problem: tls.problem }, options);
  }
  if (found(wrongTime)) return new InterlockError('tls_time_wrong', timesOf(address, around), options);
  const name = found(wrongName);
  if (name) {
    const names = around.certificate?.names || name.problem;
    return new InterlockError('tls_name_wrong', { address, names }, options);
  }
  if (found(notTls)) return new InterlockError('tls_missing', { address }, options);
  if (found(/^ECONNREFUSED$/)) return new InterlockError('connection_refused', { address }, options);

  const isLookup = causes.some(({ event }) => event === 'lookup');
  const lookup = found(unknownName) ?? (isLookup ? causes[0] : undefined);
  const route = found(noRoute);
  const isSlow = found(/^ETIMEDOUT$/);
  if (!lookup && !route && !isSlow) return error;
  if (around.devices.length === 0) return new InterlockError('device_missing', {}, options);
  if (around.addressed.length === 0) {
    return new InterlockError('address_missing', { devices: around.devices.join(', ') }, options);
  }
  const { hostname: host } = new URL(server);
  if (lookup) return new InterlockError('name_unknown', { host, problem: lookup.code }, options);
  if (route) return new InterlockError('route_missing', { address, problem: route.code }, options);
  return new InterlockError('response_missing', { address }, options);
}

/** Whether a certificate is what stands between the host and its server: only then is it worth a look. */
export function isAboutCertificate(error: InterlockError): boolean {
  const known = [untrusted, wrongTime, wrongName];
  return causesOf(error).some(({ code }) => known.some((pattern) => pattern.test(code)));
}

function isClosed({ code, details }: InterlockError): boolean {
  return (
    code === 'answer_invalid' && details.status === 403 && /^enrolment_closed\b/.test(`${details.problem}`)
  );
}

interface Cause {
  code: string;
  problem: string;
  /** The step of a request that took too long. */
  event?: string;
}

/** Everything that an error says it was caused by, tries of several addresses included. */
function causesOf(error: unknown, depth = 0): Cause[] {
  if (!(error instanceof Error) || depth > 8) return [];
  const {
    code,
    event,
    errors,
    message: problem,
    cause,
  } = error as NodeJS.ErrnoException & {
    event?: string;
    errors?: unknown[];
  };
  const own = typeof code === 'string' ? [{ code, problem, ...(event ? { event } : {}) }] : [];
  return [...own, ...[...(errors ?? []), cause].flatMap((each) => causesOf(each, depth + 1))];
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
