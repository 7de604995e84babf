import type { Command } from 'commander';
import { addBrake, addChannel } from '../builder/keys/add-role.ts';
import { rotateCertificate } from '../builder/keys/certificates/certificates-folder.ts';
import { type RotateOptions, type Rotation, revokeKey, rotateKeys } from '../builder/keys/rotate.ts';
import { readPublicKey } from '../builder/keys-folder/load-signers.ts';
import { pullMetadata } from '../builder/publish/pull-metadata.ts';
import { line } from '../protocol/text/visible.ts';
import { type Answer, answer } from '../system/command/command.ts';
import { addServerOptions, type ClientOptions, clientIfGiven } from './client/client.ts';
import { wholeNumber } from './flags/whole-number.ts';
import { showChange } from './show-change.ts';

interface ChangeFlags extends ClientOptions {
  publicKey?: string[];
  threshold?: string;
  export?: string;
}

type Add = (signature: string, summary: string, ...examples: string[]) => Command;

/** Adds the verbs of `interlock keys` that change which keys sign for a role. */
export function addKeyChanges(add: Add): void {
  const addChange = (
    signature: string,
    summary: string,
    examples: readonly string[],
    work: (dir: string, subject: string, flags: ChangeFlags) => Promise<Answer>,
  ) =>
    addServerOptions(add(signature, summary, ...examples))
      .option('--public-key <files...>', 'public keys of other key holders, instead of keys created here')
      .option('--threshold <n>', 'signatures that the role needs from now on')
      .option('--export <file>', 'write a signing request instead, for keys on other machines')
      .action(answer(work));

  addChange(
    'rotate <dir> <role>',
    'Replace the keys of a role, of `online` (snapshot and timestamp), or a certificate such as x509/tls-server',
    ['rotate ./keys channel-alpha', 'rotate ./keys online'],
    rotate,
  );
  addChange(
    'revoke <dir> <key>',
    'Replace one key that was lost or disclosed, named by its file or id',
    ['revoke ./keys root-1.pem'],
    async (dir, key, flags) => describe(await revokeKey(dir, key, await changeOf(dir, flags)), flags),
  );
  addChange(
    'add-channel <dir> <channel>',
    'Create the keys of another channel',
    ['add-channel ./keys canary'],
    async (dir, channel, flags) => {
      await addChannel(dir, channel, await changeOf(dir, flags));
      return { text: line`created the keys of ${channel}; the next publish uploads them`, data: { channel } };
    },
  );
  addChange(
    'add-brake <dir> <channel>',
    'Create an on-call key, which can only block versions or withdraw the head to an earlier one',
    ['add-brake ./keys stable'],
    async (dir, channel, flags) => {
      await addBrake(dir, channel, await changeOf(dir, flags));
      const text = line`created brake-${channel}.pem; upload the change: interlock keys renew ${dir} --server URL`;
      return { text, data: { channel } };
    },
  );
}

/** Fetches what others have signed meanwhile, if a server is given. */
async function changeOf(dir: string, flags: ChangeFlags): Promise<RotateOptions> {
  const { publicKey, threshold, export: exportTo } = flags;
  const client = clientIfGiven(flags);
  if (client) await pullMetadata(client, dir);
  return {
    publicKeys: publicKey && (await Promise.all(publicKey.map(readPublicKey))),
    threshold: threshold === undefined ? undefined : wholeNumber('--threshold', threshold),
    exportTo,
    show: showChange,
  };
}

async function rotate(dir: string, role: string, flags: ChangeFlags) {
  if (!role.startsWith('x509/'))
    return describe(await rotateKeys(dir, role, await changeOf(dir, flags)), flags);
  const retired = await rotateCertificate(dir, role);
  return { text: line`replaced ${role}; retired: ${retired.join(', ')}`, data: { roles: [role], retired } };
}

function describe(rotation: Rotation, flags: ChangeFlags) {
  const { roles, retired } = rotation;
  const text = [
    `signed again: ${roles.join(', ')}${retired.length ? `; retired: ${retired.join(', ')}` : ''}`,
    flags.export === undefined
      ? 'upload it: interlock keys renew DIR --server URL (for new online keys, first: serve --online-keys DIR/online)'
      : `next: each holder runs interlock sign --request ${flags.export} --keys DIR (it shows all changes and asks); then run interlock sign --import`,
  ];
  return { text: text.join('\n'), data: rotation };
}
