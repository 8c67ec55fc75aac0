// One call of a published method: what is sent, what must come back, what later rows need of it.

/** What earlier rows kept, by name, and the way to ask for more. */
export interface Known {
  [name: string]: any;
  /** Calls `Service.method` in the workspace of the test. */
  ask: (call: string, sent?: object) => Promise<any>;
}

export interface Row {
  /** `Service.method`. */
  call: string;
  /** Without `workspace`, which every call gets. */
  sends?: object | ((known: Known) => object | Promise<object>);
  /** Makes the call in another way, such as from inside a job. */
  through?: (sent: any, known: Known) => Promise<any>;
  /**
   * A pattern for text; values that the answer holds at least; or a function that asserts. Beside
   * it, the answer must have the type that the package declares.
   */
  is?: unknown;
  /** Keeps the answer under this name. */
  as?: string;
}
