import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openManager } from '../../../agent/user-data/apply/manager.ts';
import type { Found } from '../../../agent/user-data/ports/found.ts';
import { type Outcome, runStage } from '../../../agent/user-data/run-stage.ts';

/** A folder that looks like a host to what applies user-data: an image's /etc, and the host's own over it. */
export interface FolderHost {
  root: string;
  /** Applies user-data as the local stage of a boot does. */
  boot(userData: string, found?: Partial<Found> & { secureBoot?: boolean }): Promise<Outcome>;
  put(path: string, text: string): void;
  read(path: string): string;
  has(path: string): boolean;
  remove(): void;
}

/** Its accounts before anything is applied. */
export const folderAccounts = {
  passwd: 'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n',
  group: 'root:x:0:\ndaemon:x:1:\ndocker:x:990:\nusers:x:100:\n',
  shadow: 'root:*:20000:0:99999:7:::\ndaemon:*:20000:0:99999:7:::\n',
  gshadow: 'root:*::\ndaemon:*::\ndocker:!::\nusers:*::\n',
  subuid: '',
  subgid: '',
};

/** Makes one. */
export function makeFolderHost(root = mkdtempSync(join(tmpdir(), 'folder-host-'))): FolderHost {
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [name, text] of Object.entries(folderAccounts)) put(`run/interlock/image-etc/${name}`, text);
  put('run/interlock/image-etc/skel/.profile', '# profile\n');
  put('usr/lib/systemd/system-generators/systemd-fstab-generator', '');
  put('usr/share/zoneinfo/Europe/Berlin', 'TZif');
  put('proc/cmdline', '');
  mkdirSync(join(root, 'root'));
  cpSync(join(root, 'run/interlock/image-etc'), join(root, 'etc'), { recursive: true });
  // no overlay: everything that is seen counts as the host's own
  mkdirSync(join(root, 'var/lib/interlock/etc'), { recursive: true });
  symlinkSync(join(root, 'etc'), join(root, 'var/lib/interlock/etc/upper'));
  return {
    root,
    put,
    boot: (userData, { secureBoot = false, ...found } = {}) => {
      const usual: Found = { source: 'fw-cfg', instanceId: 'one', sshKeys: [], trusted: true };
      const search = {
        found: { ...usual, userData: Buffer.from(userData), ...found },
        misses: [],
        askNetwork: false,
      };
      const manager = openManager(root);
      return runStage({
        root,
        stage: 'local',
        search,
        secureBoot,
        manager,
        now: new Date('2026-12-01T00:00:00Z'),
      });
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    has: (path) => existsSync(join(root, path)),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
