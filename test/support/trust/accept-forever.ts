import { openTrust, type TrustOptions } from '../../../agent/trust/open-trust.ts';
import { runningVersion } from './host.ts';

// A host that accepts again and again until it is killed; the parent sends its options as the first argument.
const options = JSON.parse(process.argv[2] ?? '') as TrustOptions;
const trust = openTrust({ ...options, clock: { now: () => new Date() } });
while (true) {
  await trust.accept({ version: '3', grant: null }, runningVersion('1'), 'server');
  process.stdout.write('.');
}
