-- Sends a dead letter on its way again, with as many attempts as it had at first; a plan does so once only. Its old message
-- stays in the broker's dead-letter queue until the sweeper has taken it out.
-- ARGV: now, owner who asks, or '' for an operator, how many messages of one owner wait in a lane at most, plan|'',
--       1 when one that has been discarded stays so, note of the edit (JSON: who, when, the patch)|'', how often it had been edited before, the edited payload, its bytes,
--       its SHA-256, name of the blob that holds it too|'', how long Redis keeps it (ms)|''
-- → {'replayed', events, fields, number of the replay} | {'edited-meanwhile'} | {'forbidden-state', fields} | {'unknown'}
local owner, window, plan, sparesDiscarded, note, editsBefore = unpack(ARGV, 2, 7)
local payload, payloadBytes, payloadSha256, payloadBlob, payloadCacheMs = unpack(ARGV, 8, 12)

-- The first payload stays as it was submitted.
local function replacePayload(task)
  if not task.edits then
    if redis.call('EXISTS', lib.key('payload', id)) == 1 then
      redis.call('RENAME', lib.key('payload', id), lib.key('original-payload', id))
    end
    lib.set('originalSha256', task.payloadSha256 or '')
    lib.set('originalBlob', task.payloadBlob or '')
  end
  if task.payloadBlob then redis.call('SADD', lib.key('earlier-blobs', id), task.payloadBlob) end
  redis.call('SET', lib.key('payload', id), payload)
  if payloadCacheMs ~= '' then redis.call('PEXPIRE', lib.key('payload', id), payloadCacheMs) end
  lib.set('payloadBytes', payloadBytes)
  lib.set('payloadSha256', payloadSha256)
  if payloadBlob ~= '' then lib.set('payloadBlob', payloadBlob) else lib.unset('payloadBlob') end
end

local task = lib.read()
if not task or (owner ~= '' and task.owner ~= owner) then return { 'unknown' } end
local replayedByPlan = plan ~= '' and redis.call('HGET', lib.key('replay-plans', id), plan)
if replayedByPlan then return { 'replayed', {}, lib.fields(), replayedByPlan } end
if task.state ~= 'dead-lettered' or (task.discarded and sparesDiscarded == '1') then return { 'forbidden-state', lib.fields() } end

if note ~= '' then
  if (task.edits or '0') ~= editsBefore then return { 'edited-meanwhile' } end
  replacePayload(task)
  lib.set('edited', note)
  lib.increment('edits')
  redis.call('RPUSH', lib.key('edits', id), note)
end

lib.keepEnding(task)
-- Attempts that were put off, and those before a replay, are not counted: neither here, nor for how long a retry waits.
local attemptsPerReplay = tonumber(task.attemptsPerReplay) or tonumber(task.maxAttempts) - tonumber(task.uncounted or 0)
local maxAttempts = lib.int(tonumber(task.attempt) + attemptsPerReplay)
lib.set('attemptsPerReplay', attemptsPerReplay)
lib.set('queuedAt', now)
lib.set('maxAttempts', maxAttempts)
lib.set('uncounted', task.attempt)
local replays = lib.increment('replays')
if plan ~= '' then redis.call('HSET', lib.key('replay-plans', id), plan, lib.int(replays)) end
lib.unset('finishedAt', 'progress', 'expiresAt', 'leaseToken', 'discarded')
lib.awaitNoMore('finished')
redis.call('SADD', lib.key('obsolete-messages'), id .. ':' .. task.attempt)
lib.renewMessageId(task)
lib.enter(task, 'queued')
-- One that held its key keeps its place; one that was set aside comes last.
lib.joinOrder(task)
lib.admit(task, tonumber(window))
local event = lib.append(task.owner, 'replayed', 'queued', task.attempt, ',"maxAttempts":' .. maxAttempts)
return { 'replayed', { event }, lib.fields(), lib.int(replays) }
