-- Returns the id of the server that runs this.
return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
