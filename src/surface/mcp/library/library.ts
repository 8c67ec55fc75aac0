// What an endpoint offers besides tools, in words of its own: resources, prompts, completions. No
// behaviour. Who implements it asks the door, so that what is listed is what can be read.
import type { Call, Caller } from '../../../operation/index.ts';
import type { ContentBlock, ResourceContents } from '../protocol.ts';

/** Who asks: a call of the door, ready but for the operation. */
export interface Asked {
  call: Call;
  /** Empty where the address belongs to none. */
  workspace: string;
  /** The same caller in another workspace; throws what keeps the token out of it. */
  callerIn: (workspace: string) => Promise<Caller>;
  /** Where people reach this server. */
  origin: string;
}

export interface ResourceEntry {
  uri: string;
  name: string;
  title: string;
  description: string;
  mimeType: string;
}

export interface TemplateEntry extends Omit<ResourceEntry, 'uri'> {
  /** RFC 6570. */
  uriTemplate: string;
}

export interface PromptArgument {
  name: string;
  description: string;
  required: boolean;
}

export interface PromptEntry {
  name: string;
  title: string;
  description: string;
  arguments: readonly PromptArgument[];
}

export interface PromptMessage {
  role: 'user' | 'assistant';
  content: ContentBlock;
}

/** One argument of a prompt or of a template, as far as it was typed. */
export interface Typed {
  /** The prompt's name or the template as listed. */
  of: { prompt: string } | { template: string };
  argument: string;
  value: string;
  /** What was filled in before. */
  given: Readonly<Record<string, string>>;
}

export interface Library {
  resources(asked: Asked): Promise<readonly ResourceEntry[]>;
  templates(asked: Asked): Promise<readonly TemplateEntry[]>;
  /** Undefined when there is nothing for this caller; throws `AppError` like the door. */
  read(asked: Asked, uri: string): Promise<ResourceContents | undefined>;
  /** The job that a resource is about; undefined for others. Throws like `read`. */
  jobOf?(asked: Asked, uri: string): Promise<string | undefined>;
  prompts(asked: Asked): Promise<readonly PromptEntry[]>;
  /** Undefined when there is no such prompt; throws `invalid_input` for wrong arguments. */
  prompt(
    asked: Asked,
    name: string,
    args: Readonly<Record<string, string>>,
  ): Promise<readonly PromptMessage[] | undefined>;
  /** The best first; undefined when there is no such prompt, template or argument. */
  complete(asked: Asked, typed: Typed): Promise<readonly string[] | undefined>;
  /** Notes that a client of the handshake era wants to hear of changes; absent: not offered. */
  watch?(asked: Asked, uri: string): void;
}
