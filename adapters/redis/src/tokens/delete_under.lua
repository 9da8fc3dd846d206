local account, provider, subject, holder = unpack(ARGV)
if redis.call('HGET', name_of(account), 'fence') ~= holder then return 0 end
redis.call('ZREM', due, account)
redis.call('ZREM', list_of(provider), subject)
return redis.call('DEL', name_of(account))
