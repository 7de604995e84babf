import { otherKeys } from '../protocol/cloud-config/keys/other-keys.ts';

/** The page of cloud-init's keys that are not read, made from the table that the checker goes by. */
export const userDataPages: Record<string, () => string> = { 'reference/user-data-other-keys.md': render };

function render(): string {
  const groups = Map.groupBy(Object.entries(otherKeys), ([, { treatment, why, instead }]) =>
    [treatment, why, instead].join('\n'),
  );
  const rows = [...groups.values()].map((members) => {
    const { treatment, why, instead } = members[0]![1];
    return {
      treatment,
      text: `| ${members.map(([key]) => `\`${key}\``).join(', ')} | ${why} | ${instead.replaceAll('|', '\\|')} |`,
    };
  });
  const table = (wanted: string) => [
    '| key | it | instead |',
    '|---|---|---|',
    ...rows.filter(({ treatment }) => treatment === wanted).map(({ text }) => text),
  ];
  return [
    '<!-- Made by npm run docs from protocol/cloud-config/keys/other-keys.ts. -->',
    '# Keys of cloud-init that are not read',
    '',
    'Each key of cloud-init’s schema is read ([the list](user-data.md)), left out with a warning, or refused, and then the host applies nothing.',
    '',
    '## Refused',
    '',
    ...table('refused'),
    '',
    '## Left out with a warning',
    '',
    ...table('ignored'),
    '',
  ].join('\n');
}
