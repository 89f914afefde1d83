/** `node bench/counting-proxy.ts`: what one task costs in operations, counted between the app and its services. Build first (`npm run bench` does). */
import { countOperations, operationsTable } from './counting/count-operations.ts';

console.log(operationsTable(await countOperations((line) => console.error(line))));
