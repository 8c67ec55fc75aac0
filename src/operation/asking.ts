// How a call asks the person behind its client something while it runs. The MCP endpoint puts an
// `Asking` into the calls of clients that can be asked; elsewhere, and where a client cannot, the
// answer is `cannot`, and the asker does what it does without a person.

/** One question. Its key names it within the call, so that its answer is found again. */
export type Question = {
  key: string;
  /** For the person: what is asked, and what follows from each answer. */
  message: string;
  /** The answer is good for one run of the call: sent a second time, the call is refused. */
  once?: boolean;
} & (
  | {
      /** A flat JSON Schema of type object; never for secrets (MCP, elicitation). */
      form: Record<string, unknown>;
    }
  | {
      /** A page that the person opens; it must check that it is the same person. */
      url: string;
    }
);

export type Answered =
  | {
      action: 'accept';
      /** What was filled in, as the client sent it: check it like any input. Empty for a page. */
      content: Record<string, unknown>;
    }
  | { action: 'decline' | 'cancel' }
  /** The client has no way to ask, or could not. */
  | { action: 'cannot' };

/** A request to the client in its own terms, for what is no question to a person. */
export interface ClientRequest {
  method: 'elicitation/create' | 'sampling/createMessage' | 'roots/list';
  params?: Record<string, unknown>;
}

export interface Asking {
  /** What the client has said that it can. */
  readonly can: Readonly<Record<'form' | 'url' | 'sampling' | 'roots', boolean>>;
  /** The answer; in the stateless era throws until there is one (see `surface/mcp/asking.ts`). */
  ask(question: Question): Promise<Answered>;
  /** Several requests at once: their results by key. Throws `unprocessable` where one failed. */
  request(
    requests: Readonly<Record<string, ClientRequest>>,
  ): Promise<Readonly<Record<string, Record<string, unknown>>>>;
}
