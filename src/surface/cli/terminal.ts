// Where the command line reads and writes: results on standard output, everything else on
// standard error, so that a pipe gets results alone. Colours and cutting only on a terminal.
import { createInterface } from 'node:readline/promises';
import { stripVTControlCharacters } from 'node:util';
import { AppError } from '../../base/index.ts';
import { usageError } from './command.ts';
import { cutText } from './format.ts';

export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'bold' | 'dim';

/** One of the two ways out. */
export interface Channel {
  write(text: string): void;
  /** Columns of the terminal; undefined when it is none, and then nothing is cut. */
  columns: number | undefined;
  paint(colour: Colour, text: string): string;
}

export interface Terminal {
  out: Channel;
  err: Channel;
  /** One passing line below the output; undefined takes it away. Only on a terminal. */
  status(text: string | undefined): void;
  /** Asks for a line; throws a usage error when there is no terminal to ask on. */
  ask(question: string): Promise<string>;
  /** The same without echo. */
  askSecret(question: string): Promise<string>;
  /** Resolves when everything that was written has left this process. */
  drain(): Promise<void>;
  /** All of standard input. */
  readInput(): Promise<string>;
}

const codes: Record<Colour, readonly [number, number]> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  bold: [1, 22],
  dim: [2, 22],
};

/** Paints with ANSI codes, or not at all. */
export function painter(on: boolean): Channel['paint'] {
  return (colour, text) => {
    if (!on || text === '') return text;
    const [begin, end] = codes[colour];
    return `\u001b[${begin}m${text}\u001b[${end}m`;
  };
}

// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const controls = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g;
// oxlint-disable-next-line no-control-regex -- an escape sequence that only sets colours
const colourCodes = /\u001b\[[\d;]*m/g;

/** Text of others for one line: no control characters, no line breaks. */
export function oneLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s+/g, ' ')
    .replace(controls, '')
    .replaceAll('\u001b', '');
}

/**
 * Logs of others on a terminal: lines, tabs and colours stay; what moves the cursor, rings, or
 * answers to the keyboard goes, because a script's author may be somebody else.
 */
export function tameLogs(text: string): string {
  let tame = '';
  let from = 0;
  const plain = (part: string): string => stripVTControlCharacters(part).replaceAll('\u001b', '');
  for (const match of text.matchAll(colourCodes)) {
    tame += plain(text.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return (tame + plain(text.slice(from))).replaceAll('\r\n', '\n').replace(controls, '');
}

function channel(stream: NodeJS.WriteStream, before: () => void): Channel {
  const terminal = stream.isTTY;
  return {
    write(text) {
      before();
      stream.write(text);
    },
    columns: terminal ? stream.columns || 80 : undefined,
    // Node answers by TERM, NO_COLOR and FORCE_COLOR.
    paint: painter(terminal && stream.hasColors()),
  };
}

async function readAll(stream: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString();
}

/** Asks, and reads keys until Enter without showing them. Ctrl-C and Ctrl-D give up. */
function readSecret(stream: NodeJS.ReadStream, question: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let typed = '';
    const end = (answer: string | undefined): void => {
      stream.off('data', hear);
      stream.setRawMode(false);
      stream.pause();
      process.stderr.write('\n');
      resolve(answer);
    };
    const hear = (chunk: Buffer): void => {
      for (const key of stripVTControlCharacters(String(chunk))) {
        if (key === '\r' || key === '\n') return end(typed);
        if (key === '\u0003' || (key === '\u0004' && typed === '')) return end(undefined);
        if (key === '\u007f' || key === '\b') typed = typed.replace(/.$/su, '');
        else if (key === '\u0015') typed = '';
        else if (key >= ' ') typed += key;
      }
    };
    // First silent, then the question: whoever answers at once is not seen either.
    stream.setRawMode(true);
    stream.on('data', hear);
    stream.resume();
    process.stderr.write(question);
  });
}

/** Reads a line; undefined at Ctrl-C or Ctrl-D. */
async function readLine(question: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<undefined>((resolve) => {
    lines.once('close', () => resolve(undefined));
  });
  lines.once('SIGINT', () => lines.close());
  const answer = await Promise.race([lines.question(question), closed]);
  lines.close();
  return answer;
}

/** Asks by `read`, if there is somebody to ask. */
async function asking(read: () => Promise<string | undefined>): Promise<string> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw usageError(
      'There is no terminal to ask for the login on.',
      'Set MILLRACE_TOKEN, or MILLRACE_OWNER_EMAIL and MILLRACE_OWNER_PASSWORD.',
    );
  }
  const answer = await read();
  if (answer === undefined) throw new AppError('canceled', 'Canceled.');
  return answer;
}

/** The terminal of this process. */
export function ownTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  let shown = false;
  const clear = (): void => {
    if (shown) stderr.write('\r\u001b[K');
    shown = false;
  };
  // The reader of a pipe went away (`| head`): there is nobody left to tell.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      process.exit(error.code === 'EPIPE' ? 0 : 1);
    });
  }
  return {
    out: channel(stdout, clear),
    err: channel(stderr, clear),
    status(text) {
      if (!stderr.isTTY) return;
      clear();
      if (text === undefined) return;
      stderr.write(cutText(text, (stderr.columns || 80) - 1));
      shown = true;
    },
    ask: (question) => asking(() => readLine(question)),
    askSecret: (question) => asking(() => readSecret(stdin, question)),
    async drain() {
      clear();
      for (const stream of [stdout, stderr]) {
        await new Promise<void>((resolve) => stream.write('', () => resolve()));
      }
    },
    readInput: () => readAll(stdin),
  };
}
