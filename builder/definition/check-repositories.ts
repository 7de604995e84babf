import type { DefinitionFile } from './definition.ts';
import type { ImageFile } from './image-file.ts';
import { lineOf, lineOfEntry } from './lines/line-of.ts';
import type { Repository } from './package-origins.ts';
import type { Problem } from './refuse-all.ts';

/** Names that Debian gives to one code name after the other. */
const moving = ['stable', 'oldstable', 'oldoldstable', 'testing', 'unstable'];

/** Repositories that are none of the three kinds, and a suite that is one of those only, each with its line. */
export function repositoryProblems({ file, text }: DefinitionFile, image: ImageFile): Problem[] {
  const [, base] = /^(.*)-(?:backports|backports-sloppy|updates|security)$/.exec(image.suite ?? '') ?? [];
  if (base !== undefined) {
    const problem = `suite ${image.suite} is not a complete system: write suite = "${base}", and suite = "${image.suite}" under [[repositories]]`;
    return [{ file, line: lineOf(text, ['suite']), problem }];
  }
  const moved = moving.find((name) => name === image.suite);
  if (moved !== undefined) {
    const problem = `suite ${moved} is another system with each release of Debian: write its code name, as in "trixie"`;
    return [
      {
        file,
        line: lineOf(text, ['suite']),
        problem: moved === 'unstable' ? 'suite unstable: write "sid"' : problem,
      },
    ];
  }
  const sections = Object.entries(image.arch ?? {});
  const lists = [
    { path: ['repositories'], repositories: image.repositories },
    ...sections.map(([arch, { repositories }]) => ({ path: ['arch', arch, 'repositories'], repositories })),
  ];
  return lists.flatMap(({ path, repositories = [] }) =>
    repositories.flatMap((each, index) => {
      const found = repositoryProblem(each);
      if (!found) return [];
      return [
        { file, line: lineOfEntry(text, path, index, found.key), problem: `repositories: ${found.problem}` },
      ];
    }),
  );
}

interface WrongKey {
  /** The key it is about, when it stands there. */
  key?: keyof Repository;
  problem: string;
}

function repositoryProblem(repository: Repository): WrongKey | undefined {
  const { folder, url, suite, components, key, key_sha256 } = repository;
  if (folder !== undefined) {
    const other = (Object.keys(repository) as (keyof Repository)[]).find((name) => name !== 'folder');
    return other && { key: other, problem: `a folder of packages has no ${other}` };
  }
  if (suite === undefined) return { problem: 'suite is missing (or folder, for packages of your own)' };
  const isFlat = suite.endsWith('/');
  if (isFlat && components)
    return { key: 'components', problem: `the flat suite ${suite} has no components` };
  if (url === undefined) {
    if (key !== undefined || key_sha256 !== undefined)
      return { key: 'key', problem: 'a key goes with a url' };
    return isFlat ? { key: 'suite', problem: `the mirror has no flat suite ${suite}` } : undefined;
  }
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    return { key: 'url', problem: 'url is not an http:// or https:// address' };
  }
  if (parsed.username || parsed.password) {
    return { key: 'url', problem: 'a login goes into ~/.netrc or /etc/apt/auth.conf, not into url' };
  }
  if (parsed.search || parsed.hash) return { key: 'url', problem: 'url has a part behind ? or #' };
  if (key === undefined)
    return { key: 'url', problem: 'key is missing: the file with the keys that sign it' };
  if (key_sha256 === undefined) {
    return { key: 'key', problem: `key_sha256 is missing: what sha256sum says of ${key}` };
  }
  return undefined;
}
