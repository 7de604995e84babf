import { parentOf } from '../entries/change.ts';
import type { Tree } from '../entries/entry.ts';
import { matchPaths } from '../entries/match-paths.ts';

/** A kind of database that packages' scripts make while they are installed. */
interface Database {
  /** Glob of a file that every such database has in its folder. */
  mark: string;
  what: string;
  /** What makes one on a host. */
  program: string;
}

/** Each holds times and numbers by chance, and a name that is to be one host's alone. */
const databases: readonly Database[] = [
  { mark: 'var/lib/postgresql/*/*/PG_VERSION', what: 'a PostgreSQL cluster', program: 'pg_createcluster' },
  { mark: 'var/lib/mysql/ibdata1', what: 'a MySQL or MariaDB database', program: 'mariadb-install-db' },
  { mark: 'var/lib/ldap/data.mdb', what: 'an LDAP directory', program: 'slapadd' },
];

/**
 * Warns of each database in a tree: it would be the same on every host, and differs from one install to the next.
 * `isMeant` picks paths that overlays put there or that are removed.
 */
export function madeDatabases(tree: Tree, isMeant: (path: string) => boolean): string[] {
  return databases.flatMap(({ mark, what, program }) => {
    const isMark = matchPaths([mark]);
    const found = [...tree.keys()].filter((path) => isMark(path) && !isMeant(path)).map(parentOf);
    return found.map(
      (folder) =>
        `/${folder}: ${what} is the same on every host and differs with each install: remove = ["/${folder}"], and make it on the first boot (${program})`,
    );
  });
}
