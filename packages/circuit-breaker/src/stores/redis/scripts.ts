import { type Script, scriptOf } from "@midguard/kernel/stores";
import { keptSlots } from "../../fleet/counts.ts";

/**
 * All circuits are fields of one hash, so that one command reads or lists them, in a cluster too. A field holds JSON: the
 * fields of a state, `slots` as a list of `[index, calls, failures, reporters]`, and `touched`, the time of the last change.
 */
export const circuitsKey = "midguard:circuits";

const common = `
local key, time = KEYS[1], redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function load(circuit)
  local text = redis.call('HGET', key, circuit)
  if text then return cjson.decode(text) end
  return nil
end

local function save(circuit, record)
  record.touched = now
  local text = cjson.encode(record)
  redis.call('HSET', key, circuit, text)
  return text
end
`;

/** `ARGV`: circuits. Returns the time and, for each circuit, its record or nil. */
const readSource = `${common}
return { now, redis.call('HMGET', key, unpack(ARGV)) }
`;

/** `ARGV`: circuit, epoch, and the slot's index, calls, failures and reporters. Returns the time and the record. */
const countSource = `${common}
local circuit, epoch, index = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local calls, failures, reporters = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]

local record = load(circuit)
if (record and record.epoch or 0) ~= epoch then return { now, record and cjson.encode(record) } end
record = record or { phase = 'closed', epoch = 0, from = 0, since = 0, ['until'] = 0, openings = 0, lapses = 0, slots = {} }

local kept, added = {}, { index, calls, failures, reporters }
for _, slot in ipairs(record.slots) do
  if slot[1] % ${keptSlots} ~= index % ${keptSlots} then
    kept[#kept + 1] = slot
  elseif slot[1] > index then
    added = slot
  elseif slot[1] == index then
    for letter in reporters:gmatch('.') do
      if not slot[4]:find(letter, 1, true) then slot[4] = slot[4] .. letter end
    end
    added = { index, slot[2] + calls, slot[3] + failures, slot[4] }
  end
end
kept[#kept + 1] = added
record.slots = kept
return { now, save(circuit, record) }
`;

/** A record is kept for this long after its last change, unless it is isolated. */
const keptMs = 86_400_000;

/**
 * `ARGV`: circuit, epoch, and the next state as JSON. Returns the time, the record, and 1 if it was moved. A move also looks
 * at two other circuits, and removes them if they are too old: the hash then holds few of those.
 */
const moveSource = `${common}
local circuit, epoch = ARGV[1], tonumber(ARGV[2])
local record = load(circuit)
if (record and record.epoch or 0) ~= epoch then return { now, record and cjson.encode(record), 0 } end

for _, other in ipairs(redis.call('HRANDFIELD', key, 2)) do
  local found = load(other)
  if found.phase ~= 'isolated' and found.touched < now - ${keptMs} then redis.call('HDEL', key, other) end
end
return { now, save(circuit, cjson.decode(ARGV[3])), 1 }
`;

/** Returns the time, the names of all circuits, and their records. */
const listSource = `${common}
return { now, redis.call('HKEYS', key), redis.call('HVALS', key) }
`;

/** The scripts of a store. */
export interface Scripts {
  readonly read: Script;
  readonly count: Script;
  readonly move: Script;
  readonly list: Script;
}

export function circuitScripts(): Scripts {
  return {
    read: scriptOf(readSource),
    count: scriptOf(countSource),
    move: scriptOf(moveSource),
    list: scriptOf(listSource),
  };
}
