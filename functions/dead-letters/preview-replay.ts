import { deadLetterLimits, type Refusal } from '../../contracts/dead-letters.ts';
import { type ReplayPreview, type ReplaySample, replayLimits } from '../../contracts/replay.ts';
import { DeadLetterGroups } from './dead-letter-groups.ts';
import { taskKey } from '../tasks/task-keys.ts';
import type { EditedPayload } from './edit-payload.ts';
import type { DeadLetter } from './find-dead-letters.ts';
import { readAndEdit, type Replaying, type ReplayOrder } from './replay-batch.ts';
import type { Selection } from './select-dead-letters.ts';

type Previewing = Pick<Replaying, 'redis' | 'taskTypes' | 'payloadLimitBytes' | 'payloads'>;

const payloadsAtOnce = 50;

/** Tells what a replay would do, and changes nothing. */
export async function previewReplay(
  previewing: Previewing,
  { letters, refusals, truncated }: Selection,
  patch: ReplayOrder['patch'],
): Promise<ReplayPreview> {
  const groups = new DeadLetterGroups();
  for (const letter of letters) groups.add(letter);
  const tried = patch === undefined ? [] : letters.slice(0, replayLimits.checkedPayloads);
  const edits = await tryEdits(previewing, tried, patch);
  const refused = [...refusals, ...tried.flatMap(({ id }, i) => refusalOf(id, edits[i]!))];
  return {
    dryRun: true,
    matched: letters.length + refusals.length,
    replayable: letters.length + refusals.length - refused.length,
    skipped: refused.length,
    skippedReasons: countReasons(refused),
    refusals: refused.slice(0, deadLetterLimits.refusals),
    groups: groups.list(),
    samples: samplesOf(letters, edits),
    ...(tried.length < letters.length && patch !== undefined && { checked: tried.length }),
    ...(truncated && { truncated }),
  };
}

async function tryEdits(
  previewing: Previewing,
  letters: readonly DeadLetter[],
  patch: ReplayOrder['patch'],
): Promise<EditedPayload[]> {
  const edits: EditedPayload[] = [];
  if (patch === undefined) return edits;
  for (let at = 0; at < letters.length; at += payloadsAtOnce) {
    const some = letters.slice(at, at + payloadsAtOnce);
    const edited = some.map(async ({ id }, i): Promise<EditedPayload> => {
      const outcome = await readAndEdit(previewing, await previewing.redis.hgetall(taskKey(id)), patch);
      // Payloads may be large: only those that are shown are kept.
      return at + i < replayLimits.samples || 'refusal' in outcome ? outcome : { before: null, after: null, json: '' };
    });
    edits.push(...(await Promise.all(edited)));
  }
  return edits;
}

function refusalOf(id: string, edited: EditedPayload): Refusal[] {
  return 'refusal' in edited ? [{ id, ...edited.refusal }] : [];
}

function countReasons(refusals: readonly Refusal[]): ReplayPreview['skippedReasons'] {
  const counts: { -readonly [Reason in keyof ReplayPreview['skippedReasons']]: number } = {};
  for (const { reason } of refusals) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

function samplesOf(letters: readonly DeadLetter[], edits: readonly EditedPayload[]): ReplaySample[] {
  return letters.slice(0, replayLimits.samples).map(({ id, type, code, message }, i) => {
    const edited = edits[i];
    const payloads = edited !== undefined && 'after' in edited ? { before: edited.before, after: edited.after } : {};
    return { id, type, code, message, ...payloads };
  });
}
