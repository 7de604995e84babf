/** One thing that is wrong with a finished root. */
export interface Finding {
  text: string;
  /** The path that is missing, without a leading slash: a glob of `remove` may have taken it. */
  path: string | null;
  /** Probably harmless: a warning instead of a refusal. */
  isWarning: boolean;
}
