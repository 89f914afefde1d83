-- What all steps have in common stands before them: this file, then events.lua, indexes.lua, gates.lua, endings.lua and statistics.lua. The steps are the
-- files of the folder above, each made a function; batch.lua stands behind them.
-- One script takes several steps, on tasks of one partition: every key carries the same hash tag, so a script stays in one
-- slot of a cluster. While a step is taken, KEYS[1] is the hash of its task, whose `id` this is, and ARGV are its
-- arguments, of which the first is the time in milliseconds, or '' for the clock of Redis.
local batchKeys, batchArguments = KEYS, ARGV
local KEYS, ARGV, id, now, recordRead, current, changed, woken, ended
-- Whether the topic of endings is to hear of what ends.
local keepsHistory = batchArguments[#batchArguments] == '1'
local tag = string.match(batchKeys[1], '^{[^}]*}')
local partition = tonumber(string.match(tag, '(%x)}$'), 16)
local eventsKeptPerOwner, eventsKeptInFeed = 10000, 100000
local eventsKeptMs = 7 * 24 * 60 * 60 * 1000
local errorsKeptPerTask = 20

-- All functions stand in one table: a function of its own for each step to capture would have to be found among all locals of the script,
-- for each of the functions and each time the script runs.
local lib = {}
-- The steps by name, and which of them this script takes.
local steps, wanted = {}, {}
do
  local at = 1
  for _ = 1, #batchKeys do
    wanted[batchArguments[at]] = true
    at = at + 2 + batchArguments[at + 1]
  end
end

function lib.key(kind, name, more)
  if more then return tag .. ':' .. kind .. ':' .. name .. ':' .. more end
  if name then return tag .. ':' .. kind .. ':' .. name end
  return tag .. ':' .. kind
end

-- Owners and names are free text: the length in front keeps `a` with `b:c` apart from `a:b` with `c`.
function lib.ownKey(kind, owner, name)
  return tag .. ':' .. kind .. ':' .. #owner .. ':' .. owner .. ':' .. name
end

function lib.int(number)
  return string.format('%d', number)
end

function lib.toTable(flat)
  local fields = {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  return fields
end

function lib.toFlat(fields)
  local flat, n = {}, 0
  for name, value in pairs(fields) do
    flat[n + 1], flat[n + 2] = name, value
    n = n + 2
  end
  return flat
end

-- The task's fields as a table, or nil when there is no such task.
function lib.read()
  local flat = redis.call('HGETALL', KEYS[1])
  if #flat == 0 then return nil end
  recordRead, current = flat, lib.toTable(flat)
  return current
end

-- The record is written once, behind the step (see `save`): what a step sees of its task is the table, not the hash.
function lib.set(name, value)
  current[name] = type(value) == 'number' and lib.int(value) or value
  changed[name] = true
end

function lib.unset(...)
  for _, name in ipairs({ ... }) do
    if current[name] then
      current[name] = nil
      changed[name] = true
    end
  end
end

function lib.increment(name)
  lib.set(name, tonumber(current[name] or 0) + 1)
  return tonumber(current[name])
end

-- What HGETALL would answer; a field that has changed stands there twice, the last time as it is now.
function lib.fields()
  local flat = recordRead or {}
  for name in pairs(changed) do
    local value = current[name]
    if not value then return lib.toFlat(current) end
    flat[#flat + 1] = name
    flat[#flat + 1] = value
  end
  return flat
end

function lib.save()
  local written, gone = {}, {}
  for name in pairs(changed) do
    if current[name] then
      written[#written + 1] = name
      written[#written + 1] = current[name]
    else
      gone[#gone + 1] = name
    end
  end
  if #written > 0 then redis.call('HSET', KEYS[1], unpack(written)) end
  if #gone > 0 then redis.call('HDEL', KEYS[1], unpack(gone)) end
  changed = {}
end
