import type { Architecture } from '../contents/runtime.ts';

/** What is said of each package, beside its relations. */
export interface Said {
  name: string;
  version: string;
  architecture: Architecture;
  summary: string;
  /** Paragraphs, wrapped. */
  text: string;
}

/** Who answers for a package: `DEBFULLNAME` and `DEBEMAIL`, as Debian’s own tools have it. */
export function maintainer(): string {
  const { DEBFULLNAME: name, DEBEMAIL: address } = process.env;
  return name && address ? `${name} <${address}>` : 'Interlock maintainers <interlock@localhost.localdomain>';
}

/** The fields of deb-control(5) of one package. */
export function controlOf(said: Said, relations: Readonly<Record<string, string>>): Record<string, string> {
  return {
    Package: said.name,
    ...(said.name !== 'interlock' && { Source: 'interlock' }),
    Version: said.version,
    Architecture: said.architecture,
    Maintainer: maintainer(),
    ...relations,
    Section: 'admin',
    Priority: 'optional',
    Description: `${said.summary}\n${said.text}`,
  };
}
