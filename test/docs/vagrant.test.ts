import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../system/process/run.ts';
import { readUserData } from '../../system/user-data/read-user-data.ts';

const source = join(import.meta.dirname, '../../docs/how-to/vagrant');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vagrant-'));
  for (const name of ['Vagrantfile', 'user-data']) await copyFile(join(source, name), join(folder, name));
  await writeFile(join(folder, 'key.pub'), 'ssh-ed25519 AAAA me\n');
});

afterEach(() => rm(folder, { recursive: true }));

/** Stands for Vagrant: takes every setting, and runs the blocks of hosts and providers. */
const vagrant = `
class Taker
  def method_missing(name, *args, **more, &block)
    puts [name, *args].join(" ") unless args.empty?
    block ? block.call(Taker.new) : Taker.new
  end
end
module Vagrant
  def self.configure(version) = yield(Taker.new)
end
text = File.read("Vagrantfile").sub(/^\\$ssh_key = .*$/, '$ssh_key = "key"')
eval(text, binding, File.expand_path("Vagrantfile"))
`;

test('Ruby takes the Vagrantfile', async () => {
  expect(await run('ruby', ['-wc', join(source, 'Vagrantfile')])).toContain('Syntax OK');
});

test('each host gets a disc with its name, the key, and user-data with the channel that a host would apply', async () => {
  const calls = await run('ruby', ['-e', vagrant], { cwd: folder });
  expect(calls.match(/^define n\d$/gm)).toEqual(['define n1', 'define n2', 'define n3']);
  const onDisc = (file: string) =>
    run('isoinfo', ['-R', '-i', join(folder, '.seeds/n2.iso'), '-x', `/${file}`]);
  expect(JSON.parse(await onDisc('meta-data'))).toEqual({
    'instance-id': 'vagrant-n2',
    'local-hostname': 'n2',
    'public-keys': ['ssh-ed25519 AAAA me'],
  });
  const { plan, problems } = readUserData(Buffer.from(await onDisc('user-data')));
  expect(problems).toEqual([]);
  expect(plan.agent?.inputs).toMatchObject({ channel: 'alpha', server: 'https://updates.example.org' });
  expect(await run('isoinfo', ['-d', '-i', join(folder, '.seeds/n2.iso')])).toContain('Volume id: cidata');
});

test('user-data that are none end it before a machine starts', async () => {
  await writeFile(join(folder, 'user-data'), 'hostname: x\n');
  await expect(run('ruby', ['-e', vagrant], { cwd: folder })).rejects.toThrow(
    'does not begin with #cloud-config',
  );
});
