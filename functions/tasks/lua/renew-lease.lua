-- Keeps the lease while the handler lives. ARGV: now, lease token, length of the lease (ms)
-- → the task's state, or 'lost' when somebody else holds the lease or the task is gone
local task = lib.read()
if not task or task.leaseToken ~= ARGV[2] then return 'lost' end
if task.state ~= 'running' then
  lib.letKeyGo(task)
  return task.state
end
local leaseUntil = now + tonumber(ARGV[3])
lib.set('leaseUntil', leaseUntil)
lib.await('leases', leaseUntil)
return 'running'
