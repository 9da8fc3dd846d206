local after, limit = ARGV[1], tonumber(ARGV[2])
local from = after == '' and '-' or '(' .. after
local found = {}
-- Names of sessions that Redis has dropped do not make a page shorter: an empty one means the end.
while #found < limit do
  local keys = redis.call('ZRANGEBYLEX', sessions, from, '+', 'LIMIT', 0, limit - #found)
  if #keys == 0 then break end
  for _, key in ipairs(keys) do
    local packed = redis.call('GET', name_of(key))
    if packed then
      found[#found + 1] = { key, packed }
    else
      redis.call('ZREM', sessions, key)
    end
    from = '(' .. key
  end
end
return found
