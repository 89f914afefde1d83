-- Sends a dead letter on its way again, with as many attempts as it had at first; a plan does so once only. Its old message
-- stays in the broker's dead-letter queue until the sweeper has taken it out.
-- ARGV: now, owner who asks, or '' for an operator, how many messages of one owner wait in a lane at most, plan|'',
--       note of the edit (JSON: who, when, the patch)|'', how often it had been edited before, the edited payload, its bytes,
--       its SHA-256, name of the blob that holds it too|'', how long Redis keeps it (ms)|''
-- → {'replayed', events, fields, number of the replay} | {'edited-meanwhile'} | {'forbidden-state', fields} | {'unknown'}
local owner, window, plan, note, editsBefore = unpack(ARGV, 2, 6)
local payload, payloadBytes, payloadSha256, payloadBlob, payloadCacheMs = unpack(ARGV, 7, 11)

-- The first payload stays as it was submitted.
local function replacePayload(task)
  if not task.edits then
    if redis.call('EXISTS', key('payload', id)) == 1 then
      redis.call('RENAME', key('payload', id), key('original-payload', id))
    end
    set('originalSha256', task.payloadSha256 or '')
    set('originalBlob', task.payloadBlob or '')
  end
  if task.payloadBlob then redis.call('SADD', key('earlier-blobs', id), task.payloadBlob) end
  redis.call('SET', key('payload', id), payload)
  if payloadCacheMs ~= '' then redis.call('PEXPIRE', key('payload', id), payloadCacheMs) end
  set('payloadBytes', payloadBytes)
  set('payloadSha256', payloadSha256)
  if payloadBlob ~= '' then set('payloadBlob', payloadBlob) else unset('payloadBlob') end
end

local task = read()
if not task or (owner ~= '' and task.owner ~= owner) then return { 'unknown' } end
local replayedByPlan = plan ~= '' and redis.call('HGET', key('replay-plans', id), plan)
if replayedByPlan then return { 'replayed', {}, fields(), replayedByPlan } end
if task.state ~= 'dead-lettered' then return { 'forbidden-state', fields() } end

if note ~= '' then
  if (task.edits or '0') ~= editsBefore then return { 'edited-meanwhile' } end
  replacePayload(task)
  set('edited', note)
  increment('edits')
  redis.call('RPUSH', key('edits', id), note)
end

local attemptsPerReplay = tonumber(task.attemptsPerReplay or task.maxAttempts)
local maxAttempts = int(tonumber(task.attempt) + attemptsPerReplay)
set('attemptsPerReplay', attemptsPerReplay)
set('queuedAt', now)
set('maxAttempts', maxAttempts)
local replays = increment('replays')
if plan ~= '' then redis.call('HSET', key('replay-plans', id), plan, int(replays)) end
unset('finishedAt', 'progress', 'expiresAt', 'leaseToken', 'discarded')
redis.call('ZREM', key('finished'), id)
redis.call('SADD', key('obsolete-messages'), id .. ':' .. task.attempt)
renewMessageId(task)
enter(task, 'queued')
-- One that held its key keeps its place; one that was set aside comes last.
joinOrder(task)
admit(task, tonumber(window))
local event = append(task.owner, 'replayed', 'queued', task.attempt, ',"maxAttempts":' .. maxAttempts)
return { 'replayed', { event }, fields(), int(replays) }
