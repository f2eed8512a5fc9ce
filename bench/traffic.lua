-- Sends the requests of a file in turn from a line on, one a line: a path for GET, a body for POST. Prints what came of it
-- as JSON.
local requests = {}

function init()
  local method = os.getenv("BENCH_METHOD")
  local headers = { ["Content-Type"] = "application/json" }
  if os.getenv("BENCH_KEY") then headers["Authorization"] = "Bearer " .. os.getenv("BENCH_KEY") end
  for line in io.lines(os.getenv("BENCH_FILE")) do
    if method == "GET" then
      requests[#requests + 1] = wrk.format("GET", line, {})
    else
      requests[#requests + 1] = wrk.format("POST", os.getenv("BENCH_PATH"), headers, line)
    end
  end
end

local at = tonumber(os.getenv("BENCH_FROM"))

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests":%d,"duration_us":%d,"failed":%d,"median_us":%d,"p99_us":%d}\n',
    summary.requests, summary.duration, errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
