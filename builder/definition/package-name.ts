/** A package that a definition asks for, and the versions that will do; any unless given. */
export interface PackageSpec {
  name: string;
  /** A version in which `*` stands for anything, as in `1.26.*`. */
  version?: string;
  /** The suite it comes from. */
  suite?: string;
}

const namePattern = /^[a-z0-9][a-z0-9.+-]+$/;
const suitePattern = /^[a-z][a-z0-9.-]*$/;
const versionPattern = /^[0-9A-Za-z.+:~*-]+$/;

/** Reads `name`, `name=version` or `name/suite` of a list of packages that was checked. */
export function parsePackageName(text: string): PackageSpec {
  const [spec = '', version] = text.split('=');
  const [name = '', suite] = spec.split('/');
  return { name, ...(version !== undefined && { version }), ...(suite !== undefined && { suite }) };
}

/** Whether a package is one that a spec names. */
export function satisfies(spec: PackageSpec, locked: { name: string; version: string }): boolean {
  if (spec.name !== locked.name) return false;
  const parts = (spec.version ?? '*').split('*').map((part) => part.replace(/[.+]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(locked.version);
}

/** What is wrong with an entry of a list of packages, in words, or nothing: apt understands more forms than a lock can. */
export function packageNameProblem(text: string): string | undefined {
  const { name, version, suite } = parsePackageName(text);
  if (/[~?(|]/.test(name)) return `“${text}” is a pattern; name each package`;
  if (text.endsWith('^')) return `“${text}” is a task of apt; name its packages`;
  if (name.includes(':')) return `“${text}” names an architecture; every package is of the image’s own`;
  if (name.endsWith('-'))
    return `“${text}” removes a package in apt; take ${name.slice(0, -1)} out of the list`;
  if (!namePattern.test(name)) return `“${text}” is not a package name`;
  if (suite !== undefined && (version !== undefined || !suitePattern.test(suite))) {
    return `“${text}” names no suite after /, as in nginx/trixie-backports`;
  }
  if (version !== undefined && !(versionPattern.test(version) && text.split('=').length === 2)) {
    return `“${text}” has no version after =, as in nginx=1.26.*`;
  }
  return undefined;
}
