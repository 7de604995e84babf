import { parse, TomlError } from 'smol-toml';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';

/** Reads a TOML file of an image. Throws `definition_invalid` with the line of a mistake. */
export function parseToml(text: string, file: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const problem =
      cause.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? 'is not valid TOML';
    throw new InterlockError('definition_invalid', { file, line: cause.line, problem }, { cause });
  }
}
