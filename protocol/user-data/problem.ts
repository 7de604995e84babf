/** Where something stands in user-data: both count from 1, and a column counts characters. */
export interface Place {
  line: number;
  column: number;
  /** Which part of a MIME multi-part document, from 1; lines are then those of the part. */
  part?: number;
}

/** One thing that is wrong with user-data, or that will not do what was meant. */
export interface Problem {
  at: Place;
  /** An error refuses the whole document; a warning names what is left out or read in another way. */
  severity: 'error' | 'warning';
  /** What is wrong, with the value. */
  text: string;
  /** What to write instead, or where to do it. */
  instead: string;
}
