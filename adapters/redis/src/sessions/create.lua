local key, user, packed, ends, forget, grace = unpack(ARGV)
if redis.call('EXISTS', name_of(key)) == 1 then return 0 end
write(key, user, packed, ends, forget)

-- Two that Redis has dropped by age leave the indexes. More are dropped than created only for a while.
local time = redis.call('TIME')
local dropped = time[1] * 1000 + math.floor(time[2] / 1000) - grace
for _, entry in ipairs(redis.call('ZRANGEBYSCORE', ending, '-inf', dropped, 'LIMIT', 0, 2)) do
  local key, user = string.sub(entry, 1, 32), string.sub(entry, 33)
  if redis.call('EXISTS', name_of(key)) == 0 then strike(key, user) end
end
return 1
