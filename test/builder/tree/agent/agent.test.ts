import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addAgent } from '../../../../builder/tree/agent/add-agent.ts';
import type { BundledPackage } from '../../../../builder/tree/agent/bundle-agent.ts';
import { stripElf } from '../../../../builder/tree/agent/strip-elf.ts';
import { readBody, type Tree } from '../../../../builder/tree/entries/entry.ts';
import { trialFile } from '../../../../protocol/boot/boot-facts.ts';

const arch = process.arch === 'arm64' ? 'arm64' : 'x86-64';
const units = 'usr/lib/systemd/system';
let dir: string;
let tree: Tree;
let bundled: BundledPackage[];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'agent-'));
  tree = new Map();
  bundled = await addAgent(tree, arch);
});
afterAll(() => rmSync(dir, { recursive: true }));

const read = async (path: string) => readBody(tree.get(path)!.body);

/** What the image has of the agent's own folder. */
const home = 'usr/lib/interlock';
const shipped = (of: Tree) => [...of.keys()].filter((path) => /\.(js|json)$/.test(path));

it('runs by the stripped Node without any package beside it, and loads no more than a verb needs', async () => {
  const [node, script] = [join(dir, 'node'), join(dir, 'agent.js')];
  writeFileSync(node, await read(`${home}/node`));
  chmodSync(node, 0o755);
  for (const path of shipped(tree)) {
    const file = join(dir, relative(home, path));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await read(path));
  }
  expect(statSync(node).size).toBeLessThan(statSync(process.execPath).size);
  const agent = (...args: string[]) =>
    spawnSync(node, [script, '--root', join(dir, 'host'), ...args], { cwd: dir, encoding: 'utf8' });
  expect(agent('--help').stdout).toContain('interlock-agent');
  const { status, stdout } = agent('--json', 'status');
  expect(JSON.parse(stdout)).toMatchObject({ problems: [{ code: expect.any(String) }] });
  expect(status).toBe(0);
  for (const name of await filesWith('got')) rmSync(join(dir, name));
  mkdirSync(join(dir, 'host/proc'), { recursive: true });
  writeFileSync(join(dir, 'host/proc/cmdline'), '');
  expect(agent('user-data', 'merge').stderr).toBe('');
});

/** The files into which a package was joined. */
async function filesWith(name: string): Promise<string[]> {
  const found: string[] = [];
  for (const path of shipped(tree)) {
    if ((await read(path)).includes(`// node_modules/${name}/`)) found.push(relative(home, path));
  }
  expect(found.length).toBeGreaterThan(0);
  return found;
}

it('says which packages are in it', async () => {
  const names = bundled.map(({ name }) => name);
  for (const name of ['got', 'tuf-js', '@tufjs/models', 'smol-toml', 'commander', 'typebox']) {
    expect(names).toContain(name);
  }
  expect(names.filter((name) => ['fastify', 'vitest', 'node-forge'].includes(name))).toEqual([]);
  const lock = JSON.parse(await readFile('package-lock.json', 'utf8'));
  for (const { name, version } of bundled) {
    const found = Object.entries(lock.packages).filter(([path]) => path.endsWith(`node_modules/${name}`));
    expect(
      found.map(([, entry]) => (entry as { version: string }).version),
      name,
    ).toContain(version);
  }
});

it('is the same bytes each time', async () => {
  const again: Tree = new Map();
  await addAgent(again, arch);
  expect(shipped(again)).toEqual(shipped(tree));
  for (const path of shipped(tree)) {
    expect(await readBody(again.get(path)!.body), path).toEqual(await read(path));
  }
});

it('refuses to strip what is no program', () => {
  expect(() => stripElf(Buffer.from('#!/bin/sh\n'.padEnd(100)))).toThrow(/ELF/);
});

it('brings units whose links lead to units, and programs that are there', async () => {
  const links = [...tree.values()].filter(({ type }) => type === 'symlink');
  expect(links.length).toBeGreaterThan(2);
  for (const { path, linkname } of links) {
    expect(tree.get(join(path, '..', linkname))?.type, path).toBe('file');
  }
  for (const unit of ['agent', 'confirm']) {
    const text = (await read(`${units}/interlock-${unit}.service`)).toString();
    const program = /^ExecStart=\/(\S+)/m.exec(text)?.[1] ?? '';
    expect(tree.get(program)?.mode, unit).toBe(0o755);
  }
});

it('asks for no order in a circle: what comes before local file systems is not to wait for a unit that comes after them', async () => {
  const services = [...tree.keys()].filter((path) =>
    /^usr\/lib\/systemd\/system\/interlock-[^/]*\.service$/.test(path),
  );
  expect(services.length).toBeGreaterThan(5);
  for (const path of services) {
    const lines = (await read(path)).toString().split('\n');
    const names = (key: string) => lines.filter((line) => line.startsWith(`${key}=`)).join(' ');
    if (!/\blocal-fs\.target\b/.test(names('After'))) continue;
    expect(names('Before'), path).not.toMatch(/systemd-tmpfiles-setup-dev|local-fs-pre|local-fs\.target/);
  }
});

it('judges a counted boot before boot-complete.target, and without holding multi-user.target up', async () => {
  const text = (await read(`${units}/interlock-confirm.service`)).toString();
  expect(text).toContain(`ConditionPathExists=${trialFile}\n`);
  expect(text).toMatch(/^Before=.*\bboot-complete\.target\b/m);
  expect(text).toMatch(/^After=.*\bmulti-user\.target\b/m);
  expect(text).toContain('DefaultDependencies=no\n');
  expect(tree.has(`${units}/boot-complete.target.requires/interlock-confirm.service`)).toBe(true);
});

it('has a deadman that needs neither Node nor the agent', async () => {
  const text = (await read(`${units}/interlock-deadman.service`)).toString();
  expect(text).toContain(`ConditionPathExists=${trialFile}\n`);
  expect(text).toMatch(/^SuccessAction=reboot$/m);
  expect(text).toMatch(/^FailureAction=reboot-force$/m);
  expect(text).not.toMatch(/interlock-agent|node/);
});
