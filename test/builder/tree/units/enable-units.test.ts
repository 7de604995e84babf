import { describe, expect, it } from 'vitest';
import { parseDefinition } from '../../../../builder/definition/define.ts';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';
import { enableUnits } from '../../../../builder/tree/units/enable-units.ts';
import { packagedUnits } from '../../../../builder/tree/units/packaged-units.ts';

const vendor = 'usr/lib/systemd/system';
const config = 'etc/systemd/system';
const wanted = '[Install]\nWantedBy=multi-user.target\n';

/** A tree of files by path; a text that begins with `-> ` is a link. */
function treeOf(files: Record<string, string>): Tree {
  const tree: Tree = new Map();
  putDirectory(tree, '');
  for (const [path, text] of Object.entries(files)) {
    if (text.startsWith('-> ')) putSymlink(tree, path, text.slice(3));
    else putFile(tree, path, text);
  }
  return tree;
}

function define(units: string[], mask: string[] = []) {
  const list = (names: string[]) => `[\n${names.map((name) => `'${name}',\n`).join('')}]`;
  const keys = `units = ${list(units)}\nmask = ${list(mask)}`;
  const text = `name = "x"\nsuite = "trixie"\nkernel = "cloud"\npackages = []\n${keys}\n[slots]\nroot = "512 MiB"\nverity = "16 MiB"\n`;
  return parseDefinition(text, 'image.toml', '.');
}

async function enabled(
  files: Record<string, string>,
  units: string[] = [],
  mask: string[] = [],
  overlaid: string[] = [],
) {
  const tree = treeOf(files);
  const packaged = await packagedUnits(tree, new Set(overlaid));
  await enableUnits(tree, define(units, mask), packaged);
  const links = [...tree.values()].filter(
    ({ type, path }) => type === 'symlink' && path.includes('systemd/'),
  );
  return Object.fromEntries(links.map(({ path, linkname }) => [path, linkname]));
}

const problem = async (files: Record<string, string>, unit: string) => {
  const error = await enabled(files, ['first.service', unit]).catch((thrown: unknown) => thrown);
  return (error as { details: unknown }).details;
};
const first = { [`${vendor}/first.service`]: wanted };

