-- Remembers what a step of a handler gave, so that a later attempt does not do it again.
-- ARGV: now, lease token, name of the step, its value (JSON) → the value on record, or false when the lease is lost
local task = lib.read()
if not task or task.state ~= 'running' or task.leaseToken ~= ARGV[2] then return false end
redis.call('HSETNX', lib.key('steps', id), ARGV[3], ARGV[4])
return redis.call('HGET', lib.key('steps', id), ARGV[3])
