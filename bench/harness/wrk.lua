-- With arguments, a file and the name of a header: every request has the next line as its value. The file's end is an
-- error, or, with a third argument, its lines are taken again. A line that begins with a path and a blank is for that path.
init = function(arguments)
  if #arguments == 0 then return end
  local file = assert(io.open(arguments[1]))
  local header = arguments[2]
  local format = function(line)
    local path, value = line:match("^(/%S*) (.*)$")
    return wrk.format(nil, path, {[header] = value or line})
  end
  if #arguments > 2 then
    -- Written once: the fastest servers would otherwise wait for the load.
    local requests, last = {}, 0
    for line in file:lines() do requests[#requests + 1] = format(line) end
    request = function()
      last = last % #requests + 1
      return requests[last]
    end
  else
    request = function() return format(assert(file:read(), "the file has no more lines")) end
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
