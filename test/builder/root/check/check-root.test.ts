import { describe, expect, it } from 'vitest';
import { checkRoot } from '../../../../builder/root/check/check-root.ts';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';
import { removeBelow } from '../../../../builder/tree/entries/lay-tree.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { defineWith, elf, kernelRelease, makeRoot, putUnit } from './make-root.ts';

const definition = defineWith();

/** What is wrong with a root that was changed, line by line; warnings count as such. */
async function problemsOf(change: (tree: Tree) => void, of = definition): Promise<string[]> {
  const tree = makeRoot(of);
  change(tree);
  try {
    return (await checkRoot(tree, of, kernelRelease)).map((text) => `warning: ${text}`);
  } catch (error) {
    if (!(error instanceof InterlockError) || error.code !== 'image_incomplete') throw error;
    return String(error.details.lines)
      .trim()
      .split('\n')
      .map((line) => line.trim());
  }
}
const ofService = (text: string, more: (tree: Tree) => void = () => {}) =>
  problemsOf((tree) => {
    putUnit(tree, 'a.service', `[Service]\n${text}\n`);
    more(tree);
  });

describe('a finished root', () => {
  it('that has everything passes without a word', async () => {
    expect(await problemsOf(() => {})).toEqual([]);
  });

  it.each<[what: string, (tree: Tree) => void, words: RegExp]>([
    [
      'init',
      (tree) => tree.delete('usr/lib/systemd/systemd'),
      /^\/usr\/lib\/systemd\/systemd \(process 1, .*\) is missing$/,
    ],
    [
      'a program that may not be executed',
      (tree) => putFile(tree, 'usr/bin/mount', elf()),
      /mount .*is not executable/,
    ],
    [
      'a library',
      (tree) => putFile(tree, 'usr/lib/systemd/systemd', elf(['liba.so.1']), 0o755),
      /^liba\.so\.1 is in no folder of libraries; \/usr\/lib\/systemd\/systemd needs it/,
    ],
    [
      'a program for another machine',
      (tree) => putFile(tree, 'usr/bin/flock', elf([], '', 183), 0o755),
      /flock .*is not for x86-64/,
    ],
    ['the agent’s file', (tree) => tree.delete('usr/lib/interlock/agent.js'), /agent\.js/],
    ['modules of its kernel', (tree) => tree.delete(`usr/lib/modules/${kernelRelease}`), /loads no module/],
    [
      'a merged /usr',
      (tree) => {
        tree.delete('lib');
        putDirectory(tree, 'lib');
      },
      /^\/lib is a folder and must lead to usr\/lib/,
    ],
    ['a folder to mount over', (tree) => tree.delete('proc'), /^\/proc is missing/],
    ['a file to mount a machine id over', (tree) => tree.delete('etc/machine-id'), /machine-id/],
  ])('is refused without %s', async (_what, change, words) => {
    const found = await problemsOf(change);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(words);
  });

  it('names every problem at once, and the line that removed a path', async () => {
    const removing = defineWith('remove = ["/usr/bin/mount", "/usr/lib/liba.so*"]');
    const found = await problemsOf((tree) => {
      tree.delete('usr/bin/mount');
      tree.delete('etc/passwd');
      putFile(tree, 'usr/bin/umount', elf(['liba.so.1']), 0o755);
    }, removing);
    expect(found.map((line) => /image\.toml:\d+ removes "[^"]+"|missing$/.exec(line)?.[0])).toEqual([
      'image.toml:4 removes "/usr/bin/mount"',
      'image.toml:4 removes "/usr/lib/liba.so*"',
      'missing',
    ]);
  });

  it('names what is gone behind a link, and the line that removed it, of an included image as well', async () => {
    const own = defineWith();
    const base = { file: 'base/image.toml', text: 'remove = ["/usr/bin/busy*", "/usr/lib/libz.so.1.*"]\n' };
    const removing = {
      ...own,
      files: [base, ...own.files],
      remove: ['/usr/bin/busy*', '/usr/lib/libz.so.1.*'],
    };
    const of = (text: string) =>
      problemsOf((tree) => {
        putUnit(tree, 'a.service', `[Service]\nExecStart=${text}\n`);
        putSymlink(tree, 'usr/sbin/syslogd', '/usr/bin/busybox');
        putSymlink(tree, 'usr/bin/loop', 'loop');
        putSymlink(tree, 'usr/bin/hosts', '/opt/vendor/tool');
        putDirectory(tree, 'usr/bin/folder');
        putSymlink(tree, 'usr/lib/libz.so.1', 'libz.so.1.3');
        putFile(tree, 'usr/bin/zip', elf(['libz.so.1']), 0o755);
        putFile(tree, 'usr/bin/script', '#!/usr/bin/env syslogd\n', 0o755);
        putSymlink(tree, 'usr/bin/env', 'sh');
      }, removing);
    const gone = '/usr/bin/busybox is missing; /';
    const line = ': base/image.toml:1 removes';
    for (const [text, words] of [
      ['/sbin/syslogd -n', `${gone}sbin/syslogd leads to it${line} "/usr/bin/busy*"`],
      ['syslogd -n', `${gone}usr/sbin/syslogd leads to it${line} "/usr/bin/busy*"`],
      ['/bin/busybox', `/usr/bin/busybox is missing${line} "/usr/bin/busy*"`],
      [
        '/usr/bin/script',
        `${gone}usr/sbin/syslogd leads to it; the script /usr/bin/script needs it${line} "/usr/bin/busy*"`,
      ],
      [
        '/usr/bin/zip',
        `/usr/lib/libz.so.1.3 is missing; /usr/lib/libz.so.1 leads to it; /usr/bin/zip needs it${line} "/usr/lib/libz.so.1.*"`,
      ],
      ['/usr/bin/hosts', ''],
      ['/usr/bin/loop', '/usr/bin/loop is a link that leads back to itself'],
      ['/usr/bin/folder', '/usr/bin/folder is a directory'],
    ]) {
      expect(await of(text!)).toEqual(words ? [`a.service, ExecStart=: ${words}`] : []);
    }
  });

  it('finds libraries of libraries, and those beside a program', async () => {
    const found = await problemsOf((tree) => {
      putFile(
        tree,
        'usr/lib/systemd/systemd',
        elf(['libshared.so'], '$ORIGIN/private:/usr/lib/other'),
        0o755,
      );
      putFile(tree, 'usr/lib/systemd/private/libshared.so', elf(['libb.so', 'liblost.so']));
      putFile(tree, 'usr/lib/other/libb.so', elf());
    });
    expect(found).toEqual(['liblost.so is in no folder of libraries; /usr/lib/systemd/systemd needs it']);
  });

  it('needs no agent where the definition has none', async () => {
    const without = defineWith('agent = false');
    expect(await problemsOf((tree) => removeBelow(tree, 'usr/lib/interlock'), without)).toEqual([]);
  });

  it('asks for the init of the command line', async () => {
    const own = defineWith('cmdline = "init=/usr/bin/mine"');
    expect(await problemsOf((tree) => tree.delete('usr/bin/mine'), own)).toEqual([
      '/usr/bin/mine (process 1, as cmdline says) is missing',
    ]);
  });

  it('warns of modules that no kernel here loads', async () => {
    const found = await problemsOf((tree) => putDirectory(tree, 'usr/lib/modules/5.10.0-1-amd64'));
    expect(found).toEqual([
      expect.stringMatching(/^warning: .*5\.10\.0-1-amd64 is of a kernel that does not boot here/),
    ]);
  });

  it('refuses an fstab that mounts what the initrd has mounted', async () => {
    const text = '# /var\nUUID=1 / ext4 defaults 0 1\nUUID=2 /data ext4 nofail 0 2\n';
    expect(await problemsOf((tree) => putFile(tree, 'etc/fstab', text))).toEqual([
      '/etc/fstab mounts /, which the initrd has mounted: remove that line',
    ]);
  });
});

