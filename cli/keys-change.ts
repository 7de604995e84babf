import type { Command } from 'commander';
import { addBrake, addChannel } from '../builder/keys/add-role.ts';
import { rotateCertificate } from '../builder/keys/certificates/certificates-folder.ts';
import { type RotateOptions, type Rotation, revokeKey, rotateKeys } from '../builder/keys/rotate.ts';
import { readPublicKey } from '../builder/keys-folder/load-signers.ts';
import { pullMetadata } from '../builder/publish/pull-metadata.ts';
import { line } from '../protocol/text/visible.ts';
import { type Answer, answer } from '../system/command/command.ts';
import { addServerOptions, type ClientOptions, clientIfGiven } from './client.ts';
import { showChange } from './show-change.ts';
import { wholeNumber } from './whole-number.ts';

interface ChangeFlags extends ClientOptions {
  publicKey?: string[];
  threshold?: string;
  export?: string;
}

type Add = (signature: string, summary: string, ...examples: string[]) => Command;

/** The verbs of `interlock keys` that change who may sign what. */
export function addKeyChanges(add: Add): void {
  const addChange = (
    signature: string,
    summary: string,
    examples: readonly string[],
    work: (dir: string, subject: string, flags: ChangeFlags) => Promise<Answer>,
  ) =>
    addServerOptions(add(signature, summary, ...examples))
      .option('--public-key <files...>', 'public keys of holders elsewhere, in place of keys made here')
      .option('--threshold <n>', 'signatures the role needs from now on')
      .option('--export <file>', 'write a signing request instead: the keys that must agree lie elsewhere')
      .action(answer(work));

  addChange(
    'rotate <dir> <role>',
    'Give a role new keys: any role, `online` (both the server has), or a certificate such as x509/tls-server',
    ['rotate ./keys channel-alpha', 'rotate ./keys online'],
    rotate,
  );
  addChange(
    'revoke <dir> <key>',
    'Replace one key, named by its file or its id: lost, or seen by others',
    ['revoke ./keys root-1.pem'],
    async (dir, key, flags) => describe(await revokeKey(dir, key, await changeOf(dir, flags)), flags),
  );
  addChange(
    'add-channel <dir> <channel>',
    'Make keys for one more channel',
    ['add-channel ./keys canary'],
    async (dir, channel, flags) => {
      await addChannel(dir, channel, await changeOf(dir, flags));
      return { text: line`the next publish makes ${channel} known`, data: { channel } };
    },
  );
  addChange(
    'add-brake <dir> <channel>',
    'Make a key for whoever is on call: it may only block, or withdraw to an earlier head',
    ['add-brake ./keys stable'],
    async (dir, channel, flags) => {
      await addBrake(dir, channel, await changeOf(dir, flags));
      const text = line`upload it: interlock keys renew ${dir} --server URL; the brake is brake-${channel}.pem`;
      return { text, data: { channel } };
    },
  );
}

/** What others signed meanwhile is brought here first, when there is a server to ask. */
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
  return { text: line`made anew: ${role}; retired: ${retired.join(', ')}`, data: { roles: [role], retired } };
}

function describe(rotation: Rotation, flags: ChangeFlags) {
  const { roles, retired } = rotation;
  const text = [
    `signed again: ${roles.join(', ')}${retired.length ? `; retired: ${retired.join(', ')}` : ''}`,
    flags.export === undefined
      ? 'upload it: interlock keys renew DIR --server URL (after new online keys: serve --online-keys DIR/online first)'
      : `next: interlock sign --request ${flags.export} --keys DIR at each holder (it shows all that changes and asks), then interlock sign --import`,
  ];
  return { text: text.join('\n'), data: rotation };
}
