import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The pinned Node of an architecture, unpacked: npm’s own when this machine has it, else fetched by npm and checked against the lock file. */
export function findNode(root: string, cpu: string): string {
  const name = `node-linux-${cpu}`;
  const installed = join(root, 'node_modules', name);
  if (existsSync(installed)) return installed;
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const { version, integrity } = lock.packages[`node_modules/${name}`];
  const folder = join(root, '.cache/tools', `${name}-${version}`);
  const unpacked = join(folder, 'package');
  if (existsSync(join(unpacked, 'bin/node'))) return unpacked;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const run = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: folder });
  run('npm', 'pack', '--silent', `${name}@${version}`);
  const archive = join(folder, `${name}-${version}.tgz`);
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== integrity) {
    rmSync(folder, { recursive: true });
    throw new Error(`${name} ${version} is ${found}, and package-lock.json says ${integrity}`);
  }
  run('tar', '-xzf', archive);
  rmSync(archive);
  return unpacked;
}
