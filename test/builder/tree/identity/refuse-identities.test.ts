import { expect, it } from 'vitest';
import { parseDefinition } from '../../../../builder/definition/define.ts';
import { putFile } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';
import { refuseIdentities } from '../../../../builder/tree/identity/refuse-identities.ts';

const definition = parseDefinition(
  'name = "x"\nsuite = "trixie"\nkernel = "cloud"\noverlay = "overlay"\n[slots]\nroot = "64 MiB"\nverity = "1 MiB"\n',
  '/images/x/image.toml',
  '/images/x',
);
const lay = async (path: string, content: string) => {
  const tree: Tree = new Map();
  putFile(tree, path, content);
  await refuseIdentities(tree, definition, new Set([path]));
};

it('refuses an overlay that gives every host the identity of one, with the line that names it', async () => {
  for (const [path, content] of [
    ['etc/machine-id', '0123456789abcdef0123456789abcdef\n'],
    ['etc/nvme/hostnqn', 'nqn.2014-08.org.nvmexpress:uuid:4c4c4544-0044-4410-8052-b8c04f4d5132\n'],
    ['etc/iscsi/initiatorname.iscsi', '# x\nInitiatorName=iqn.1993-08.org.debian:01:abc\n'],
    ['etc/hostid', '\x01\x02\x03\x04'],
  ] as const) {
    await expect(lay(path, content)).rejects.toMatchObject({
      code: 'definition_invalid',
      details: { line: 4, problem: expect.stringContaining(`/${path} `) },
    });
  }
});

it('takes configuration that is right for every host', async () => {
  await lay('etc/machine-id', '');
  await lay('etc/machine-id', 'uninitialized\n');
  await lay('etc/iscsi/initiatorname.iscsi', 'GenerateName=yes\n');
  await lay('etc/mdadm/mdadm.conf', 'HOMEHOST <ignore>\n');
  await lay('etc/multipath/wwids', '/x/\n');
});
