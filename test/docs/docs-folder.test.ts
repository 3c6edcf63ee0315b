/** The documents of docs/, whose shell blocks are run. */
import { testDocuments } from './run-documents.ts';

testDocuments((path) => path.startsWith('docs/'));
