import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import { applyByUs } from '../support/user-data/apply-by-us.ts';
import { folderAccounts, makeFolderHost } from '../support/user-data/folder-host.ts';
import { numberedIn, randomDocument } from '../support/user-data/random-document.ts';
import { type Raw, seenIn } from '../support/user-data/seen.ts';
import { outFile } from './with-vm.ts';

const count = Number(process.env.DOCUMENTS ?? 1000);
const driver = join(import.meta.dirname, '../support/user-data/apply-by-cloud-init.py');
const inside = 'mount --rbind /proc "$0/proc" && exec chroot "$0" python3 /driver.py';

test('Debian’s cloud-init and this system make the same files, users and groups of generated documents', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-cloud-init-'));
  const host = makeFolderHost();
  try {
    await mkdir(dirname(outFile('cloud-init.txt')), { recursive: true });
    const root = process.env.CLOUD_INIT_ROOT ?? join(folder, 'root');
    if (!process.env.CLOUD_INIT_ROOT)
      await run('mmdebstrap', [
        '--quiet',
        '--variant=minbase',
        '--include=cloud-init,passwd,sudo',
        'trixie',
        root,
      ]);
    await run('cp', [driver, join(root, 'driver.py')]);
    await writeFile(join(root, 'etc/skel/.profile'), '# profile\n');
    await run('sh', ['-c', `rm -f ${root}/etc/skel/.bash*`]);
    const documents = fc.sample(randomDocument, { seed: 16, numRuns: count });
    const input = JSON.stringify([folderAccounts, documents]);
    const namespaces = ['--mount', '--uts', '--fork'];
    const theirs = JSON.parse(
      await run('unshare', [...namespaces, 'sh', '-euc', inside, root], { input }),
    ) as Raw[];
    const differences: unknown[] = [];
    let compared = 0;
    for (const [index, document] of documents.entries()) {
      const other = theirs[index]!;
      const own = await applyByUs(host, document, `instance-${index}`);
      // cloud-init ends where useradd refuses, and goes on with nothing
      if (other.problems.length > 0) continue;
      compared += 1;
      const numbered = numberedIn(document);
      const [ours, expected] = [seenIn(own, numbered), seenIn(other, numbered)];
      if (own.problems.length > 0 || JSON.stringify(sortKeys(ours)) !== JSON.stringify(sortKeys(expected)))
        differences.push({ document, problems: own.problems, ours, theirs: expected });
    }
    await writeFile(
      outFile('cloud-init.txt'),
      `${compared} of ${count} documents applied by both, ${differences.length} differ\n`,
    );
    await writeFile(outFile('cloud-init-differences.json'), JSON.stringify(differences, null, 1));
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(count * 0.9);
  } finally {
    host.remove();
    await rm(folder, { recursive: true, force: true });
  }
}, 1_800_000);

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value) || value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
