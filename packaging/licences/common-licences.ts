/** Long texts that every Debian system has, by their first and last lines. */
const common = [
  {
    name: 'Apache-2.0',
    text: /^[ \t]*Apache License\s+Version 2\.0[\s\S]*?END OF TERMS AND CONDITIONS$/m,
  },
  {
    name: 'GPL-2',
    text: /^[ \t]*GNU GENERAL PUBLIC LICENSE\s+Version 2[\s\S]*?(?:END OF TERMS AND CONDITIONS$|$(?![\s\S]))/m,
  },
];

/** A licence without the texts that Debian keeps in one place (Debian Policy 12.5). */
export function shortenLicence(text: string): string {
  return common.reduce(
    (rest, { name, text: whole }) =>
      rest.replace(whole, `The text of this licence is in /usr/share/common-licenses/${name}.`),
    text,
  );
}
