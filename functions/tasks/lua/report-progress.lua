-- ARGV: now, lease token, progress (JSON) → {events}; none when the lease is lost
local task = lib.read()
if not task or task.state ~= 'running' or task.leaseToken ~= ARGV[2] then return { {} } end
lib.set('progress', ARGV[3])
return { { lib.append(task.owner, 'progress', 'running', task.attempt, ',"progress":' .. ARGV[3]) } }
