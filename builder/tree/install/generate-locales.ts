/**
 * The shell lines that generate locales in the tree `$1`, by its own localedef: a folder each, whose bytes depend on the C
 * library alone. `C.UTF-8` comes with the library. Nothing for no locales.
 */
export function generateLocales(locales: readonly string[]): string {
  return locales
    .filter((locale) => !locale.startsWith('C.'))
    .map(lineFor)
    .join('\n');
}

function lineFor(locale: string): string {
  const [, name = '', charset = '', modifier = ''] = /^([^.]*)\.([^@]*)(@.*)?$/.exec(locale) ?? [];
  return `chroot "$1" localedef --no-archive -i '${name}${modifier}' -c -f '${charset}' -A /usr/share/locale/locale.alias '${locale}'`;
}
