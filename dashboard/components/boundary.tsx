import { Component, type ComponentChildren } from 'preact';
import { Notice } from './notice.tsx';

interface BoundaryProps {
  /** What it holds, for whoever reads that it cannot be shown. */
  part: string;
  /** What it is made from: something new is tried again by itself. */
  of?: unknown;
  children: ComponentChildren;
}

/** Keeps a part of the page that cannot be drawn from taking the others with it. */
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
