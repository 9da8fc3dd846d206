local account, provider, subject = unpack(ARGV)
redis.call('ZREM', due, account)
redis.call('ZREM', list_of(provider), subject)
return redis.call('DEL', name_of(account))
