-- Expires a task that is still waiting after its time. ARGV: now → {events, owner | false}
local task = lib.read()
if not task or task.finishedAt or task.state == 'running' or not task.expiresAt then
  lib.awaitNoMore('expiring')
  return { {}, false }
end
if tonumber(task.expiresAt) > now then return { {}, false } end
return { lib.expire(task), task.owner }
