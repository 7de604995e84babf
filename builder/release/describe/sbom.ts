import type { PackagesLock } from '../../packages/lock/packages-lock.ts';
import type { BundledPackage } from '../../tree/agent/bundle-agent.ts';
import type { SourceDigest } from '../../tree/sources/add-source.ts';
import { type Component, debianParts } from './debian-parts.ts';
import type { DpkgFacts } from './dpkg-facts.ts';

/** What a release holds. */
export interface Parts {
  name: string;
  version: string;
  /** Hex; the list's serial number follows from it. */
  rootHash: string;
  lock: PackagesLock;
  facts: ReadonlyMap<string, DpkgFacts>;
  /** npm packages in the agent's file, and the one that brings its Node; none in an image without agent. */
  bundled: readonly BundledPackage[];
  sources: readonly SourceDigest[];
  /** Version of the builder, which the agent came with. */
  builder: string;
  /** Where packages are from that the lock does not have. */
  origin?: string;
}

const unlocked = 'installed by a script';

/** The npm packages that bring a Node; the node in them is a part of its own. */
const nodePackage = /^node-linux-/;

/**
 * The parts list of a release as CycloneDX 1.6 JSON: every Debian package with its source package, licences and
 * SHA-256, trees from elsewhere, the agent, its npm packages and its Node. The same parts give the same bytes.
 */
export function sbom({
  name,
  version,
  rootHash,
  lock,
  facts,
  bundled,
  sources,
  builder,
  origin = unlocked,
}: Parts): string {
  const packages = debianParts(lock, facts, origin);
  const trees = sources.map(tree);
  const modules = bundled.map(npm);
  const nodes = bundled.filter((part) => nodePackage.test(part.name)).map(node);
  const agent = bundled.length > 0 ? [agentOf(builder)] : [];
  const image: Component = { type: 'operating-system', 'bom-ref': 'image', name, version };
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${toUuid(rootHash)}`,
    version: 1,
    metadata: { timestamp: lock.date, component: image },
    components: [...packages, ...trees, ...agent, ...nodes, ...modules],
    dependencies: [
      { ref: 'image', dependsOn: [...packages, ...trees, ...agent].map(refOf) },
      ...agent.map(({ 'bom-ref': ref }) => ({ ref, dependsOn: [...nodes, ...modules].map(refOf) })),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function tree({ name, sha256 }: SourceDigest): Component {
  return {
    type: 'file',
    'bom-ref': `source:${sha256}`,
    name,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
  };
}

/** The agent comes out of the builder's own checkout. */
function agentOf(version: string): Component {
  return {
    type: 'application',
    'bom-ref': 'interlock-agent',
    name: 'interlock-agent',
    version,
    licenses: [{ license: { id: 'Apache-2.0' } }],
  };
}

function node({ version }: BundledPackage): Component {
  const cpe = `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`;
  const purl = `pkg:generic/node@${version}`;
  return { type: 'platform', 'bom-ref': purl, name: 'node', version, cpe, purl };
}

function npm({ name, version }: BundledPackage): Component {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${encode(version)}`;
  return { type: 'library', 'bom-ref': purl, name, version, purl };
}

function refOf(component: Component): string {
  return component['bom-ref'];
}

function encode(text: string): string {
  return encodeURIComponent(text);
}

/** A version 8 uuid (RFC 9562) out of a hash, so that equal roots have equal numbers. */
function toUuid(hash: string): string {
  const bytes = Buffer.from(hash.slice(0, 32), 'hex');
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
