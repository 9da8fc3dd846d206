local now, limit = unpack(ARGV)
-- One that Redis has dropped counts, too: whoever goes on until there are none must not stop at those.
local entries = redis.call('ZRANGEBYSCORE', ending, '-inf', now, 'LIMIT', 0, limit)
for _, entry in ipairs(entries) do
  local key, user = string.sub(entry, 1, 32), string.sub(entry, 33)
  if user_of(key) == user then
    remove(key, user)
  else
    strike(key, user)
  end
end
return #entries
