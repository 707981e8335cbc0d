-- What wrk sends, and how it tells what it saw: one line of JSON, read by lab/wrk.py.
--   wrk ... -s load.lua URL -- IDS REQUEST_BODY_FILE [EXPECTED_BODY_FILE]
-- With more than one id, requests take turns with as many ids of the same length, from that of the file on.
-- With an expected body every response is compared with it. That takes as long as the request itself, so
-- measured rounds do without, and have the number of bytes checked instead.

local threads = {}

local function contents(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local function without_id(body)
  return (body:gsub('"id":%d+', '"id":0', 1))
end

function setup(thread)
  table.insert(threads, thread)
end

local function take_turns(count)
  local first = tonumber(wrk.body:match('"id":(%d+)'))
  local requests = {}
  for i = 1, count do
    requests[i] = wrk.format(nil, nil, nil, (wrk.body:gsub('"id":%d+', '"id":' .. (first + i - 1), 1)))
  end
  local at = 0
  request = function()
    at = at % count + 1
    return requests[at]
  end
end

local function compare_with(expected, has_ids)
  if has_ids then
    expected = without_id(expected)
  end
  response = function(status, _, body)
    if has_ids then
      body = without_id(body)
    end
    if status ~= 200 or body ~= expected then
      wrong = wrong + 1
    end
  end
end

function init(args)
  local ids = tonumber(args[1])
  wrk.method = "POST"
  wrk.body = contents(args[2])
  wrong = 0
  if ids > 1 then
    take_turns(ids)
  end
  if args[3] then
    compare_with(contents(args[3]), ids > 1)
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