describe('the units that a boot starts', () => {
  it.each([
    'ExecStart=/usr/bin/sh -c true',
    'ExecStart=sh -c true',
    'ExecStart=@/bin/sh -x',
    'ExecStart=!!+/usr/bin/sh',
    'ExecStart="/usr/bin/sh" -c true',
    'ExecStart=-/usr/bin/gone',
    'ExecStart=|/usr/bin/gone',
    'ExecStart=/opt/vendor/tool',
    'ExecStart=/var/lib/tool',
    'ExecStart=%h/tool',
    'ExecStart=/usr/bin/gone\nExecStart=\nExecStart=/usr/bin/sh',
    'ExecStart=/usr/bin/sh \\\n  /usr/bin/gone',
    'RootDirectory=/srv/x\nExecStart=/usr/bin/gone',
    'ExecStart=/usr/bin/sh\nUser=root\nGroup=0',
    'ExecStart=/usr/bin/sh\nUser=any\nDynamicUser=yes',
  ])('may say %s', async (text) => expect(await ofService(text)).toEqual([]));

  it.each([
    ['ExecStart=/usr/bin/gone --x', 'a.service, ExecStart=: /usr/bin/gone is missing'],
    ['ExecStart=gone', 'a.service, ExecStart=: gone is in no folder of programs'],
    [
      'ExecStart=/usr/bin/sh\nExecStartPre=+/usr/bin/gone',
      'a.service, ExecStartPre=: /usr/bin/gone is missing',
    ],
    [
      'ExecStart=/usr/bin/sh\nExecStop=/usr/bin/gone',
      'warning: a.service, ExecStop=: /usr/bin/gone is missing',
    ],
    [
      'ExecStart=/usr/bin/sh\nUser=web',
      'a.service: User=web, and there is no such user: add its package, or declare it in /usr/lib/sysusers.d',
    ],
  ])('may not say %s', async (text, problem) => expect(await ofService(text)).toEqual([problem]));

  it('may run a script whose interpreter is there', async () => {
    const script = (head: string) =>
      ofService('ExecStart=/usr/bin/tool', (tree) => putFile(tree, 'usr/bin/tool', head, 0o755));
    expect(await script('#!/bin/sh\n')).toEqual([]);
    expect(await script('#! /usr/bin/perl -w\n')).toEqual([
      'a.service, ExecStart=: /usr/bin/perl is missing; the script /usr/bin/tool needs it',
    ]);
    expect(await script('#!/usr/bin/env python3\n')).toEqual([expect.stringContaining('usr/bin/env')]);
    expect(await script('echo\n')).toEqual([expect.stringContaining('neither an ELF file nor a script')]);
  });

  it('counts users that sysusers.d declares', async () => {
    const declare = (tree: Tree) => putFile(tree, 'usr/lib/sysusers.d/web.conf', '# web\nu! web - "Web"\n');
    expect(await ofService('ExecStart=/usr/bin/sh\nUser=web\nGroup=web', declare)).toEqual([]);
  });

  it('reads drop-ins, and those in /etc in place of those in /usr', async () => {
    const found = await ofService('ExecStart=/usr/bin/sh', (tree) => {
      putFile(
        tree,
        'usr/lib/systemd/system/a.service.d/10.conf',
        '[Service]\nExecStart=\nExecStart=/usr/bin/one\n',
      );
      putFile(
        tree,
        'etc/systemd/system/a.service.d/10.conf',
        '[Service]\nExecStart=\nExecStart=/usr/bin/two\n',
      );
    });
    expect(found).toEqual(['a.service, ExecStart=: /usr/bin/two is missing']);
  });

  it('reads what links and comments hide, as for units to enable', async () => {
    const found = await problemsOf((tree) => {
      putUnit(tree, 'a.service', '\uFEFF[Service]\r\nExecStart=/usr/bin/sh \\\r\n# /x\r\n  -c true\r\n');
      putFile(tree, 'usr/local/lib/systemd/system/b.service', '[Service]\nExecStart=/usr/bin/gone\n');
      putSymlink(tree, 'etc/systemd/system/multi-user.target.wants/b.service', 'b.service');
      putFile(tree, 'etc/systemd/system/o.service.d/10.conf', '[Service]\nExecStartPre=/usr/bin/pre\n');
      putSymlink(tree, 'etc/systemd/system/a.service.d', 'o.service.d');
      putSymlink(tree, 'usr/lib/systemd/system/c.service', 'd.service');
      putSymlink(tree, 'usr/lib/systemd/system/d.service', '/dev/null');
      putUnit(tree, 'e.service', '[Unit]\nRequires=c.service\n[Service]\nExecStart=/usr/bin/sh\n');
    });
    expect(found.toSorted()).toEqual([
      'a.service, ExecStartPre=: /usr/bin/pre is missing',
      'b.service, ExecStart=: /usr/bin/gone is missing',
      'e.service requires c.service, which is masked',
    ]);
  });

  it('takes a condition on the program itself for an answer', async () => {
    const unit = '[Unit]\nConditionPathExists=/usr/bin/gone\n[Service]\nExecStart=/usr/bin/gone\n';
    expect(await problemsOf((tree) => putUnit(tree, 'a.service', unit))).toEqual([]);
  });

  it('are those of sockets, timers and instances as well, and no others', async () => {
    const gone = (name: string) => `[Service]\nExecStart=/usr/bin/${name}\n`;
    const found = await problemsOf((tree) => {
      putUnit(tree, 'idle.service', gone('idle'), null);
      putUnit(tree, 'rescue.service', gone('rescue'), 'rescue.target');
      putUnit(tree, 's.socket', '[Socket]\nListenStream=1\n');
      putUnit(tree, 's.service', gone('s'), null);
      putUnit(tree, 't.timer', '[Timer]\nUnit=other.service\n');
      putUnit(tree, 'other.service', gone('other'), null);
      putUnit(tree, 'c.socket', '[Socket]\nAccept=yes\n');
      putUnit(tree, 'c@.service', gone('c'), null);
      putUnit(tree, 'i@one.service', gone('i'));
      putUnit(tree, 'off.service', gone('off'));
      putSymlink(tree, 'etc/systemd/system/off.service', '/dev/null');
    });
    const names = found.map((line) => line.split(',')[0]);
    expect(names.toSorted()).toEqual(['c@.service', 'i@one.service', 'other.service', 's.service']);
  });

  it('are those of the target behind default.target', async () => {
    const found = await problemsOf((tree) => {
      putUnit(tree, 'graphical.target', '[Unit]\nRequires=multi-user.target\n', null);
      putSymlink(tree, 'usr/lib/systemd/system/default.target', 'graphical.target');
      putUnit(tree, 'screen.service', '[Service]\nExecStart=/usr/bin/gone\n', 'graphical.target');
    });
    expect(found).toEqual(['screen.service, ExecStart=: /usr/bin/gone is missing']);
  });

  it('require no masked unit, and none that is missing', async () => {
    const found = await problemsOf((tree) => {
      putUnit(tree, 'a.service', '[Unit]\nRequires=b.service\n[Service]\nExecStart=/usr/bin/sh\n');
      putSymlink(tree, 'usr/lib/systemd/system/b.service', '/dev/null');
    });
    expect(found).toEqual(['a.service requires b.service, which is masked']);
    const unit = '[Unit]\nBindsTo=c.service dev-x.device\n[Service]\nExecStart=/usr/bin/sh\n';
    expect(await problemsOf((tree) => putUnit(tree, 'a.service', unit))).toEqual([
      'warning: a.service requires c.service, which is not in the image',
    ]);
  });

  it('are not masked where the definition enables them', async () => {
    const enabling = defineWith('units = ["a.service"]');
    const found = await problemsOf((tree) => {
      putUnit(tree, 'a.service', '[Service]\nExecStart=/usr/bin/sh\n');
      putSymlink(tree, 'etc/systemd/system/a.service', '/dev/null');
    }, enabling);
    expect(found).toEqual([
      'a.service is to start and is masked: remove it from units, or whatever masks it',
    ]);
  });
});
