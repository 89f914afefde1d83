import { app } from '@azure/functions';
import { CreateUpload } from '../../contracts/uploads.ts';
import { getRedis } from '../azure/redis.ts';
import { answering } from '../http-errors.ts';
import { getSettings } from '../settings.ts';
import { readPrincipal } from '../sign-in/principal.ts';
import { toInputErrors } from '../task-types/define-task-type.ts';
import { invalid } from '../tasks/parse-submission.ts';
import { readJson } from '../tasks/read-json.ts';
import { announceUpload } from './announced-uploads.ts';
import { getPayloadBlobs } from './get-payload-store.ts';
import { createUpload } from './uploads.ts';

const bodyBytes = 4 * 1024;

// The bytes themselves go straight to Blob Storage: they never come through this app until a task refers to them.
app.http('CreateUpload', {
  route: 'api/uploads',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const owner = readPrincipal(request.headers).id;
    const parsed = CreateUpload.safeParse(await readJson(request, bodyBytes));
    if (!parsed.success) {
      throw invalid(toInputErrors(parsed.error), 'Send {"bytes": …} with the size of the payload\'s JSON text.');
    }
    const limitBytes = getSettings().UploadLimitBytes;
    const upload = await createUpload(getPayloadBlobs(), { owner, request: parsed.data, limitBytes }, Date.now());
    await announceUpload(getRedis(), upload.id, parsed.data.bytes);
    return { status: 201, headers: { 'cache-control': 'no-store' }, jsonBody: upload };
  }),
});
