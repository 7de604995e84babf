import type { HostName } from '../../user-data/plan.ts';
import type { Place } from '../../user-data/problem.ts';
import type { Report } from '../../user-data/report.ts';
import { text } from '../shape/shape.ts';

const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const namePattern = new RegExp(`^(?=.{1,253}$)${label}(?:\\.${label})*$`);

/** A host's name, or one with its domain. */
export const hostName = text({
  pattern: namePattern,
  is: 'is no host name',
  instead: 'Use letters, digits and “-”, up to 63 between dots, such as web-1.',
});

/** What a document says of the name, before it is put together. */
export interface Names {
  hostname?: { value: string; at: Place };
  fqdn?: { value: string; at: Place };
  /** The whole name becomes the host's name. */
  preferFqdn?: boolean;
  /** The name stays as it is. */
  preserve?: Place;
}

/** The name of a host from all keys that say it: without `hostname` it is the first part of `fqdn`. */
export function joinNames({ hostname, fqdn, preferFqdn, preserve }: Names, to: Report): HostName | undefined {
  const given = hostname ?? fqdn;
  if (!given) return undefined;
  if (preserve) {
    return to.warn(
      preserve,
      'preserve_hostname keeps the name that the host has',
      'Leave it out to set the name.',
    );
  }
  const full = fqdn?.value ?? (given.value.includes('.') ? given.value : undefined);
  const short = (hostname ?? given).value.split('.')[0]!;
  const name = preferFqdn && full !== undefined ? full : short;
  return { name, ...(full !== undefined && { fqdn: full }), at: given.at };
}
