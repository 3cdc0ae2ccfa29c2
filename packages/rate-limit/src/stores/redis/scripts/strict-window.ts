/** Strict windows; the arithmetic is that of `limits/strict-window.ts`. Record: tag, end, newest part, 13 counts. */
export const strictWindowLua = `
kinds.strict = {
  roll = function(limit, record)
    local window = limit.span
    local index = floor((now * 12) / window)
    local state = { window = window, newest = index, counts = {}, used = 0 }
    local shift = record and index - record[3] or 13
    -- A clock set back by more than a window: as if all of it had been taken just now.
    state.moved = shift < -12
    if shift < 0 and not state.moved then
      state.newest, shift = record[3], 0
    end
    for part = 1, 13 do
      local count = not state.moved and shift + part <= 13 and record[3 + shift + part] or 0
      state.counts[part] = count
      state.used = state.used + count
    end
    if state.moved then
      for part = 1, 13 do state.used = state.used + record[3 + part] end
      state.counts[13] = state.used
    end
    return state
  end,
  wait = function(state, target)
    local used, part = 0, 0
    for each = 1, 13 do used = used + state.counts[each] end
    if used <= target then return 0 end
    while used > target do
      part = part + 1
      used = used - state.counts[part]
    end
    return ceil(((state.newest + part) * state.window) / 12) - now
  end,
  charge = function(state, cost)
    state.counts[13] = state.counts[13] + cost
  end,
  record = function(state)
    return ceil(((state.newest + 13) * state.window) / 12), state.newest, unpack(state.counts)
  end,
  refund = function(state, taken)
    local part = floor((taken.at * 12) / state.window) - state.newest + 13
    if part >= 1 and part <= 13 then state.counts[part] = max(0, state.counts[part] - taken.cost) end
  end,
}
`;