describe('units of a definition', () => {
  it('are enabled under /usr wherever their files lie', async () => {
    const files = {
      [`${vendor}/a.service`]:
        '[Install]\nWantedBy=g.target\nRequiredBy=h.target\nUpheldBy=i.target\nAlias=b.service\n',
      [`${config}/c.service`]: wanted,
      [`${vendor}/line@.service`]: `${wanted}DefaultInstance=one\n`,
      [`${vendor}/getty@.service`]: '[Install]\nWantedBy=getty.target\n',
      [`${vendor}/autovt@.service`]: '-> getty@.service',
      [`${vendor}/plain.service`]: '[Service]\nExecStart=/x\n',
      [`${vendor}/plain.service.d/install.conf`]: wanted,
      [`${vendor}/var-my\\x2ddata.mount`]: '[Install]\nWantedBy=local-fs.target\n',
    };
    const units = [
      'a.service',
      'c.service',
      'line@.service',
      'autovt@tty2.service',
      'plain.service',
      'var-my\\x2ddata.mount',
    ];
    expect(await enabled(files, units)).toEqual({
      [`${vendor}/autovt@.service`]: 'getty@.service',
      [`${vendor}/g.target.wants/a.service`]: '../a.service',
      [`${vendor}/h.target.requires/a.service`]: '../a.service',
      [`${vendor}/i.target.upholds/a.service`]: '../a.service',
      [`${vendor}/b.service`]: 'a.service',
      [`${vendor}/multi-user.target.wants/c.service`]: '/etc/systemd/system/c.service',
      [`${vendor}/multi-user.target.wants/line@one.service`]: '../line@.service',
      [`${vendor}/getty.target.wants/getty@tty2.service`]: '../getty@.service',
      [`${vendor}/multi-user.target.wants/plain.service`]: '../plain.service',
      [`${vendor}/local-fs.target.wants/var-my\\x2ddata.mount`]: '../var-my\\x2ddata.mount',
    });
  });

  it('that cannot be enabled are all named, each with its line', async () => {
    const error = await enabled(first, ['sshd.service', 'first.service', 'nope.timer']).catch(
      (thrown) => thrown,
    );
    expect((error as Error).message).toMatch(
      /^image\.toml:6: unit sshd\.service is in no package.*\nimage\.toml:8: unit nope\.timer is in no package/,
    );
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'sshd.service',
      { [`${vendor}/ssh.service`]: wanted },
      /in no package and not in the overlay; did you mean ssh\.service\?/,
    ],
    [
      'sshd.service',
      { [`${vendor}/kmod.service`]: wanted, [`${vendor}/sshd.socket`]: wanted },
      /in no package and not in the overlay$/,
    ],
    [
      'my-data.mount',
      { [`${vendor}/my\\x2ddata.mount`]: wanted },
      /did you mean my\\x2ddata\.mount \(in single quotes\)\?/,
    ],
    [
      's.service',
      { [`${vendor}/s.service`]: '[Unit]\n', [`${vendor}/s.socket`]: wanted },
      /no \[Install\] section: s\.socket starts it/,
    ],
    [
      's.service',
      {
        [`${vendor}/s.service`]: '[Unit]\n',
        [`${vendor}/sysinit.target.wants/s.service`]: '-> ../s.service',
      },
      /needs none: sysinit\.target starts it/,
    ],
    [
      's.service',
      { [`${vendor}/s.service`]: '[Unit]\n' },
      /a drop-in \/usr\/lib\/systemd\/system\/s\.service\.d\/install\.conf/,
    ],
    ['s@.service', { [`${vendor}/s@.service`]: wanted }, /enable an instance, s@INSTANCE\.service/],
    [
      'app.service',
      { 'etc/containers/systemd/app.container': 'x' },
      /made at boot from \/etc\/containers\/systemd\/app\.container/,
    ],
    ['web-pod.service', { 'usr/share/containers/systemd/web.pod': 'x' }, /made at boot from .*web\.pod/],
    ['old.service', { 'etc/init.d/old': '#!/bin/sh\n' }, /is the init script \/etc\/init\.d\/old/],
    [
      'm.service',
      { [`${vendor}/m.service`]: wanted, [`${config}/m.service`]: '-> /dev/null' },
      /masked by \/etc\/systemd\/system\/m\.service/,
    ],
    [
      'm.service',
      { [`${vendor}/m.service`]: wanted, [`${config}/m.service`]: '' },
      /masked by \/etc\/systemd\/system\/m\.service/,
    ],
    [
      'apt-daily.timer',
      { [`${vendor}/apt-daily.timer`]: wanted },
      /masked in every image: it maintains the packages/,
    ],
    [
      'h.service',
      { [`${vendor}/h.service`]: '[Install]\nWantedBy=x-%m.target\n' },
      /uses %m for the machine id/,
    ],
    [
      'a.service',
      { [`${vendor}/a.service`]: '[Install]\nAlias=a.socket\n' },
      /cannot have the alias a\.socket/,
    ],
    [
      'a.service',
      { [`${vendor}/a.service`]: '[Install]\nAlias=b.service\n', [`${config}/b.service`]: wanted },
      /cannot have the link .*b\.service: it is a file already/,
    ],
    [
      'u.service',
      {
        [`${vendor}/u.service`]: '[Install]\nUpheldBy=g.target\n',
        'usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so': 'ELF',
      },
      /UpheldBy= needs a newer systemd than 252/,
    ],
    [
      'pulse.service',
      { 'usr/lib/systemd/user/pulse.service': wanted },
      /a unit of users’ managers.*user-preset/,
    ],
    [
      'gone.service',
      { [`${vendor}/gone.service`]: '-> nothing.service' },
      /is a link to nothing\.service, which does not exist/,
    ],
  ])('are refused with a line and a way on: %s %#', async (unit, files, words) => {
    expect(await problem({ ...first, ...files }, unit)).toEqual({
      file: 'image.toml',
      line: 7,
      problem: expect.stringMatching(words),
    });
  });

  it('says of an alias of a masked unit where the mask stands', async () => {
    const files = { [`${vendor}/a.service`]: wanted, [`${vendor}/b.service`]: '-> a.service' };
    await expect(enabled(files, ['b.service'], ['a.service'])).rejects.toMatchObject({
      details: { line: 6, problem: 'unit b.service is masked by image.toml:9' },
    });
  });
});

describe('masks', () => {
  it('of a definition win over files in /etc and over what generators make', async () => {
    const files = {
      [`${vendor}/a.service`]: wanted,
      [`${config}/b.service`]: wanted,
      'etc/containers/systemd/app.container': 'x',
    };
    expect(await enabled(files, [], ['a.service', 'b.service', 'app.service'])).toEqual({
      [`${vendor}/a.service`]: '/dev/null',
      [`${vendor}/b.service`]: '/dev/null',
      [`${config}/b.service`]: '/dev/null',
      [`${vendor}/app.service`]: '/dev/null',
      [`${config}/app.service`]: '/dev/null',
    });
  });
});

