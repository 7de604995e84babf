import { existsSync, readdirSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { isAboutCertificate, type ShownCertificate, type Surroundings } from './explain-failure.ts';

const devicesFolder = '/sys/class/net';
const patienceMs = 5000;

/** Looks at the host's network, and at the server's certificate when that is in the way. */
export async function lookAround(error: InterlockError, server: string): Promise<Surroundings> {
  const certificate = isAboutCertificate(error) ? await readCertificate(new URL(server)) : null;
  return { now: new Date(), devices: listDevices(), addressed: listAddressed(), certificate };
}

function listDevices(): string[] {
  const has = (name: string, file: string) => existsSync(join(devicesFolder, name, file));
  const names = existsSync(devicesFolder) ? readdirSync(devicesFolder) : [];
  return names.filter((name) => name !== 'lo' && has(name, 'address') && !has(name, 'bridge')).toSorted();
}

function listAddressed(): string[] {
  const ofLinkAlone = /^(fe[89ab][0-9a-f]:|169\.254\.)/i;
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.some(({ internal, address }) => !internal && !ofLinkAlone.test(address)) ? [name] : [],
  );
}

/** What the server shows; nothing is sent to it, and null when it shows nothing. */
async function readCertificate({ hostname, port }: URL): Promise<ShownCertificate | null> {
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port || 443),
      rejectUnauthorized: false,
      timeout: patienceMs,
    });
    const end = (found: ShownCertificate | null) => {
      socket.destroy();
      resolve(found);
    };
    socket.once('error', () => end(null));
    socket.once('timeout', () => end(null));
    socket.once('secureConnect', () => {
      const { subject, issuer, subjectaltname = '', valid_from, valid_to } = socket.getPeerCertificate();
      const [from, to] = [new Date(valid_from), new Date(valid_to)];
      const names = subjectaltname.replaceAll(/\b(DNS|IP Address):/g, '');
      end(subject ? { subject: nameOf(subject), issuer: nameOf(issuer), names, from, to } : null);
    });
  });
}

function nameOf({ CN, O }: { CN?: string | string[]; O?: string | string[] }): string {
  return [CN ?? O ?? 'no name'].flat().join(', ');
}
