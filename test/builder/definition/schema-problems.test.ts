import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { define, parseDefinition } from '../../../builder/definition/define.ts';
import { suggest } from '../../../protocol/text/suggest.ts';

const slots = '[slots]\nroot = "512 MiB"\nverity = "16 MiB"\n';
const head = 'name = "box"\nsuite = "trixie"\nkernel = "cloud"\n';

function problemsOf(text: string): string[] {
  try {
    parseDefinition(text, 'image.toml', '.');
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return [];
}

it('says everything that is wrong at once, each with its own line', () => {
  const text = `name = "Box One"
pakages = ["nginx"]
kernel = "clowd"
units = 3
agent = "no"
remove = [
  "/usr/share/doc",
  "usr/share/man",
]
locales = ["de_DE"]
[[sources]]
tar = "a.tar"
[[sources]]
tar = "/b.tar"
colour = "red"
${slots}packages = ["curl"]
[arch.amd64]
packages = []
`;
  expect(problemsOf(text)).toEqual([
    expect.stringMatching(/^image.toml:1: name "Box One" must be lower-case letters/),
    'image.toml:2: unknown key pakages; did you mean packages?',
    expect.stringMatching(/^image.toml:3: kernel "clowd" must be "cloud", "generic" or a package/),
    'image.toml:4: units must be a list, in [ ]',
    'image.toml:5: agent "no" must be true or false, without quotes',
    expect.stringMatching(/^image.toml:8: remove "usr\/share\/man" must begin with \//),
    expect.stringMatching(/^image.toml:10: locales "de_DE" must be a locale/),
    expect.stringMatching(/^image.toml:14: sources\/1\/tar "\/b.tar" must be a path relative/),
    'image.toml:15: unknown key sources/1/colour',
    'image.toml:19: unknown key slots/packages; packages stands above the first [table]',
    'image.toml:20: unknown key arch/amd64; did you mean x86-64?',
  ]);
});

it('says every wrong name at once, and every value that is missing', () => {
  const names = 'packages = ["udev-", "curl"]\nunits = ["sshd"]\nmask = ["getty"]\n';
  expect(problemsOf(head + names + slots)).toEqual([
    expect.stringMatching(/^image.toml:4: “udev-”/),
    expect.stringMatching(/^image.toml:5: sshd is not a unit name/),
    expect.stringMatching(/^image.toml:6: getty is not a unit name/),
  ]);
  expect(problemsOf('name = "box"\n[slots]\nroot = "2 GB"\n')).toEqual([
    'image.toml:1: suite is missing',
    'image.toml:1: kernel is missing',
    'image.toml:3: slots/root must be a size as in "512 MiB", and not "2 GB"',
    'image.toml:2: slots/verity is missing',
  ]);
});

it('refuses names of suites that move', () => {
  expect(problemsOf(head.replace('trixie', 'stable') + slots)).toEqual([
    expect.stringMatching(/^image.toml:2: suite stable is another system with each release/),
  ]);
  expect(problemsOf(head.replace('trixie', 'unstable') + slots)).toEqual([
    'image.toml:2: suite unstable: write "sid"',
  ]);
});

it('suggests the word that begins alike, of several that are as near', () => {
  expect(suggest('python', ['bpython', 'python3'])).toBe('python3');
});

it('says of every path that it is not there', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'paths-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const paths =
    'overlay = "overlay"\nscripts = ["first", "second"]\n[[sources]]\noci = "box"\n[[sources]]\ntar = "https://example.com/a.tar"\n';
  await writeFile(join(dir, 'image.toml'), head + paths + slots);
  const error = await define(dir).catch((error: Error) => error);
  expect((error as Error).message.match(/image.toml:\d+: \w+: \S+/g)).toEqual([
    `image.toml:4: overlay: ${dir}/overlay`,
    `image.toml:5: scripts: ${dir}/first`,
    `image.toml:5: scripts: ${dir}/second`,
    `image.toml:7: sources: ${dir}/box`,
    'image.toml:9: sources: https://example.com/a.tar',
  ]);
});
