// One kind of resource: what stands behind one word of `millrace://<word>/…`.
import type { Asked, ResourceEntry, TemplateEntry, Typed } from './library.ts';

export interface Page {
  mimeType: string;
  text: string;
  /** The text begins here; absent: it is whole, and the library takes its part. */
  from?: number;
}

/** Where in a shelf somebody reads. */
export interface Place {
  /** What follows the word, decoded. */
  rest: string;
  /** UTF-16 units of the text to leave out. */
  offset: number;
}

export interface Shelf {
  /** The word after `millrace://`. */
  readonly host: string;
  readonly templates: readonly TemplateEntry[];
  /** May this caller read anything here? Asked before the rest. */
  openTo(asked: Asked): boolean;
  /** Those worth a row in a list; more can be read. */
  entries(asked: Asked): Promise<readonly ResourceEntry[]>;
  /** Undefined: nothing there. Throws like the door. */
  read(asked: Asked, place: Place): Promise<Page | undefined>;
  /** The job that is told of there, so that its changes can be told. Throws like the door. */
  jobOf?(asked: Asked, place: Place): Promise<string | undefined>;
  /** Values of an argument of a template, the best first. */
  complete?(asked: Asked, typed: Typed): Promise<readonly string[]>;
}
