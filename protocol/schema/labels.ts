import { type Static, Type } from 'typebox';

/** Labels that a host may have: they are in every check-in and in every row of a list. */
export const maxLabels = 16;

const keyPattern = '^[0-9A-Za-z]([0-9A-Za-z._/-]{0,61}[0-9A-Za-z])?$';
const valuePattern = '^([0-9A-Za-z]([0-9A-Za-z._-]{0,61}[0-9A-Za-z])?)?$';

/** What a host says about itself in its configuration, for people to find it by: `role = "web"`. The characters are those of Kubernetes. */
export const Labels = Type.Record(
  Type.String({ pattern: keyPattern }),
  Type.String({ pattern: valuePattern }),
  {
    maxProperties: maxLabels,
    additionalProperties: false,
  },
);
export type Labels = Static<typeof Labels>;

const term = `${keyPattern.slice(1, -1)}(=${valuePattern.slice(1, -1)})?`;

/** `role=web,rack=b4` finds hosts with all of these labels, `role` those that have it with any value. */
export const LabelSelector = Type.String({ pattern: `^${term}(,${term})*$`, maxLength: 1024 });

/** A label that is wanted; null stands for any value. */
export interface WantedLabel {
  key: string;
  value: string | null;
}

/** Reads a selector that its schema accepts. */
export function parseSelector(selector: string): WantedLabel[] {
  return selector.split(',').map((one) => {
    const at = one.indexOf('=');
    return at < 0 ? { key: one, value: null } : { key: one.slice(0, at), value: one.slice(at + 1) };
  });
}

/** What the patterns ask for, in words. */
export const labelMeanings: readonly (readonly [pattern: string, words: string])[] = [
  [
    valuePattern,
    'is not a label value: up to 63 letters, digits, “-”, “_” and “.”, with a letter or digit at both ends',
  ],
  [`^${term}(,${term})*$`, 'is not a list of labels, such as role=web,rack=b4'],
];
