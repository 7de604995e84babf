/** How a host makes its own, with the package's own program. */
export interface FirstBoot {
  /** Programs that must be in the image, as paths in the tree. */
  needs: string[];
  /** The files it makes; it runs while one of them is missing or empty. */
  makes: string[];
  /** A shell script. */
  run: string;
  /**
   * Units that read them before `sysinit.target` is reached; those after it need no mention. None that local file systems
   * wait for, as ZFS's import: this runs after those.
   */
  before?: string[];
}

/** One thing that packages make for the one machine they are installed on. */
export interface Identity {
  /** A word, part of the name of its unit. */
  name: string;
  why: string;
  /** Globs of what is removed, as paths in the tree. */
  paths: string[];
  /** Pieces of configuration that name the machine, by file; each match is replaced. */
  rewrites?: Record<string, [pattern: RegExp, by: string][]>;
  firstBoot?: FirstBoot;
  /** Made anew, by whoever makes it, when a host becomes another one; what an administrator or a whole cluster gave stays. */
  renewed?: true;
  /** Text by which such a file names one host, so that no overlay may bring it. */
  onOneHost?: RegExp;
}
