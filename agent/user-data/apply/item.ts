/** One thing of a plan that is done by itself: its failure is said and stops no other. */
export interface Item {
  /** Names it in what is said and in the record: `file /etc/motd`. */
  name: string;
  /** Whether doing it twice is different from doing it once. */
  once?: boolean;
  /** It holds for one boot only, so each boot does it. */
  everyBoot?: boolean;
  /** `isAgain`: it was begun before, and may have been done. */
  apply(isAgain: boolean): Promise<void>;
}
