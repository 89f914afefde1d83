-- Puts the task where the relay of functions/history finds it, until its topic has the ending.
function lib.tellOfEnding()
  ended = true
  if keepsHistory then lib.await('unpublished', now) end
end

-- A replay overwrites an ending that the topic may not have yet: what the record says of it goes onto a list for the sweeper.
function lib.keepEnding(task)
  if not lib.awaits('unpublished') then return end
  redis.call('RPUSH', lib.key('unpublished-endings'), cjson.encode(task))
  lib.awaitNoMore('unpublished')
end

-- What every ending has in common: the lease and whatever waits for the task are let go, retention starts.
function lib.finish(task, state)
  local inHand = task.state == 'running'
  lib.enter(task, state)
  lib.set('finishedAt', now)
  lib.unset('nextAttemptAt', 'leaseUntil', 'hopAt')
  if not task.holdsKeyUntil then lib.awaitNoMore(inHand and 'leases' or 'outbox') end
  if task.expiresAt then lib.awaitNoMore('expiring') end
  lib.unpark(task)
  -- A task that runs has left it when it started.
  if not inHand then lib.leaveWindow(task) end
  lib.leaveGates(task)
  -- A dead letter lets its successors pass, unless it was to hold its key.
  local holds = task.holdsKeyUntil or (state == 'dead-lettered' and task.holds)
  if not holds then lib.leaveOrder(task) end
  if task.callbackUrl then lib.await('callbacks', now) end
  -- Dead letters stay until somebody replays or discards them.
  if state ~= 'dead-lettered' then lib.await('finished', now) end
  lib.tellOfEnding()
end

-- Tells of the state in which a task was accepted: once, by whoever comes first after that. → {event}, or {}
function lib.announce(task)
  if task.announced or (task.state ~= 'queued' and task.state ~= 'scheduled') then return {} end
  lib.set('announced', 1)
  if task.state == 'queued' then lib.set('queuedAt', now) end
  return { lib.append(task.owner, task.state, task.state, 0) }
end

-- → events
function lib.expire(task)
  local events = lib.announce(task)
  lib.finish(task, 'expired')
  events[#events + 1] = lib.append(task.owner, 'expired', 'expired', task.attempt)
  return events
end
