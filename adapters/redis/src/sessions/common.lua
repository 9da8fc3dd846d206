-- What all scripts about sessions know. KEYS[1] is the prefix of all names; see keys.rs.
local sessions, ending = KEYS[1] .. 'sessions', KEYS[1] .. 'sessions:ending'

local function name_of(key) return KEYS[1] .. 's:' .. key end
local function list_of(user) return KEYS[1] .. 'u:' .. user end

-- Whose session it is, or nil if it is gone. Where things are in it says record.rs; Redis counts bytes from 0.
local function user_of(key)
  local length = redis.call('GETRANGE', name_of(key), 25, 28)
  if length == '' then return nil end
  length = struct.unpack('>I4', length)
  if length == 0 then return '' end
  return redis.call('GETRANGE', name_of(key), 29, 28 + length)
end

local function enter(key, user, ends)
  redis.call('SADD', list_of(user), key)
  redis.call('ZADD', sessions, 0, key)
  redis.call('ZADD', ending, ends, key .. user)
end

local function strike(key, user)
  redis.call('SREM', list_of(user), key)
  redis.call('ZREM', ending, key .. user)
  if redis.call('EXISTS', name_of(key)) == 0 then redis.call('ZREM', sessions, key) end
end

local function write(key, user, packed, ends, forget)
  redis.call('SET', name_of(key), packed)
  redis.call('PEXPIREAT', name_of(key), forget)
  enter(key, user, ends)
end

local function remove(key, user)
  redis.call('DEL', name_of(key))
  strike(key, user)
end

