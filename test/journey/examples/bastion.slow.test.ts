import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../../system/process/run.ts';
import { freePorts } from '../cluster/free-ports.ts';
import { tryExample } from './try-example.ts';

test('the bastion lets in its administrators by their keys, and nobody else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-bastion-keys-'));
  const key = join(folder, 'alice');
  const [port = 0] = await freePorts(1);
  const logIn = (user: string, command: string) => {
    const options = [
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'LogLevel=ERROR',
      'BatchMode=yes',
    ];
    const args = [...options, 'IdentitiesOnly=yes', 'IdentityAgent=none', 'ConnectTimeout=120'];
    const all = ['-F', 'none', '-p', String(port), '-i', key, ...args.flatMap((option) => ['-o', option])];
    const { status, stdout, stderr } = spawnSync('ssh', [...all, `${user}@127.0.0.1`, command], {
      encoding: 'utf8',
      timeout: 300_000,
    });
    return { status, said: stdout + stderr };
  };
  try {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    await tryExample({
      name: 'bastion',
      more: 'tcpdump',
      config: { 'ssh/authorized_keys.d/alice': await readFile(`${key}.pub`, 'utf8') },
      machine: { net: `user,hostfwd=tcp:127.0.0.1:${port}-:22` },
      async use(vm) {
        expect(logIn('alice', 'id -nG; echo ~; ls -A .bashrc .profile')).toEqual({
          status: 0,
          said: 'alice sudo operators\n/home/alice\n.bashrc\n.profile\n',
        });
        expect(logIn('alice', 'sudo -n systemctl status ssh').said).toContain('Active: active');
        expect(logIn('alice', 'sudo -n cat /etc/shadow').status).toBe(1);
        expect(logIn('root', 'id').status).toBe(255);
        expect(logIn('bob', 'id').status).toBe(255);
        expect(await vm.run('nft list ruleset')).toContain('tcp dport 22 accept');
        expect(await vm.run('auditctl -l')).toContain('-w /etc/passwd -p wa -k accounts');
        expect(await vm.run('stat -c "%a %U %G" /var/log/audit')).toBe('750 root adm\n');
        expect(await vm.run('cat /var/log/audit/audit.log')).toMatch(
          /type=USER_START .*acct="alice" .*res=success/,
        );
      },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 7_200_000);
