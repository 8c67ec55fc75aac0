// The program of the parser's child process: one request at a time over Node's channel.
// Deep nesting in the source overflows the native stack and ends this process, not the server.
import { AppError } from '../../base/index.ts';
import { runParserTask, type ParserTask } from './parser-tasks.ts';

process.on('message', (task: ParserTask) => {
  try {
    process.send?.({ value: runParserTask(task) });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, hint, details } = error;
    process.send?.({ refused: { code, message, hint, details } });
  }
});
process.on('disconnect', () => process.exit());
