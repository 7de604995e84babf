import { resolve } from 'node:path';
import type { DefinedRepository } from './definition.ts';
import type { Layer } from './image-file.ts';
import type { Repository } from './package-origins.ts';

/** The repositories of all sections in the order of reading, each once; `components` are those of the image. */
export function definedRepositories(
  layers: readonly { dir: string; layer: Layer }[],
  components: readonly string[],
): DefinedRepository[] {
  const all = layers.flatMap(({ dir, layer }) =>
    (layer.repositories ?? []).map((repository) => define(repository, dir, components)),
  );
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
}

/** Takes a repository whose keys were checked. */
function define(repository: Repository, dir: string, components: readonly string[]): DefinedRepository {
  const { folder, url, suite = '', key = '', key_sha256: keySha256 = '' } = repository;
  if (folder !== undefined) return { kind: 'folder', folder: resolve(dir, folder) };
  if (url === undefined) {
    return { kind: 'mirror', suite, components: [...(repository.components ?? components)] };
  }
  const own = suite.endsWith('/') ? [] : (repository.components ?? ['main']);
  const path = { url: url.replace(/\/+$/, ''), key: resolve(dir, key) };
  return { kind: 'url', suite, components: [...own], keySha256, ...path };
}
