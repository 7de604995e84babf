/** The query parameters that narrow the list of hosts. */
export const filterNames = [
  'query',
  'state',
  'version',
  'channel',
  'group',
  'name',
  'arch',
  'reason',
  'flag',
] as const;

/** Which hosts the list shows. */
export type Filter = Partial<Record<(typeof filterNames)[number], string>>;
