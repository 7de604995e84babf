import { createHash } from 'node:crypto';
import type { Definition } from '../define/definition.ts';
import type { BundledPackage } from './agent/bundle-agent.ts';
import type { PackagesLock } from './packages-lock.ts';

/**
 * The parts list of a release as CycloneDX 1.6 JSON: every package with version and package URL, Debian's with SHA-256,
 * and the npm packages in the agent.
 */
export function sbom(
  definition: Pick<Definition, 'name'>,
  version: string,
  lock: PackagesLock,
  bundled: readonly BundledPackage[] = [],
): string {
  const installed = lock.packages.map(({ name, version: packaged, arch, sha256 }) => {
    const purl = `pkg:deb/debian/${name}@${encodeURIComponent(packaged)}?arch=${arch}&distro=${lock.suite}`;
    return {
      type: 'library',
      'bom-ref': purl,
      name,
      version: packaged,
      purl,
      hashes: [{ alg: 'SHA-256', content: sha256 }],
    };
  });
  const modules = bundled.map(({ name, version: published }) => {
    const purl = `pkg:npm/${name.replace('@', '%40')}@${published}`;
    return { type: 'library', 'bom-ref': purl, name, version: published, purl };
  });
  const components = [...installed, ...modules];
  const image = { type: 'operating-system', 'bom-ref': 'image', name: definition.name, version };
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${contentUuid(JSON.stringify([image, components]))}`,
    version: 1,
    metadata: { timestamp: lock.date, component: image },
    components,
    dependencies: [{ ref: 'image', dependsOn: components.map((component) => component['bom-ref']) }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A version 8 uuid (RFC 9562) out of a content, so that equal lists have equal numbers. */
function contentUuid(content: string): string {
  const bytes = createHash('sha256').update(content).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
