/** Why no answer came, by the code of the row in the table of errors that says the same of a host. */
export type Unreachable =
  | 'tls_untrusted'
  | 'tls_time_wrong'
  | 'tls_name_wrong'
  | 'tls_missing'
  | 'connection_refused'
  | 'name_unknown'
  | 'route_missing'
  | 'response_missing';

/** One of the things that a failure says it was caused by. */
export interface Cause {
  code: string;
  problem: string;
  /** The step of a request that took too long. */
  event?: string;
}

const untrusted =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_[A-Z_]+|CERT_(UNTRUSTED|REJECTED|SIGNATURE_FAILURE)|INVALID_CA)$/;

/** The first that fits counts. */
const patterns: readonly [Unreachable, RegExp][] = [
  ['tls_untrusted', untrusted],
  ['tls_time_wrong', /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/],
  ['tls_name_wrong', /^ERR_TLS_CERT_ALTNAME_INVALID$/],
  ['tls_missing', /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST))$/],
  ['connection_refused', /^ECONNREFUSED$/],
  ['name_unknown', /^(ENOTFOUND|EAI_[A-Z]+)$/],
  ['route_missing', /^(ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL)$/],
  ['response_missing', /^ETIMEDOUT$/],
];

const words: Record<Unreachable, string> = {
  tls_untrusted: 'its TLS certificate is not trusted; the certificate of its CA is to be named',
  tls_time_wrong: 'its TLS certificate is not valid at the time of this machine’s clock',
  tls_name_wrong: 'its TLS certificate is for another name',
  tls_missing: 'it does not speak TLS; write http:// if that is meant',
  connection_refused: 'no server listens there',
  name_unknown: 'the name is not found',
  route_missing: 'no network of this machine leads there',
  response_missing: 'it does not respond',
};

/** What a failed request was caused by, where its codes tell. */
export function whyUnreachable(error: unknown): { why: Unreachable; cause: Cause } | undefined {
  const causes = causesOf(error);
  for (const [why, pattern] of patterns) {
    const cause = causes.find(({ code }) => pattern.test(code));
    // a lookup that takes too long tells more than that something did
    const isLookup = why === 'response_missing' && causes.some(({ event }) => event === 'lookup');
    if (cause) return { why: isLookup ? 'name_unknown' : why, cause };
  }
  const [lookup] = causes.some(({ event }) => event === 'lookup') ? causes : [];
  return lookup && { why: 'name_unknown', cause: lookup };
}

/** The same for people, with the code to look up; a failure that nothing explains says its own. */
export function describeUnreachable(error: unknown): string {
  const found = whyUnreachable(error);
  if (found) return `${words[found.why]} (${found.cause.code})`;
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message ?? String(error);
}

/** Everything that an error says it was caused by, tries of several addresses included. */
function causesOf(error: unknown, depth = 0): Cause[] {
  if (!(error instanceof Error) || depth > 8) return [];
  const { code, event, errors, message, cause } = error as NodeJS.ErrnoException & {
    event?: string;
    errors?: unknown[];
  };
  const own = typeof code === 'string' ? [{ code, problem: message, ...(event ? { event } : {}) }] : [];
  return [...own, ...[...(errors ?? []), cause].flatMap((each) => causesOf(each, depth + 1))];
}
