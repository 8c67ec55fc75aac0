// The points in a flow's life where a crash must do no harm. A server has nobody who listens; the
// crash tests start one of their own that ends its process there. No setting reaches it.
import type { FlowState } from './state.ts';

/** `before` and `after`: the commit. */
export interface FlowMark {
  at: 'before' | 'after';
  of: 'start' | 'transition' | 'answer';
  flow: string;
  /** Of a transition: the state that it begins at and the one that it makes. */
  from?: FlowState;
  to?: FlowState;
  ends?: boolean;
}

export type MarkFlow = (mark: FlowMark) => void;