describe('links that are there already', () => {
  it('stay in /etc where only that keeps what they do', async () => {
    const kept = {
      [`${config}/debug-shell.service`]: '-> /dev/null',
      [`${config}/default.target`]: '-> /usr/lib/systemd/system/rescue.target',
      [`${config}/absent.service`]: '-> /dev/null',
      [`${config}/g.target.wants/x.service`]: '-> /dev/null',
      [`${config}/ssh.service.d/10-a.conf`]: '-> /dev/null',
      [`${config}/y.target.wants/masked.service`]: '-> ../a.service',
    };
    const vendors = {
      [`${vendor}/default.target`]: '-> graphical.target',
      [`${vendor}/y.target.wants/masked.service`]: '-> /dev/null',
    };
    const units = ['debug-shell.service', 'rescue.target', 'graphical.target', 'x.service', 'a.service'];
    const files = Object.fromEntries(units.map((unit) => [`${vendor}/${unit}`, '[Unit]\nDescription=x\n']));
    const expected = Object.entries({ ...kept, ...vendors }).map(([path, text]) => [path, text.slice(3)]);
    const links = await enabled({ ...files, ...kept, ...vendors });
    expect(links).toEqual(Object.fromEntries(expected));
  });

  it('move to /usr otherwise, and lead to where their units are', async () => {
    const files = {
      [`${vendor}/a.service`]: wanted,
      [`${config}/own.service`]: wanted,
      // as long a folder as that of /etc
      'usr/share/app/unit/linked.service': wanted,
      [`${config}/g.target.wants/a.service`]: '-> /lib/systemd/system/a.service',
      [`${config}/g.target.wants/own.service`]: '-> ../own.service',
      [`${config}/z.service`]: '-> ../../../usr/lib/systemd/system/a.service',
      [`${config}/zz.service`]: '-> z.service',
      [`${config}/linked.service`]: '-> /usr/share/app/unit/linked.service',
      [`${config}/h.target.wants/a.service`]: '-> /usr/lib/systemd/system/a.service',
      [`${vendor}/h.target.wants/a.service`]: '-> ../a.service',
    };
    expect(await enabled(files)).toEqual({
      [`${vendor}/g.target.wants/a.service`]: '../a.service',
      [`${vendor}/g.target.wants/own.service`]: '/etc/systemd/system/own.service',
      [`${vendor}/h.target.wants/a.service`]: '../a.service',
      [`${vendor}/z.service`]: 'a.service',
      [`${vendor}/zz.service`]: 'z.service',
      [`${vendor}/linked.service`]: '/usr/share/app/unit/linked.service',
    });
  });
});

describe('a unit that is linked from a folder of the host', () => {
  it('becomes a file, for systemd reads it before that folder has its content', async () => {
    const tree = treeOf({
      'opt/app/app.service': wanted,
      'opt/app/more.conf': '[Service]\nNice=1\n',
      [`${config}/app.service`]: '-> /opt/app/app.service',
      [`${config}/app.service.d/more.conf`]: '-> ../../../../opt/app/more.conf',
      [`${config}/alias.service`]: '-> app.service',
    });
    await enableUnits(tree, define(['app.service']));
    expect(tree.get(`${config}/app.service`)?.type).toBe('file');
    expect(tree.get(`${config}/app.service.d/more.conf`)?.type).toBe('file');
    expect(tree.get(`${vendor}/alias.service`)?.linkname).toBe('/etc/systemd/system/app.service');
    expect(tree.get(`${vendor}/multi-user.target.wants/app.service`)?.linkname).toBe(
      '/etc/systemd/system/app.service',
    );
  });
});

describe('presets', () => {
  const debian = {
    [`${vendor}/deb.service`]: wanted,
    [`${vendor}/off.service`]: wanted,
    [`${config}/multi-user.target.wants/deb.service`]: '-> /usr/lib/systemd/system/deb.service',
    'usr/lib/systemd/system-preset/90-systemd.preset':
      'enable off.service\ndisable deb.service\nenable mine.service\n',
    'var/lib/dpkg/info/deb.list':
      '/.\n/lib/systemd/system/deb.service\n/usr/lib/systemd/system/off.service\n/usr/lib/systemd/system-preset/90-systemd.preset\n',
  };

  it('of packages leave alone what scripts of packages decided, and say what becomes of the image’s own units', async () => {
    const files = { ...debian, [`${vendor}/mine.service`]: wanted, [`${vendor}/other.service`]: wanted };
    expect(await enabled(files)).toEqual({
      [`${vendor}/multi-user.target.wants/deb.service`]: '../deb.service',
      [`${vendor}/multi-user.target.wants/mine.service`]: '../mine.service',
    });
  });

  it('of the image decide for every unit, and units of the definition come after them', async () => {
    const files = {
      ...debian,
      'etc/systemd/system-preset/10-own.preset': 'enable off.service\ndisable *\n',
      [`${vendor}/mine.service`]: wanted,
      'usr/lib/systemd/user/u.service': '[Install]\nWantedBy=default.target\n',
      'usr/lib/systemd/user-preset/10-own.preset': 'enable u.*\n',
    };
    expect(await enabled(files, ['mine.service'])).toEqual({
      [`${vendor}/multi-user.target.wants/off.service`]: '../off.service',
      [`${vendor}/multi-user.target.wants/mine.service`]: '../mine.service',
      'etc/systemd/user/default.target.wants/u.service': '/usr/lib/systemd/user/u.service',
    });
  });
});
