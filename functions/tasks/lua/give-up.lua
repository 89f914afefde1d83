-- For the sweeper, who found a message of this task in the broker's dead-letter queue: brings the two in line.
-- ARGV: now, attempt of the message, error (JSON), ID of the message,
--       how many messages were sent for the attempt before it, '' where that is none of our IDs, the queue it lies in
-- → {'dead-lettered', events, owner}: no delivery would have come any more
--   | {'kept', {}}: the message is the evidence of a dead letter | {'obsolete', {}}: it is to be taken out of there
--   | {'busy', {}} while somebody holds the lease | {'unknown', {}}
local messageAttempt, messageId, resends, queue = tonumber(ARGV[2]), ARGV[4], tonumber(ARGV[5]), ARGV[6]
local task = lib.read()
if not task then return { 'unknown', {} } end
local attempt = tonumber(task.attempt)

if task.state == 'dead-lettered' and not task.discarded and messageAttempt == attempt then return { 'kept', {} } end
-- Where the task goes on, another message stands for it: of its next attempt, of its replay, of when its gate opens, the next
-- hop; or its own, where this one is somebody's copy.
local isFollowed = task.state ~= 'running' and (messageAttempt == attempt or (resends or 0) < tonumber(task.resends or '0'))
local isAstray = queue ~= (task.lane or queue)
if task.finishedAt or task.parked or not resends or isAstray or messageAttempt < attempt or isFollowed then
  redis.call('SADD', lib.key('obsolete-messages'), id .. ' ' .. messageId)
  return { 'obsolete', {} }
end
if task.state == 'running' and tonumber(task.leaseUntil) > now then return { 'busy', {} } end

local events = lib.announce(task)
-- The attempt is spent, even if it never began: the next message is to be told from this one.
messageAttempt = math.min(messageAttempt, attempt + 1)
lib.set('attempt', messageAttempt)
lib.set('error', ARGV[3])
lib.unset('resends', 'confirmed')
lib.keepError(messageAttempt, ARGV[3])
lib.finish(task, 'dead-lettered')
events[#events + 1] = lib.append(task.owner, 'dead-lettered', 'dead-lettered', messageAttempt, ',"error":' .. ARGV[3])
return { 'dead-lettered', events, task.owner }
