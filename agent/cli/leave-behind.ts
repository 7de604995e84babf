/** What is printed and written has this long to get away. */
const patienceMs = 2000;

/** Ends this process soon although a source that hangs, such as a disk that cannot be mounted, would keep it: a boot waits for its end. */
export function leaveBehind(): void {
  setTimeout(() => process.exit(), patienceMs).unref();
}
