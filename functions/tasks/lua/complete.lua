-- Ends a task well. Only the holder of the lease can; asked again by the same holder, it answers the same.
-- ARGV: now, lease token, result (JSON), 1 when the result is small enough to travel in events
-- → {'completed', events} | {'lost', events}
local token, result, small = ARGV[2], ARGV[3], ARGV[4] == '1'
local task = lib.read()
if not task or task.leaseToken ~= token then return { 'lost', {} } end
if task.state == 'completed' then return { 'completed', {} } end
if task.state ~= 'running' then
  lib.letKeyGo(task)
  return { 'lost', {} }
end
if small then
  lib.set('result', result)
else
  redis.call('SET', lib.key('result', id), result)
  lib.set('resultBytes', #result)
end
lib.unset('error')
lib.finish(task, 'completed')
local event = lib.append(task.owner, 'completed', 'completed', task.attempt, '', small and ',"result":' .. result or '')
return { 'completed', { event } }
