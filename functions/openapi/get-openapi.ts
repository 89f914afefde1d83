import { app } from '@azure/functions';
import { answering } from '../http-errors.ts';
import { openApiDocument } from './document.ts';

let document: string | undefined;

// Open to all: it tells nothing of any owner.
app.http('GetOpenApi', {
  route: 'api/openapi.json',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async () => {
    document ??= JSON.stringify(openApiDocument());
    return { headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' }, body: document };
  }),
});
