-- For the sweeper: a task of the outbox whose time has come: never sent, or sent and nothing came of it.
-- ARGV: now → fields, or false when there is nothing to send
local task = lib.read()
if not task or task.finishedAt or task.state == 'running' or task.parked then
  lib.awaitNoMore('outbox')
  return false
end
lib.renewMessageId(task)
lib.await('outbox', now)
return lib.fields()
