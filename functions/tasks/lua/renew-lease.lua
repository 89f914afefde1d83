-- Keeps the lease while the handler lives. ARGV: now, lease token, length of the lease (ms)
-- → the task's state, or 'lost' when somebody else holds the lease or the task is gone
local task = read()
if not task or task.leaseToken ~= ARGV[2] then return 'lost' end
if task.state ~= 'running' then return task.state end
local leaseUntil = int(now + tonumber(ARGV[3]))
set('leaseUntil', leaseUntil)
redis.call('ZADD', key('leases'), leaseUntil, id)
return 'running'
