local key, user, packed, ends, forget, old = unpack(ARGV)
local before = user_of(old)
if not before then return 0 end
if key ~= old and redis.call('EXISTS', name_of(key)) == 1 then return -1 end
remove(old, before)
write(key, user, packed, ends, forget)
return 1
