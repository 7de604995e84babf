import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Architecture } from '../contents/runtime.ts';
import { trackedFiles } from '../contents/sources.ts';
import type { Entry } from '../deb/entry.ts';
import type { Package } from '../deb/write-deb.ts';
import { describeCopyright } from '../licences/copyright.ts';
import { controlOf } from './control.ts';
import { documentsOf } from './documents.ts';
import type { Source } from './source.ts';

const scripts = ['postinst', 'prerm', 'postrm'];
const dist = 'update-server/dist/';

/** The package that runs the update server as a service. */
export function interlockServerPackage(root: string, source: Source, architecture: Architecture): Package {
  const entries = new Map<string, Entry>();
  for (const [path, entry] of trackedFiles(root, [dist])) entries.set(path.slice(dist.length), entry);
  const documents = 'usr/share/doc/interlock-server';
  const alerts = 'update-server/metrics/alerts.yml';
  entries.set(`${documents}/examples/alerts.yml`, trackedFiles(root, [alerts]).get(alerts)!);
  const copyright = describeCopyright(root, [], '');
  for (const [path, entry] of documentsOf('interlock-server', copyright, source)) entries.set(path, entry);
  const text = [
    'Runs the update server of Interlock under systemd, as a user of its own',
    'and with few rights: it keeps signed releases, decides which host gets one',
    'when, and has a page that shows the fleet.',
    '.',
    'It listens on loopback until it is given a certificate or a proxy.',
  ].join('\n');
  const summary = 'update server for hosts that run Interlock images';
  const relations = {
    Depends: `interlock (= ${source.version}), init-system-helpers (>= 1.52), procps, systemd`,
    Suggests: 'nginx | certbot, prometheus',
  };
  return {
    control: controlOf(
      { name: 'interlock-server', version: source.version, architecture, summary, text },
      relations,
    ),
    entries,
    scripts: Object.fromEntries(
      scripts.map((name) => [name, readFileSync(join(root, 'packaging/scripts', name), 'utf8')]),
    ),
    conffiles: [...entries.keys()].filter((path) => path.startsWith('etc/')),
  };
}
