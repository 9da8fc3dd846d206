local key, expires_at, ends, forget = unpack(ARGV)
local user = user_of(key)
if not user then return 0 end
redis.call('SETRANGE', name_of(key), 17, expires_at)
redis.call('PEXPIREAT', name_of(key), forget)
enter(key, user, ends)
return 1
