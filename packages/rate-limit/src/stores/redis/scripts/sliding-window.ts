/** Sliding windows; the arithmetic is that of `limits/sliding-window.ts`. Record: tag, end, current, previous. */
export const slidingWindowLua = `
kinds.sliding = {
  roll = function(limit, record)
    local window = limit.span
    local index = floor(now / window)
    local state = { window = window, index = index, current = 0, previous = 0 }
    if record and record[3] + record[4] > 0 then
      -- It counts until the window after its own is over.
      local ahead = record[2] / window - 2 - index
      if ahead >= 0 then
        state.current, state.previous = record[3], record[4]
        state.index = index + min(ahead, 1)
        state.moved = ahead > 1
      elseif ahead == -1 then
        state.previous = record[3]
      end
    end
    state.elapsed = now - state.index * window
    state.used = state.current + floor((state.previous * (window - max(0, state.elapsed))) / window)
    return state
  end,
  wait = function(state, target)
    local window, count, room, start = state.window, state.previous, target - state.current, 0
    if state.current > target then
      count, room, start = state.current, target, window
    end
    local at = start
    if count > room then at = start + floor((window * (count - room - 1)) / count) + 1 end
    return at <= max(0, state.elapsed) and 0 or at - state.elapsed
  end,
  charge = function(state, cost)
    state.current = state.current + cost
  end,
  record = function(state)
    return (state.index + 2) * state.window, state.current, state.previous
  end,
  refund = function(state, taken)
    if floor(taken.at / state.window) == state.index then state.current = max(0, state.current - taken.cost) end
  end,
}
`;
