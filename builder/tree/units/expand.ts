import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { parseUnitName, withInstance } from '../../../protocol/text/unit-name.ts';

/** What the words of an [Install] section can speak of by `%` specifiers. */
export interface Subject {
  name: string;
  defaultInstance: string;
  /** The image's architecture, as systemd calls it. */
  arch: string;
  /** Whose manager the unit is for: users have no name that a build knows. */
  manager: 'system' | 'user';
  /** Fields of the image's os-release(5). */
  os: ReadonlyMap<string, string>;
}

/** Specifiers whose meaning only a running host knows. */
const ofTheHost: ReadonlyMap<string, string> = new Map([
  ['b', 'the boot id'],
  ['H', 'the host name'],
  ['l', 'the host name'],
  ['m', 'the machine id'],
  ['q', 'the pretty host name'],
  ['v', 'the running kernel'],
]);

const ofTheUser: ReadonlyMap<string, string> = new Map([
  ['u', 'the user'],
  ['U', 'the user'],
  ['g', 'the group'],
  ['G', 'the group'],
]);

/** Replaces the specifiers of one word (systemd.unit(5)). Throws `bad_input` for those that a build cannot know. */
export function expand(word: string, subject: Subject): string {
  return word.replace(/%(.)/gs, (whole, letter: string) => {
    const unknowable =
      ofTheHost.get(letter) ?? (subject.manager === 'user' ? ofTheUser.get(letter) : undefined);
    if (unknowable !== undefined) {
      const problem = `[Install] uses %${letter} for ${unknowable}, which is not known during a build`;
      throw new InterlockError('bad_input', { what: subject.name, problem });
    }
    return meaning(letter, subject) ?? whole;
  });
}

function meaning(letter: string, { name, defaultInstance, arch, os }: Subject): string | undefined {
  const parsed = parseUnitName(name)!;
  const instance = parsed.instance || defaultInstance;
  const whole = parsed.kind === 'template' && instance !== '' ? withInstance(name, instance) : name;
  switch (letter) {
    case '%':
      return '%';
    case 'n':
      return whole;
    case 'N':
      return whole.slice(0, -parsed.type.length - 1);
    case 'p':
      return parsed.prefix;
    case 'j':
      return parsed.prefix.slice(parsed.prefix.lastIndexOf('-') + 1);
    case 'i':
      return instance;
    case 'a':
      return arch;
    case 'u':
    case 'g':
      return 'root';
    case 'U':
    case 'G':
      return '0';
    default:
      return ofTheSystem(letter, os);
  }
}

function ofTheSystem(letter: string, os: ReadonlyMap<string, string>): string | undefined {
  const fields: Record<string, string> = {
    o: 'ID',
    w: 'VERSION_ID',
    W: 'VARIANT_ID',
    B: 'BUILD_ID',
    M: 'IMAGE_ID',
    A: 'IMAGE_VERSION',
  };
  const field = fields[letter];
  return field === undefined ? undefined : (os.get(field) ?? '');
}
