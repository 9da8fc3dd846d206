local key, user, packed, ends, forget, expected = unpack(ARGV)
if redis.call('GETRANGE', name_of(key), 1, 8) ~= expected then return 0 end
local before = user_of(key)
if before ~= user then strike(key, before) end
write(key, user, packed, ends, forget)
return 1
