import { parseUnitName, templateOf } from '../../../protocol/text/unit-name.ts';
import { type Entry, readBody, type Tree } from '../../tree/entries/entry.ts';
import { follow } from '../../tree/entries/follow.ts';

/** Folders of systemd.generator(7); the first that has a name wins. */
const generatorFolders = ['etc', 'usr/local/lib', 'usr/lib'].map(
  (parent) => `${parent}/systemd/system-generators`,
);
/** What quadlet reads (podman-systemd.unit(5)); it puts the type behind the names of most. */
const quadletFile =
  /^(?:etc|usr\/share)\/containers\/systemd\/(?:.*\/)?([^/]+)\.(container|kube|volume|network|pod|image|build)$/s;
/** Fewer characters stand in any program by chance. */
const shortestStem = 4;
const keepsItsName = ['container', 'kube'];

/** Whether a generator of the image may make a unit at boot. */
export type GeneratedUnits = (name: string) => boolean;

/**
 * Reads what an image's generators can make, which no file of the image shows: quadlet's and the SysV generator's units
 * from what those read, any other's by the names in its program. Those stand there without their type at times: compilers
 * cut strings, scripts put them together. A name is no proof that the unit comes, but a reason not to doubt it.
 */
export async function generatedUnits(tree: Tree): Promise<GeneratedUnits> {
  const generators = findGenerators(tree);
  const made = new Set<string>();
  if (generators.delete('podman-system-generator')) await addQuadlets(tree, made);
  if (generators.delete('systemd-sysv-generator')) await addScripts(tree, made);
  const programs = await Promise.all([...generators.values()].map(({ body }) => readBody(body)));
  const texts = programs.map((bytes) => bytes.toString('latin1'));
  return (name) => {
    const unit = parseUnitName(name);
    if (!unit) return false;
    if (made.has(name) || made.has(templateOf(name))) return true;
    const stem = unit.prefix.replace(/[.\\]/g, '\\$&');
    if (unit.prefix.length < shortestStem) return texts.some((text) => text.includes(templateOf(name)));
    const pattern = new RegExp(`(?<![\\w@-])${stem}${unit.kind === 'plain' ? '(?![\\w@-])' : '(?![\\w-])'}`);
    return texts.some((text) => pattern.test(text));
  };
}

/** The generators that run, by name: one that is masked or not executable does not. */
function findGenerators(tree: Tree): Map<string, Entry> {
  const found = new Map<string, Entry | undefined>();
  for (const folder of generatorFolders) {
    for (const path of tree.keys()) {
      const name = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : '';
      if (name === '' || name.includes('/') || found.has(name)) continue;
      const entry = follow(tree, path);
      found.set(name, entry?.type === 'file' && (entry.mode & 0o111) !== 0 ? entry : undefined);
    }
  }
  return new Map([...found].flatMap(([name, entry]) => (entry ? [[name, entry] as const] : [])));
}

async function addQuadlets(tree: Tree, made: Set<string>): Promise<void> {
  for (const path of tree.keys()) {
    const [, stem = '', kind = ''] = quadletFile.exec(path) ?? [];
    if (kind === '') continue;
    const own = /^\s*ServiceName\s*=\s*(\S+)\s*$/m.exec(await textOf(tree, path))?.[1];
    made.add(`${own ?? (keepsItsName.includes(kind) ? stem : `${stem}-${kind}`)}.service`);
  }
}

/** Services of init scripts, by their file names and by what they say to provide. */
async function addScripts(tree: Tree, made: Set<string>): Promise<void> {
  for (const path of tree.keys()) {
    const script = /^etc\/init\.d\/([^/]+)$/s.exec(path)?.[1];
    if (script === undefined) continue;
    const entry = follow(tree, path);
    if (entry?.type !== 'file' || (entry.mode & 0o111) === 0) continue;
    const provided = /^#\s*Provides:(.*)$/im.exec(await textOf(tree, path))?.[1] ?? '';
    for (const name of [script, ...provided.split(/\s+/)]) {
      if (name !== '' && !name.startsWith('$')) made.add(`${name.replace(/\.sh$/, '')}.service`);
    }
  }
}

async function textOf(tree: Tree, path: string): Promise<string> {
  const entry = follow(tree, path);
  return entry?.type === 'file' ? (await readBody(entry.body)).toString('utf8') : '';
}
