import type { Definition } from '../../definition/definition.ts';

/** Which paths of packages are left out, and which of those are kept after all: globs as dpkg's, whose `*` crosses folders. */
export interface PathFilters {
  excluded: string[];
  included: string[];
}

/** What packages bring for those who package. */
const ofPackagers = ['/usr/share/lintian/*', '/usr/share/linda/*', '/usr/share/bug/*'];
const documents = [
  '/usr/share/doc/*',
  // empty folders for manual pages stay, for scripts of packages make links in them: an including glob would bring links back
  '/usr/share/man/*/*',
  '/usr/share/man/[!m]*',
  '/usr/share/man/m[!a]*',
  '/usr/share/info/*',
  '/usr/share/groff/*',
];
const licences = '/usr/share/doc/*/copyright';

/** What is left out of every package of an image: documentation and translations, unless the definition asks for them. */
export function pathFilters({
  documentation,
  locales,
}: Pick<Definition, 'documentation' | 'locales'>): PathFilters {
  return {
    excluded: [...(documentation ? [] : documents), ...ofPackagers, '/usr/share/locale/*'],
    included: [
      ...(documentation ? [] : [licences]),
      '/usr/share/locale/locale.alias',
      ...[...new Set(locales.flatMap(translationsOf))],
    ],
  };
}

/** Folders with the translations of a locale, from `de` to `de_DE`, and `ca@valencia`. */
function translationsOf(locale: string): string[] {
  const [, language = '', territory = '', modifier = ''] =
    /^([a-z]+)(_[A-Z]+)?[^@]*(@\w+)?$/.exec(locale) ?? [];
  const names = [
    language,
    `${language}${territory}`,
    `${language}${modifier}`,
    `${language}${territory}${modifier}`,
  ];
  return [...new Set(names)].flatMap((name) => [`/usr/share/locale/${name}`, `/usr/share/locale/${name}/*`]);
}
