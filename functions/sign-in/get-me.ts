import { app } from '@azure/functions';
import { answering } from '../http-errors.ts';
import { readMe } from './principal.ts';

// Not `/.auth/me`: that needs the platform's token store, which is a folder of one instance, and hands the tokens to whatever runs in the page.
app.http('GetMe', {
  route: 'api/me',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: answering(async (request) => ({ jsonBody: readMe(request.headers) })),
});
