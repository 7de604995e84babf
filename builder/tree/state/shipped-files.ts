import { readBody, type Tree } from '../entries/entry.ts';

const info = 'var/lib/dpkg/info/';

/**
 * Files in /var that packages bring themselves: dpkg replaces them with each version, so no program writes to them.
 * Configuration is the host's, and what package scripts make is in no list.
 */
export async function shippedFiles(tree: Tree): Promise<Set<string>> {
  const listed = async (extension: string) => {
    const files = [...tree.values()].filter(({ path, type }) => {
      return type === 'file' && path.startsWith(info) && path.endsWith(extension);
    });
    const texts = await Promise.all(files.map(({ body }) => readBody(body)));
    return texts.flatMap((text) => text.toString('latin1').match(/^\/var\/.*$/gm) ?? []);
  };
  const configuration = new Set(await listed('.conffiles'));
  const files = (await listed('.list')).filter((path) => !configuration.has(path));
  return new Set(files.map((path) => path.slice(1)));
}
