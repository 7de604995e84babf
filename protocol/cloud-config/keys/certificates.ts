import { X509Certificate } from 'node:crypto';
import type { Node } from '../../user-data/node.ts';
import type { Plan } from '../../user-data/plan.ts';
import type { Report } from '../../user-data/report.ts';
import { flag, listOf, placed, table, text } from '../shape/shape.ts';

const readTable = table(
  { trusted: listOf(placed(text())), remove_defaults: flag },
  { aliases: { 'remove-defaults': 'remove_defaults' } },
);
const begin = '-----BEGIN CERTIFICATE-----';
const end = '-----END CERTIFICATE-----';

/** `ca_certs`: authorities that the host trusts besides, or instead of, the image's. */
export function readCertificates(node: Node, to: Report): Plan['caCertificates'] {
  const read = readTable(node, 'ca_certs', to);
  if (!read) return undefined;
  const { trusted = [], remove_defaults: removeDefaults = false } = read.value;
  if (trusted.length === 0 && !removeDefaults) {
    return to.error(
      read.at,
      'ca_certs says nothing',
      'Add trusted: with certificates in PEM format, or leave ca_certs out.',
    );
  }
  const pem = trusted.flatMap(({ value, at }) => {
    const found = blocksOf(value);
    if (found.length > 0 && found.every(isCertificate)) return found;
    to.error(
      at,
      'a value of ca_certs: trusted is no certificate in PEM format',
      'Write “- |” and below it, indented, the lines from BEGIN CERTIFICATE to END CERTIFICATE.',
    );
    return [];
  });
  return { pem, removeDefaults, at: read.at };
}

/** Each certificate of a text; one that does not end is given as it is, and is none. */
function blocksOf(text: string): string[] {
  return text
    .split(begin)
    .slice(1)
    .map((rest) => begin + (rest.includes(end) ? rest.slice(0, rest.indexOf(end)) + end : rest));
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    // the caller reports what is none
    return false;
  }
}
