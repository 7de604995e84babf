import { Component, type ComponentChildren } from 'preact';
import { Notice } from './notice.tsx';

interface BoundaryProps {
  /** What it contains, for the error message. */
  part: string;
  /** The data that it shows: new data is tried again by itself. */
  of?: unknown;
  children: ComponentChildren;
}

/** Limits an exception to one part of the page; the other parts stay usable. */
export class Boundary extends Component<BoundaryProps, { problem: string | null }> {
  override state = { problem: null as string | null };

  override componentDidCatch(error: unknown): void {
    this.setState({ problem: error instanceof Error ? error.message : String(error) });
  }

  override componentDidUpdate(before: BoundaryProps): void {
    if (before.of !== this.props.of && this.state.problem !== null) this.setState({ problem: null });
  }

  override render() {
    const { problem } = this.state;
    if (problem === null) return this.props.children;
    return (
      <Notice tone="stop" title={`${this.props.part} cannot be shown: ${problem}`}>
        <button type="button" onClick={() => this.setState({ problem: null })}>
          Try again
        </button>
      </Notice>
    );
  }
}
