// The list of documentation operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Documentation } from '../documentation.ts';
import { readDocsPage } from './page.ts';
import { queryDocumentation } from './query.ts';
import { searchDocs } from './search.ts';

export const documentationOperations = (documentation: Documentation): AnyOperation[] => [
  queryDocumentation(documentation),
  searchDocs(documentation),
  readDocsPage(documentation),
];
