import { InterlockError } from '../errors/interlock-error.ts';
import { formatImage, type Image } from './entry.ts';

/**
 * Writes what GRUB sources before it loads a slot's kernel: a function that appends the words of the boot file's command
 * line to those that it is given, for a variable would be split and matched against files; then whose words they are, so
 * that a torn file counts as none. Throws `loader_unsafe` for a command line that GRUB cannot hand over as it is.
 */
export function formatCommandLineFile(image: Image, commandLine: string): string {
  return `function linux_described { linux "$@"${quotedWords(commandLine)}; }\nset described=${formatImage(image)}\n`;
}

/**
 * Writes what GRUB sources on an installer's medium: kernel and initrd by their paths there. It comes back when they cannot be
 * loaded. Throws `loader_unsafe` as well.
 */
export function formatMediumConfig(kernel: string, initrd: string, commandLine: string): string {
  const load = `linux ($root)/${kernel}${quotedWords(commandLine)}`;
  return `if ${load}; then\n  if initrd ($root)/${initrd}; then\n    boot\n  fi\nfi\n`;
}

/** As arguments of a command of GRUB's, each with a space before it. */
function quotedWords(commandLine: string): string {
  return splitWords(commandLine)
    .map((word) => ` '${word}'`)
    .join('');
}

/** Says why GRUB cannot hand a command line over to the kernel, or nothing. */
export function grubProblem(commandLine: string): string | undefined {
  const foreign = /['\\]|[^\x20-\x7e\s]/.exec(commandLine)?.[0];
  if (foreign !== undefined) return `GRUB cannot hand over ${JSON.stringify(foreign)} in a command line`;
  if (commandLine.split('"').length % 2 === 0) return 'a quotation mark of the command line has no partner';
  const isWhole = (word: string) => /^[^"]*$|^[^"]*"[^"]*"$/.test(word);
  if (rawWords(commandLine).every(isWhole)) return undefined;
  return 'GRUB hands over quotation marks only around the end of a word';
}

/** As the kernel splits: at white space outside of quotation marks. GRUB puts marks around a word with a space itself. */
function splitWords(commandLine: string): string[] {
  const problem = grubProblem(commandLine);
  if (problem) throw new InterlockError('loader_unsafe', { problem });
  return rawWords(commandLine).map((word) => word.replaceAll('"', ''));
}

function rawWords(commandLine: string): string[] {
  return commandLine.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
}
