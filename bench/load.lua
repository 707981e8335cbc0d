-- What wrk sends, and how it tells what it saw: one line of JSON, read by lab/wrk.py.
--   wrk ... -s load.lua URL -- REQUEST_BODY_FILE [EXPECTED_BODY_FILE]
-- With an expected body every response is compared with it. That takes as long as the request itself, so
-- measured rounds do without, and have the number of bytes checked instead.

local threads = {}

local function contents(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  wrk.method = "POST"
  wrk.body = contents(args[1])
  wrong = 0
  if args[2] then
    local expected = contents(args[2])
    response = function(status, _, body)
      if status ~= 200 or body ~= expected then
        wrong = wrong + 1
      end
    end
  end
end

function done(summary, latency)
  local wrong_bodies = 0
  for _, thread in ipairs(threads) do
    wrong_bodies = wrong_bodies + thread:get("wrong")
  end
  local failed = summary.errors
  io.write(string.format(
    '{"requests":%d,"duration_us":%d,"bytes":%d,"errors":{"connect":%d,"read":%d,"write":%d,' ..
    '"status":%d,"timeout":%d,"wrong_body":%d},"latency_us":{"p50":%d,"p99":%d,"p99.9":%d,"max":%d}}\n',
    summary.requests, summary.duration, summary.bytes, failed.connect, failed.read, failed.write,
    failed.status, failed.timeout, wrong_bodies, latency:percentile(50), latency:percentile(99),
    latency:percentile(99.9), latency.max))
end
