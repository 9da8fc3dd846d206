-- What all scripts about tokens know. KEYS[1] is the prefix of all names; see keys.rs.
-- The fields of an account: sealed, version, refresh_at unless unknown, fence and until while it is taken.
local due, fence = KEYS[1] .. 'tokens:due', KEYS[1] .. 'fence'

local function name_of(account) return KEYS[1] .. 't:' .. account end
local function list_of(provider) return KEYS[1] .. 'a:' .. provider end

-- Writes tokens; their version now, as a word. A number of a script is a double, which would round it.
local function write(account, sealed, refresh_at, score)
  local name = name_of(account)
  redis.call('HSET', name, 'sealed', sealed)
  if refresh_at == '' then
    redis.call('HDEL', name, 'refresh_at')
    redis.call('ZREM', due, account)
  else
    redis.call('HSET', name, 'refresh_at', refresh_at)
    redis.call('ZADD', due, score, account)
  end
  redis.call('HINCRBY', name, 'version', 1)
  return redis.call('HGET', name, 'version')
end

