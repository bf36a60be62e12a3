-- With an argument, a file with a token on each line: every request has the next one. Its end is an error.
init = function(arguments)
  if #arguments == 0 then return end
  local tokens = assert(io.open(arguments[1]))
  request = function()
    return wrk.format(nil, nil, {Authorization = "Bearer " .. tokens:read()})
  end
end

-- What wrk measured, as one line of JSON after a mark. Latencies are in microseconds.
done = function(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    'JSON {"requests":%d,"microseconds":%d,"p50":%.1f,"p99":%.1f,"most":%.1f,' ..
      '"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
